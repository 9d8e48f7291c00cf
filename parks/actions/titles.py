"""Titles of parks: candidate, applied for, awarded, lapsed."""

from datetime import date
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter
from guandu.core.actors import Actor
from parks.enums import TitleState
from parks.models import Park, Title

EDITABLE = frozenset({"state", "applied_on", "awarded_on", "lapsed_on", "document", "clause"})


@action("title.record")
def record(*, park: Park, level: str, name: str, by: Actor, **values: Any) -> Title:
    """Say how far the park's title is; a title not known yet is entered. Raises NotAllowed, Invalid."""
    require(by, Permission.PARK_EDIT, park, to="登记园区称号")
    about(park)
    title = Title.objects.filter(park=park, level=level, name=name).first()
    if title is None:
        return enter(Title(park=park, level=level, name=name, **values))
    return edit(title, values, editable=EDITABLE)


@action("title.award")
def award(*, park: Park, level: str, name: str, on: date, document: str = "", by: Actor) -> Title:
    """The park was awarded the title on `on`. Raises NotAllowed, Invalid."""
    values = {"state": TitleState.AWARDED, "awarded_on": on, "document": document}
    return record(park=park, level=level, name=name, by=by, **values)
