from datetime import datetime, time
from itertools import islice

from django.core.management.base import BaseCommand, CommandError
from django.utils.dateparse import parse_date

from guandu.audit.records import check_code
from guandu.audit.verification import Verification, start_since
from guandu.audit.walk import Start
from guandu.core.clock import SHANGHAI


class Command(BaseCommand):
    help = (
        "Check the audit trail: the chain, its changes, archives, guards and anchors. "
        "Names the first place that does not hold. Exit code 0: whole, 2: not."
    )

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="name every place, not the first only")
        parser.add_argument("--since", metavar="DATE", help="events from this day on only, as 2026-11-01")

    def handle(self, *args, **options):
        check = Verification(start_since(_moment(options["since"])) if options["since"] else Start())
        found = list(islice(check.breaks(), None if options["all"] else 1))
        for each in found:
            self.stdout.write(str(each))
        if found:
            told = f"审计记录校验不通过，共 {len(found)} 处。" if options["all"] else "审计记录校验不通过，以上是第一处。"
            raise CommandError(f"{told}请保护现场并报告审计管理员。", returncode=2)
        code = check_code(check.walk.hash) if check.walk.hash else "无"
        self.stdout.write(
            f"审计记录校验通过：核对 {check.walk.count} 条，末端第 {check.walk.seq} 条，校验码 {code}，"
            f"锚定 {len(check.lines)} 行。"
        )


def _moment(text: str) -> datetime:
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise CommandError(f"--since {text}：应为日期，例如 2026-11-01。")
    return datetime.combine(day, time(), SHANGHAI)
