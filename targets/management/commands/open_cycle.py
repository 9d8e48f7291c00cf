from django.core.management.base import BaseCommand, CommandError, CommandParser

from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import Invalid, PortalError
from guandu.core.periods import Period
from targets.actions.cycles import open_counted
from targets.models import ReturnTemplate
from targets.queries.calendar import due_to_open


class Command(BaseCommand):
    help = "布置一期报表，再次执行只补充缺少的报表；加 --due 布置报送日历上到期的全部报表。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("template", nargs="?", help="报表模板编码；有几个版本的写第一版的编码")
        parser.add_argument("period", nargs="?", help="报告期，例如 2026Q3、2026-09、2026")
        parser.add_argument("--due", action="store_true", help="布置今天已到开始填报日、设为自动布置的报表")

    def handle(self, *, template: str | None, period: str | None, due: bool, **options) -> None:
        if due:
            self._open_due()
            return
        if not template or not period:
            raise CommandError("请写明报表模板编码和报告期，或加 --due。")
        try:
            self._open(_version(template, period), period)
        except PortalError as refusal:
            raise CommandError(refusal.message) from refusal

    def _open_due(self) -> None:
        refused = []
        for entry in due_to_open(clock.today()):
            try:
                self._open(entry.template, entry.period.code)
            except PortalError as refusal:
                refused.append(refusal.message)
        if refused:
            raise CommandError("\n".join(refused))

    def _open(self, template: ReturnTemplate, period: str) -> None:
        self.stdout.write(open_counted(template=template, period=period, by=CALENDAR).sentence)


def _version(code: str, period: str) -> ReturnTemplate:
    """The version of the series `code` for the period, else the template of that very code."""
    in_use = ReturnTemplate.objects.filter(series=code).for_period(Period.parse(period)).first()
    found = in_use or ReturnTemplate.objects.filter(code=code).first()
    if found is None:
        codes = "、".join(ReturnTemplate.objects.order_by("code").values_list("code", flat=True))
        raise Invalid(f"没有报表模板“{code}”。可用的模板：{codes or '（还没有，请先载入计划）'}。")
    return found
