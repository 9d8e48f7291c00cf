from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from guandu.core.actors import LOADER
from guandu.core.errors import Invalid
from rating.actions import schemes
from rating.exchange.scheme_files import read_scheme, text_of

DRAFT = Path(__file__).resolve().parents[2] / "reference" / "district-draft.yaml"


class Command(BaseCommand):
    help = "Load a rating scheme, .yaml or .xlsx (docs/schemes.md); the district's draft when no file is named."

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", type=Path, default=DRAFT)

    def handle(self, *args, **options):
        path = options["file"]
        try:
            data = path.read_bytes()
            read_scheme(data, path.name)
            scheme, new = schemes.load(text=text_of(data, path.name), by=LOADER)
        except FileNotFoundError as error:
            raise CommandError(f"找不到文件 {path}。") from error
        except Invalid as refusal:
            lines = [f"{path.name} {where}：{text}" for where, text in refusal.errors]
            raise CommandError("\n".join([refusal.message, *lines])) from refusal
        self.stdout.write(f"{'已载入' if new else '已是最新'}：{scheme}")
