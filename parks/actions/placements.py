"""Where a park belongs and who sponsors it: dated rows, one after another, never two at a time."""

from datetime import date, timedelta
from typing import Any

from django.db import models

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from parks.models import Area, Chain, Park, Placement, Sponsorship


@action("placement.change")
def place(
    *,
    park: Park,
    chain: Chain,
    on: date,
    area: Area | None = None,
    street: Unit | None = None,
    operator: Unit | None = None,
    by: Actor,
) -> Placement:
    """The park belongs there from `on`; what was in force before ends on the day before.

    A row that began on the very day is corrected. Raises NotAllowed, Invalid when something later
    is in force already.
    """
    require(by, Permission.PARK_EDIT, park, to="调整园区归属")
    values = {"chain": chain, "area": area, "street": street, "operator": operator}
    return _succeed(Placement, "归属", park, on, values)


@action("sponsorship.change")
def sponsor(
    *,
    park: Park,
    department: Unit,
    on: date,
    leader: str = "",
    deputy_head: str = "",
    staff_member: str = "",
    deputy_staff: str = "",
    document: str = "",
    by: Actor,
) -> Sponsorship:
    """The park is sponsored so from `on`; what was in force before ends on the day before. `staff_member`
    and `deputy_staff` are A角 and B角: two people.

    Raises NotAllowed, Invalid when something later is in force already.
    """
    require(by, Permission.PARK_EDIT, park, to="调整园区包保")
    if staff_member and staff_member == deputy_staff:
        raise Invalid("A角和B角不能是同一人。", errors=[("deputy_staff", "请另定一人。")])
    values = {
        "department": department,
        "leader": leader,
        "deputy_head": deputy_head,
        "staff_member": staff_member,
        "deputy_staff": deputy_staff,
        "document": document,
    }
    return _succeed(Sponsorship, "包保", park, on, values)


def _locked(park: Park) -> Park:
    """The park's row is the parent that concurrent changes wait for."""
    return Park.objects.select_for_update(of=("self",)).get(pk=park.pk)


def _succeed(model: type[models.Model], word: str, park: Park, on: date, values: dict[str, Any]) -> Any:
    """The row of `model` with `values` from `on`, half-open: the former one ends where it begins."""
    park = _locked(park)
    about(park)
    last = model.objects.filter(park=park).order_by("valid_from").last()
    if last is None or (last.valid_to is not None and last.valid_to <= on):
        return _open(model(park=park, valid_from=on, **values))
    if last.valid_from > on or last.valid_to is not None:
        until = f"至 {last.valid_to - timedelta(days=1)}" if last.valid_to else "起"
        raise Invalid(
            f"该园区已有 {last.valid_from} {until}的{word}，新的起始日期与它重叠，请改用更晚的日期。",
            errors=[("on", "起始日期与已有记录重叠。")],
        )
    if all(getattr(last, name) == value for name, value in values.items()):
        return last
    if last.valid_from == on:
        return _correct(last, values)
    _close(last, on)
    return _open(model(park=park, valid_from=on, **values))


def _open(row: Any) -> Any:
    checked(row).save(force_insert=True)
    created(row)
    return row


def _correct(row: Any, values: dict[str, Any]) -> Any:
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    checked(row).save()
    updated(row, before)
    return row


def _close(row: Any, on: date) -> None:
    before = snapshot(row)
    row.valid_to = on
    checked(row).save()
    updated(row, before)
