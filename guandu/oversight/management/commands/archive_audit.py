from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from guandu.audit import archives
from guandu.core.actors import COMMAND_LINE
from guandu.core.errors import PortalError
from guandu.oversight.actions.archive import archive


class Command(BaseCommand):
    help = "Move audit events from before a day to a compressed file. Younger than six months is refused."

    def add_arguments(self, parser):
        parser.add_argument(
            "--before", required=True, metavar="DATE", help="the first day that stays, as 2026-01-01"
        )

    def handle(self, *args, **options):
        try:
            before = parse_date(options["before"])
        except ValueError:
            before = None
        if before is None:
            raise CommandError(f"--before {options['before']}：应为日期，例如 2026-01-01。")
        try:
            made = archive(before=before, by=COMMAND_LINE)
        except PortalError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(
            f"已归档{made}，其中长期保留 {made.kept} 条，移出 {made.removed} 条；文件 {archives.path(made)}。"
        )
