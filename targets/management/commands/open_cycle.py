from django.core.management.base import BaseCommand, CommandError, CommandParser

from guandu.core.actors import CALENDAR
from guandu.core.errors import PortalError
from targets.actions.cycles import open_counted
from targets.models import ReturnTemplate


class Command(BaseCommand):
    help = "布置一期报表；再次执行只补充缺少的报表。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("template", help="报表模板编码")
        parser.add_argument("period", help="季度，例如 2026Q3")

    def handle(self, *, template: str, period: str, **options) -> None:
        found = ReturnTemplate.objects.filter(code=template).first()
        if found is None:
            codes = "、".join(ReturnTemplate.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"没有报表模板“{template}”。可用的模板：{codes or '（还没有，请先载入计划）'}。")
        try:
            opening = open_counted(template=found, period=period, by=CALENDAR)
        except PortalError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(opening.sentence)
