"""Renaming a park or a firm from a day on: what was reported before keeps the old name.

ParkName and EnterpriseName hold one row after another without a gap; the row in force says what the
register says. A name for a day to come is announced: the calendar puts it into force on that day.
"""

from datetime import date, timedelta
from typing import Any

from django.db import models

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter, removed
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.core.models import dated
from parks.enums import CodeState
from parks.models import Enterprise, EnterpriseName, Park, ParkName
from parks.queries.names import NAMES
from parks.validators import credit_code as valid_code

# What a row of names says of its owner.
NAMED: dict[type[models.Model], tuple[str, ...]] = {
    ParkName: ("name", "short_name"),
    EnterpriseName: ("name", "credit_code"),
}


@action("park.rename")
def rename_park(
    *,
    park: Park,
    on: date,
    name: str,
    short_name: str | None = None,
    document: str = "",
    reason: str = "",
    by: Actor,
) -> ParkName:
    """The park is called so from `on`. Raises NotAllowed, Invalid when something later is in force."""
    require(by, Permission.PARK_EDIT, park, to="变更园区名称")
    about(park, reason=reason)
    short_name = park.short_name if short_name is None else short_name
    return succeed(park, {"name": name, "short_name": short_name}, on=on, document=document)


@action("enterprise.rename")
def rename_enterprise(
    *,
    enterprise: Enterprise,
    on: date,
    name: str | None = None,
    credit_code: str | None = None,
    document: str = "",
    reason: str = "",
    by: Actor,
) -> EnterpriseName:
    """The firm has this name and code from `on`; None keeps either. Raises NotAllowed, Invalid."""
    require(by, Permission.PARK_EDIT, enterprise, to="变更企业名称")
    about(enterprise, reason=reason)
    values = {
        "name": enterprise.name if name is None else name,
        "credit_code": enterprise.credit_code if credit_code is None else valid_code(credit_code),
    }
    return succeed(enterprise, values, on=on, document=document)


@action("name.put_into_force")
def put_into_force(*, row: ParkName | EnterpriseName, by: Actor) -> bool:
    """The register says what `row` says, if today is one of its days; whether that was a change.

    Raises NotAllowed, Invalid where the name can no longer stand, e.g. another firm has the code now.
    """
    require_service(by, to="名称按期生效")
    return _put(row)


def succeed(owner: Park | Enterprise, values: dict[str, str], *, on: date, document: str) -> Any:
    """Within an action that has asked: the row with `values` from `on`, half-open after the former one.

    A row that began on the very day is corrected; an announced one is replaced, or called off where
    the old name shall stay.
    """
    table, column = NAMES[type(owner)]
    owner = type(owner).objects.select_for_update(of=("self",)).get(pk=owner.pk)
    _refuse_taken_code(owner, values)
    rows = list(table.objects.filter(**{column: owner}).order_by("valid_from"))
    rows = rows or [_first(table, column, owner, on)]
    row = _replaced(rows, values, on, document) or _followed(rows[-1], values, on, document)
    _put(row)
    return row


def refuse_too_early(owner: Park | Enterprise, on: date) -> None:
    """Raise Invalid where a name from `on` would reach back before the name in force."""
    table, column = NAMES[type(owner)]
    row = table.objects.filter(dated(clock.today()), **{column: owner}).first()
    if row is not None and on != row.valid_from:
        _refuse_before(row, on)


def follow_correction(owner: Park | Enterprise) -> None:
    """Within an edit of the register itself: a mistake in a name was mended, and the row in force says so."""
    table, column = NAMES[type(owner)]
    row = table.objects.filter(dated(clock.today()), **{column: owner}).first()
    if row is not None:
        _set(row, **{field: getattr(owner, field) for field in NAMED[table]})


def _first(table: type[models.Model], column: str, owner: Any, on: date) -> Any:
    """The row of the name that the register has had until now, from its earliest known day."""
    known = [owner.approved_on, owner.opened_on] if column == "park" else [owner.established_on]
    since = min([on - timedelta(days=1), *(day for day in known if day)])
    given = {field: getattr(owner, field) for field in NAMED[table]}
    return enter(table(**{column: owner}, valid_from=since, **given))


def _replaced(rows: list[Any], values: dict[str, str], on: date, document: str) -> Any | None:
    """Where the last row is only announced: moved to `on` with `values`, or taken back."""
    if len(rows) < 2 or rows[-1].valid_from <= clock.today():
        return None
    former, last = rows[-2:]
    _refuse_before(former, on)
    if _says(former, values):
        removed(last)
        last.delete()
        return _set(former, valid_to=None)
    _set(former, valid_to=on)
    return _set(last, **values, valid_from=on, document=document)


def _followed(last: Any, values: dict[str, str], on: date, document: str) -> Any:
    if _says(last, values):
        return last
    if last.valid_from == on:
        return _set(last, **values, document=document)
    _refuse_before(last, on)
    _set(last, valid_to=on)
    column = "park" if isinstance(last, ParkName) else "enterprise"
    owner = {column: getattr(last, column)}
    return enter(type(last)(**owner, valid_from=on, document=document, **values))


def _refuse_taken_code(owner: Any, values: dict[str, str]) -> None:
    code = values.get("credit_code")
    if code and Enterprise.objects.filter(credit_code=code).exclude(pk=owner.pk).exists():
        sentence = "该统一社会信用代码已登记在另一家企业名下。"
        raise Invalid(sentence, errors=[("credit_code", sentence)])


def _refuse_before(row: Any, on: date) -> None:
    if on <= row.valid_from:
        raise Invalid(
            f"现名称自 {row.valid_from} 起使用，新名称的生效日期须在此之后。",
            errors=[("on", f"请填写 {row.valid_from} 之后的日期。")],
        )


def _says(row: Any, values: dict[str, str]) -> bool:
    return all(getattr(row, field) == value for field, value in values.items())


def _set(row: Any, **values: Any) -> Any:
    return edit(row, values, editable=frozenset(values))


def _put(row: Any) -> bool:
    """The owner says what the row says, where it is in force today; whether that was a change."""
    if not row.in_force(clock.today()):
        return False
    owner = row.park if isinstance(row, ParkName) else row.enterprise
    values = {field: getattr(row, field) for field in NAMED[type(row)]}
    if _says(owner, values):
        return False
    if values.get("credit_code", "") != getattr(owner, "credit_code", ""):
        # A new code is yet to be compared with the licence.
        values["credit_code_state"] = CodeState.PENDING
    _set(owner, **values)
    return True
