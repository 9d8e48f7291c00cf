"""升规培育: firms on their way into the statistics, without those that have left; the steps are taken on their pages."""

from typing import Any

from django.db.models import QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.exchange.cells import ChoiceWidget
from guandu.exchange.columns import Column, ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import cultivations
from parks.enums import CultivationState
from parks.exchange.firms import FirmWidget
from parks.models import Cultivation, StatisticalClass

_column = ColumnsOf(Cultivation)


class CultivationResource(RegisterResource):
    keys = ("enterprise", "of_class")
    columns = (
        Column("enterprise", "企业", FirmWidget, required=True, width=22, prompt="填统一社会信用代码或编码"),
        shown("enterprise_name", "企业名称", "enterprise__name"),
        _column.reference("of_class", StatisticalClass.objects.visible_to, required=True),
        shown("state", "环节", make=lambda: ChoiceWidget(CultivationState.choices)),
        shown("batch", "入库批次"),
        _column.units("revenue", 2, "万元"),
        _column("revenue_year", prompt="例如 2025"),
        _column("note"),
    )

    class Meta(RegisterResource.Meta):
        model = Cultivation
        name = "升规培育"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("enterprise").exclude(state=CultivationState.LEFT)

    def create(self, values: dict[str, Any], by: Actor) -> Cultivation:
        return cultivations.begin(by=by, **values)

    def change(self, row: Cultivation, values: dict[str, Any], by: Actor) -> Cultivation:
        return cultivations.update(cultivation=row, values=values, by=by)


CULTIVATIONS = Table(
    "cultivations", "升规培育", CultivationResource, Permission.CULTIVATION_VIEW, enter=Permission.CULTIVATION_EDIT,
    change=Permission.CULTIVATION_EDIT, position=95, notes=("达标、申报、入库和退库在门户的“升规培育”页面办理。",),
)  # fmt: skip
