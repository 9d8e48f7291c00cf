"""Reports of what is done that wait for acceptance, for the home page's to-do list."""

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.web.registry import ToDo, todo_sources
from targets.enums_plan import AccomplishmentState
from targets.models import Accomplishment
from targets.views.addresses import done_url

MOST = 20


@todo_sources.register(14)
def accomplishments_waiting(user: User) -> list[ToDo]:
    """What this person may accept or send back, the oldest first; not what he reported himself. One query."""
    if not user.may(Permission.PLAN_EDIT):
        return []
    rows = Accomplishment.objects.visible_to(user, Permission.PLAN_EDIT).filter(state=AccomplishmentState.REPORTED)
    waiting = rows.exclude(reported_key=user.actor_key).select_related("target__plan", "aim__plan").order_by("reported_at", "pk")
    return [_todo(row) for row in waiting[:MOST]]


def _todo(row: Accomplishment) -> ToDo:
    return ToDo(
        title=f"{row.done}办结报送",
        url=done_url(row.done),
        action="去验收",
        detail=f"{row.reported_unit or row.reported_by}报送",
        word=row.get_state_display(),
        tone="active",
    )
