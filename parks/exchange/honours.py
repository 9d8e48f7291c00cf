"""企业荣誉: awarded from a day on, and revoked before its time."""

from typing import Any

from django.db.models import QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.exchange.columns import Column, ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import honours
from parks.exchange.firms import FirmWidget
from parks.models import Honour, HonourKind

_column = ColumnsOf(Honour)
NOT_UNDONE = "撤销不能取消或改期"


class HonourResource(RegisterResource):
    keys = ("enterprise", "kind", "valid_from")
    told_as = {"on": "valid_from", "until": "valid_to", "because": "revoked_because"}
    columns = (
        Column("enterprise", "企业", FirmWidget, required=True, width=22, prompt="填统一社会信用代码或编码"),
        shown("enterprise_name", "企业名称", "enterprise__name"),
        _column.reference("kind", HonourKind.objects.visible_to, required=True),
        _column("valid_from", required=True, prompt="认定日期"),
        _column("valid_to", keeps=True, prompt="有效期届满的次日；按规则推算的留空"),
        _column("level", keeps=True),
        _column("document"),
        _column("issuer", keeps=True),
        _column("batch"),
        _column("certificate"),
        _column("first_recognised_on", keeps=True),
        _column("revoked_on"),
        _column("revoked_because"),
    )

    class Meta(RegisterResource.Meta):
        model = Honour
        name = "企业荣誉"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("enterprise")

    def create(self, values: dict[str, Any], by: Actor) -> Honour:
        given = {name: values[name] for name in ("enterprise", "level", "document", "issuer", "batch", "certificate")}
        honour = honours.award(
            kind=values["kind"], on=values["valid_from"], until=values["valid_to"],
            first_recognised_on=values["first_recognised_on"], by=by, **given,
        )  # fmt: skip
        return self._revoked(honour, values, by)

    def change(self, row: Honour, values: dict[str, Any], by: Actor) -> Honour:
        revoking = {name: values.pop(name) for name in ("revoked_on", "revoked_because") if name in values}
        if revoking and row.revoked_on:
            raise Invalid(NOT_UNDONE)
        if values:
            row = honours.correct(honour=row, values=values, by=by)
        return self._revoked(row, revoking, by)

    def _revoked(self, honour: Honour, values: dict[str, Any], by: Actor) -> Honour:
        if values.get("revoked_on") is None:
            return honour
        return honours.revoke(honour=honour, on=values["revoked_on"], because=values.get("revoked_because", ""), by=by)


HONOURS = Table(
    "honours", "企业荣誉", HonourResource, Permission.PARK_VIEW, enter=Permission.PARK_EDIT,
    change=Permission.PARK_EDIT, position=90,
)  # fmt: skip
