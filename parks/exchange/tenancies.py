"""入驻: a firm in a park from a day on; the day and ground of leaving end it."""

from typing import Any

from django.db.models import QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.exchange.columns import Column, ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import tenancies
from parks.exchange import offered
from parks.exchange.firms import FirmWidget
from parks.models import Tenancy

_column = ColumnsOf(Tenancy)


class TenancyResource(RegisterResource):
    keys = ("park", "enterprise", "valid_from")
    told_as = {"on": "valid_from", "reason": "leaving_reason"}
    columns = (
        _column.reference("park", offered.parks_for(Permission.TENANCY_EDIT), required=True),
        Column("enterprise", "企业", FirmWidget, required=True, width=22, prompt="填统一社会信用代码或编码"),
        shown("enterprise_name", "企业名称", "enterprise__name"),
        _column("valid_from", required=True),
        _column("in_leading_industry"),
        _column("valid_to", prompt="自该日起离园；仍在园的留空"),
        _column("leaving_reason"),
    )

    class Meta(RegisterResource.Meta):
        model = Tenancy
        name = "入驻"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("enterprise")

    def create(self, values: dict[str, Any], by: Actor) -> Tenancy:
        tenancy = tenancies.enter(
            park=values["park"], enterprise=values["enterprise"], on=values["valid_from"],
            in_leading_industry=values["in_leading_industry"], by=by,
        )  # fmt: skip
        return self._left(tenancy, values, by)

    def change(self, row: Tenancy, values: dict[str, Any], by: Actor) -> Tenancy:
        """Leaving is leaving; anything else puts right what was entered."""
        if row.valid_to is None and values.get("valid_to") and set(values) <= {"valid_to", "leaving_reason"}:
            return self._left(row, values, by)
        return tenancies.correct(tenancy=row, values=values, by=by)

    def _left(self, tenancy: Tenancy, values: dict[str, Any], by: Actor) -> Tenancy:
        if values.get("valid_to") is None:
            return tenancy
        reason = values.get("leaving_reason", "")
        try:
            return tenancies.leave(tenancy=tenancy, on=values["valid_to"], reason=reason, by=by)
        except Invalid as refusal:
            # Its day is the last one here.
            errors = [("valid_to" if name == "on" else name, sentence) for name, sentence in refusal.errors]
            raise Invalid(refusal.message, errors=errors) from refusal


TENANCIES = Table(
    "tenancies", "入驻", TenancyResource, Permission.PARK_VIEW, enter=Permission.TENANCY_EDIT,
    change=Permission.TENANCY_EDIT, position=80, notes=("离园的填终止日期和离园原因；已登记的按本表更正。",),
)  # fmt: skip
