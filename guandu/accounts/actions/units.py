"""Units: the bodies that own returns, duties and tasks."""

from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor

EDITABLE = frozenset({"name", "short_name", "kind", "parent", "to_confirm", "note"})


@action("unit.create")
def create(*, code: str, name: str, kind: str, by: Actor, **values: Any) -> Unit:
    """A new unit. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="登记单位")
    return enter(Unit(code=code, name=name, kind=kind, **values))


@action("unit.update")
def update(*, unit: Unit, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor) -> Unit:
    """Change what EDITABLE names; the code stays for ever. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, unit, to="修改单位")
    return edit(unit, values, editable=EDITABLE, seen=seen)
