"""产业链 (for export), 片区 and 行业分类: the fixed points of the register."""

from typing import Any

from django.db.models import QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.exchange.columns import ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from guandu.exchange.tables import Record
from parks.actions import industries, register
from parks.exchange import offered
from parks.models import Area, Chain, Industry

_area, _industry = ColumnsOf(Area), ColumnsOf(Industry)


class ChainResource(RegisterResource):
    columns = (
        shown("code", "编码"),
        shown("name", "产业链"),
        shown("park_type", "园区类型"),
        shown("cluster_name", "聚集区名称"),
        shown("task_force", "产业链专班", "task_force__name"),
    )

    class Meta(RegisterResource.Meta):
        model = Chain
        name = "产业链"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("task_force")


class AreaResource(RegisterResource):
    columns = (
        _area("code", required=True, prompt="字母、数字和横线，登记后不变；例如 A-WJB"),
        _area("name", required=True),
        _area("aliases", prompt="几个写法之间用顿号分开"),
        _area.references("chains", "产业链", offered.chains),
        _area("clause"),
    )

    class Meta(RegisterResource.Meta):
        model = Area
        name = "片区"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().prefetch_related("chains")

    def create(self, values: dict[str, Any], by: Actor) -> Area:
        return register.create_area(by=by, **values)

    def change(self, row: Area, values: dict[str, Any], by: Actor) -> Area:
        return register.update_area(area=row, chains=values.pop("chains", None), values=values, by=by)


class IndustryResource(RegisterResource):
    """中类 and 小类 come by this; level and parent follow from the code."""

    columns = (
        _industry("code", required=True, prompt="中类三位数字，小类四位数字"),
        _industry("name", required=True),
        shown("level", "层级", "get_level_display"),
        shown("parent", "上级行业", "parent__code"),
    )

    class Meta(RegisterResource.Meta):
        model = Industry
        name = "行业分类"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("parent")

    def order(self, records: list[Record]) -> list[Record]:
        """What stands above comes first."""
        return sorted(records, key=lambda record: len(record.values["code"]))

    def create(self, values: dict[str, Any], by: Actor) -> Industry:
        return industries.create(by=by, **values)

    def change(self, row: Industry, values: dict[str, Any], by: Actor) -> Industry:
        return industries.update(industry=row, values=values, by=by)


_RIGHTS = {
    "view": Permission.REFERENCE_VIEW,
    "enter": Permission.REFERENCE_EDIT,
    "change": Permission.REFERENCE_EDIT,
}
CHAINS = Table("chains", "产业链", ChainResource, Permission.REFERENCE_VIEW, position=110)
AREAS = Table("areas", "片区", AreaResource, **_RIGHTS, position=120)
INDUSTRIES = Table(
    "industries", "行业分类", IndustryResource, **_RIGHTS, position=130,
    notes=("按国民经济行业分类（GB/T 4754-2017）。门类和大类已随门户登记；中类写三位代码，小类写四位代码，上级由代码得出。",),
)  # fmt: skip
