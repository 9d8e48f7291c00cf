"""Firms of the register, where they are tenants, and their honours."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed, edit, enter
from guandu.audit.changes import difference
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from parks.actions.naming import follow_correction
from parks.models import Enterprise, Honour, Tenancy
from parks.validators import credit_code

EDITABLE = frozenset(
    {
        "name", "credit_code", "credit_code_state", "kind", "head_office", "industry", "is_service_body",
        "registered_street", "registered_address", "operating_street", "operating_address", "established_on",
        "closed_on", "note",
    }
)  # fmt: skip
MEMBERS = EDITABLE | {"code", "is_demo"}
Row = Mapping[str, Any]


@action("enterprise.create")
def create(*, code: str, name: str, by: Actor, **values: Any) -> Enterprise:
    """A new firm. Raises NotAllowed, Invalid."""
    require(by, Permission.PARK_EDIT, to="登记企业")
    return enter(Enterprise(code=code, name=name, **_clean(values)))


@action("enterprise.update")
def update(
    *, enterprise: Enterprise, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Enterprise:
    """Change what EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.PARK_EDIT, enterprise, to="修改企业")
    firm = edit(enterprise, _clean(values), editable=EDITABLE, seen=seen)
    follow_correction(firm)
    return firm


@action("enterprise.enter_many")
def enter_many(*, rows: Iterable[Row], by: Actor) -> list[Enterprise]:
    """New firms in one write. A row has `code`, `name`, and may have `credit_code`, `is_service_body`,
    `note`, `is_demo`; `park` with `on`, the day it became a tenant; `honours` as (kind, from, to).

    Raises NotAllowed, Invalid; then nothing is written.
    """
    require(by, Permission.PARK_EDIT, to="登记企业")
    rows = list(rows)
    firms = [Enterprise(**_clean({name: row[name] for name in MEMBERS & set(row)})) for row in rows]
    _refuse_known(firms)
    _store(firms)
    pairs = list(zip(firms, rows, strict=True))
    _store([Tenancy(enterprise=f, park=r["park"], valid_from=r["on"]) for f, r in pairs if r.get("park")])
    _store([_honour(firm, *each) for firm, row in pairs for each in row.get("honours", ())])
    return firms


def _clean(values: dict[str, Any]) -> dict[str, Any]:
    if "credit_code" in values:
        return {**values, "credit_code": credit_code(values["credit_code"])}
    return values


def _honour(firm: Enterprise, kind: str, first: date, last: date | None) -> Honour:
    return Honour(enterprise=firm, kind_id=kind, valid_from=first, valid_to=last)


def _refuse_known(firms: list[Enterprise]) -> None:
    """Firms and codes that the register or the same list holds already, all of them at once."""
    codes = [firm.code for firm in firms]
    credits = [firm.credit_code for firm in firms if firm.credit_code]
    known = set(Enterprise.objects.filter(code__in=codes).values_list("code", flat=True))
    taken = set(Enterprise.objects.filter(credit_code__in=credits).values_list("credit_code", flat=True))
    errors = [
        *[("code", f"编码 {code} 已被使用。") for code in codes if code in known or codes.count(code) > 1],
        *[
            ("credit_code", f"{code} 已登记。")
            for code in credits
            if code in taken or credits.count(code) > 1
        ],
    ]
    if errors:
        raise Invalid("有企业重复，未登记任何一家。", errors=list(dict.fromkeys(errors)))


def _store(objects: list[models.Model]) -> None:
    if objects:
        type(objects[0])._default_manager.bulk_create(objects, batch_size=500)
        about(objects[0])
        changed(difference(each, None) for each in objects)
