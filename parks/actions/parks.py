"""Parks of the register: entered and described. Where they belong is in placements."""

from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from parks.actions.naming import follow_correction
from parks.models import Park

EDITABLE = frozenset(
    {
        "name", "short_name", "aliases", "park_type", "carrier", "operating_model", "approved_on", "opened_on",
        "closed_on", "land_area", "floor_area", "built_area", "lettable_area", "let_area", "address",
        "leading_industry", "has_service_station", "has_one_stop", "other_services", "clause", "note",
    }
)  # fmt: skip


@action("park.create")
def create(*, code: str, name: str, is_demo: bool = False, by: Actor, **values: Any) -> Park:
    """A new park, placed nowhere yet. Raises NotAllowed, Invalid."""
    require(by, Permission.PARK_EDIT, to="登记园区")
    unknown = sorted(set(values) - EDITABLE)
    if unknown:
        raise Invalid(f"园区没有这些内容：{'、'.join(unknown)}。")
    return enter(Park(code=code, name=name, is_demo=is_demo, **values))


@action("park.update")
def update(
    *,
    park: Park,
    values: dict[str, Any],
    version: int | None = None,
    seen: dict[str, Any] | None = None,
    by: Actor,
) -> Park:
    """Change what EDITABLE names. `version` or `seen` is what the person was shown.

    Raises NotAllowed, Invalid, and Conflict when somebody else was faster.
    """
    require(by, Permission.PARK_EDIT, park, to="修改园区")
    row = Park.objects.select_for_update(of=("self",)).get(pk=park.pk)
    if version is not None and row.version != version:
        raise Conflict("您填写期间，他人已修改这个园区，请刷新后核对再保存。")
    row = edit(row, values, editable=EDITABLE, seen=seen)
    follow_correction(row)
    return row
