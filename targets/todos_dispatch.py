"""临时调度表 that wait for a person, for the home page's to-do list."""

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.registry import ToDo, todo_sources
from targets.models import DispatchReceiver
from targets.queries.dispatch import waiting
from targets.queries.locks import moment

MOST = 20


@todo_sources.register(12)
def dispatched(user: User) -> list[ToDo]:
    """What this person has still to answer, the most pressing first. One query."""
    if not user.may(Permission.DISPATCH_FILL):
        return []
    return [_todo(each) for each in waiting(user)[:MOST]]


def _todo(receiver: DispatchReceiver) -> ToDo:
    table = receiver.table
    return ToDo(
        title=f"{receiver.name}《{table.title}》",
        url=reverse("targets:dispatch-answer", args=[receiver.pk]),
        action="去填报",
        due_on=table.due_at.astimezone(clock.SHANGHAI).date(),
        detail=f"{table.sender.name}下发，{moment(table.due_at)}截止",
        word=receiver.get_state_display(),
        tone="late" if table.is_over else "active",
    )
