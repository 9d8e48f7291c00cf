"""企业归属: which street counts a firm's tax or statistics from a day on."""

from typing import Any

from django.db.models import QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.exchange.cells import DayWidget
from guandu.exchange.columns import Column, ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import attributions
from parks.exchange import offered
from parks.exchange.firms import FirmWidget
from parks.models import Attribution

_column = ColumnsOf(Attribution)


class AttributionResource(RegisterResource):
    keys = ("enterprise", "kind", "valid_from")
    told_as = {"on": "valid_from"}
    columns = (
        Column("enterprise", "企业", FirmWidget, required=True, width=22, prompt="填统一社会信用代码或编码"),
        shown("enterprise_name", "企业名称", "enterprise__name"),
        _column("kind", required=True),
        _column("valid_from", required=True),
        shown("valid_to", "终止日期", make=DayWidget),
        _column.reference("street", offered.streets),
        _column("elsewhere"),
        _column("document"),
    )

    class Meta(RegisterResource.Meta):
        model = Attribution
        name = "企业归属"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("enterprise")

    def create(self, values: dict[str, Any], by: Actor) -> Attribution:
        return attributions.attribute(on=values.pop("valid_from"), by=by, **values)

    def change(self, row: Attribution, values: dict[str, Any], by: Actor) -> Attribution:
        said = {name: getattr(row, name) for name in ("street", "elsewhere", "document")}
        given = {**said, **values, "enterprise": row.enterprise, "kind": row.kind, "valid_from": row.valid_from}
        return self.create(given, by)


ATTRIBUTIONS = Table(
    "attributions", "企业归属", AttributionResource, Permission.PARK_VIEW, enter=Permission.ATTRIBUTION_SETTLE,
    change=Permission.ATTRIBUTION_SETTLE, position=95,
)  # fmt: skip
