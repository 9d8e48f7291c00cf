"""Where a park belongs, from a day on: the former row is closed, the next begins, nothing overlaps."""

from datetime import date

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from parks.models import Area, Chain, Park, Placement, Sponsorship


@action("park.place")
def place(
    *,
    park: Park,
    chain: Chain,
    area: Area | None = None,
    street: Unit | None = None,
    operator: Unit | None = None,
    on: date,
    by: Actor,
) -> Placement:
    """The park belongs here from `on`. Raises Invalid when a later or equal row already stands."""
    require(by, Permission.PARK_EDIT, park, to="调整园区归属")
    values = {"chain": chain, "area": area, "street": street, "operator": operator}
    return _begin(Placement, park, on, values, "归属")


@action("park.sponsor")
def sponsor(
    *,
    park: Park,
    department: Unit,
    leader: str = "",
    deputy_head: str = "",
    staff_member: str = "",
    on: date,
    by: Actor,
) -> Sponsorship:
    """The department answers for the park from `on`; one duty at a time."""
    require(by, Permission.PARK_EDIT, park, to="调整包保")
    people = {"leader": leader, "deputy_head": deputy_head, "staff_member": staff_member}
    return _begin(Sponsorship, park, on, {"department": department, **people}, "包保")


def _begin(model: type, park: Park, on: date, values: dict, what: str):
    """Close the row in force and open the next, with the park locked so that two cannot cross."""
    locked = Park.objects.select_for_update().get(pk=park.pk)
    about(locked)
    rows = model.objects.filter(park=locked)
    if rows.filter(valid_from__gt=on).exists():
        raise Invalid(f"{on} 之后已有{what}记录，请从最近一条之后的日期开始调整。", errors=[("valid_from", "日期过早")])
    same_day = rows.filter(valid_from=on).first()
    if same_day:
        return _replace(same_day, values)
    current = rows.on(on).first()
    if current:
        before = snapshot(current)
        current.valid_to = on
        current.save(update_fields=["valid_to"])
        updated(current, before)
    row = model(park=locked, valid_from=on, **values)
    row.full_clean()
    row.save(force_insert=True)
    created(row)
    return row


def _replace(row, values: dict):
    """The same day told again: the row is put right instead of lasting no day."""
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=list(values))
    updated(row, before)
    return row
