"""使用空间: a tenant uses a space from a day on; the day it gives it back ends the use."""

from typing import Any

from django.db.models import Model, QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.exchange.columns import Column, ColumnsOf, RegisterField, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import tenancies
from parks.exchange.firms import FirmWidget
from parks.models import Occupancy, Space, Tenancy

_column = ColumnsOf(Occupancy)
NOT_A_TENANT = "该企业在开始使用之日不在空间所在的园区，请先在“入驻”表中登记"
FIXED = "已登记的使用只能补填退出日期；其余有误的，请在空间页面登记退出后重新登记"


def spaces(by: Actor) -> QuerySet:
    """Spaces of the parks whose tenants the person keeps."""
    return Space.objects.visible_to(by, Permission.TENANCY_EDIT).order_by("code")


class TenantField(RegisterField):
    """The firm, which a use knows by its tenancy."""

    def get_value(self, instance: Model) -> Any:
        if self.attribute in instance.__dict__:
            return instance.__dict__[self.attribute]
        return instance.tenancy.enterprise if instance.tenancy_id else None


class TenantColumn(Column):
    def field(self, actor: Actor) -> RegisterField:
        return TenantField(self.key, self.title, self.widget(actor))


class OccupancyResource(RegisterResource):
    keys = ("space", "valid_from")
    told_as = {"on": "valid_from"}
    columns = (
        _column.reference("space", spaces, required=True),
        shown("building", "楼宇", "space__building__name"),
        TenantColumn("enterprise", "企业", FirmWidget, required=True, width=22, prompt="填统一社会信用代码或编码"),
        shown("enterprise_name", "企业名称", "tenancy__enterprise__name"),
        _column("valid_from", required=True, prompt="开始使用的日期"),
        _column("valid_to", keeps=True, prompt="自该日起不再使用；仍在使用的留空"),
        _column.units("area", 2, "平方米", prompt="只使用一部分时填写；使用整个空间的留空"),
        _column.units("rent", 2, "元/平方米·月"),
    )

    class Meta(RegisterResource.Meta):
        model = Occupancy
        name = "使用空间"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("space__building", "tenancy__enterprise")

    def named(self, row: Occupancy) -> str:
        firm = self.fields["enterprise"].get_value(row)
        return f"{firm.name} · {row.space}"

    def create(self, values: dict[str, Any], by: Actor) -> Occupancy:
        space, on, until = values["space"], values["valid_from"], values["valid_to"]
        stays = Tenancy.objects.visible_to(by, Permission.TENANCY_EDIT).on(on)
        stay = stays.filter(park=space.building.park_id, enterprise=values["enterprise"]).first()
        if stay is None:
            raise Invalid(NOT_A_TENANT, errors=[("enterprise", NOT_A_TENANT)])
        use = tenancies.take(tenancy=stay, space=space, on=on, area=values["area"], rent=values["rent"], by=by)
        return use if until in (None, use.valid_to) else self._released(use, until, by)

    def change(self, row: Occupancy, values: dict[str, Any], by: Actor) -> Occupancy:
        if set(values) != {"valid_to"} or values["valid_to"] is None:
            raise Invalid(FIXED)
        return self._released(row, values["valid_to"], by)

    def _released(self, use: Occupancy, until: Any, by: Actor) -> Occupancy:
        try:
            return tenancies.release(occupancy=use, on=until, by=by) or use
        except Invalid as refusal:
            # Its day is the last one here.
            raise Invalid(refusal.message, errors=[("valid_to", said) for _, said in refusal.errors]) from refusal


OCCUPANCIES = Table(
    "occupancies", "使用空间", OccupancyResource, Permission.PARK_VIEW, enter=Permission.TENANCY_EDIT,
    change=Permission.TENANCY_EDIT, position=85, notes=("企业先登记入驻，再登记使用的空间；退出空间的填终止日期。",),
)  # fmt: skip
