from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from rating.engine import SchemeError
from rating.exchange.scheme_workbook import write_scheme


class Command(BaseCommand):
    help = "Write a scheme file as the workbook that officials edit (docs/schemes.md)."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("scheme", type=Path, help=".yaml")
        parser.add_argument("out", type=Path, help=".xlsx")

    def handle(self, *args, **options):
        try:
            book = write_scheme(options["scheme"].read_bytes())
        except FileNotFoundError as error:
            raise CommandError(f"找不到文件 {error.filename}。") from error
        except SchemeError as error:
            raise CommandError(str(error)) from error
        options["out"].write_bytes(book)
        self.stdout.write(f"已写出：{options['out']}")
