"""Returns that wait for a person, for the home page's to-do list."""

from collections.abc import Iterable
from itertools import groupby

from django.urls import reverse

from guandu.accounts.models import User
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.registry import ToDo, todo_sources
from targets.enums import ReturnState
from targets.models import Return
from targets.queries.next_steps import Task, task_of, waiting_for

FEW = 3  # as many of one kind are listed one by one; more become one line
NOUNS = {Task.FILE: "待填报", Task.REVIEW: "待审核", Task.CONFIRM: "待确认", Task.OPINE: "待提意见"}


@todo_sources.register(10)
def returns_waiting(user: User) -> list[ToDo]:
    """What this person is to fill in, review, confirm or give an opinion on; ordered by due date."""

    def kind(return_: Return) -> tuple[str, Task]:
        return return_.cycle.period, task_of(return_, user)

    waiting = sorted(waiting_for(user), key=kind)
    return [todo for each, group in groupby(waiting, key=kind) for todo in _todos(each, list(group))]


def _todos(kind: tuple[str, Task], group: list[Return]) -> Iterable[ToDo]:
    period, step = kind
    if len(group) <= FEW:
        return [_todo(return_, step) for return_ in group]
    title = f"{Period.parse(period).label}{len(group)} 张报表{NOUNS[step]}"
    due = min(return_.cycle.due_on for return_ in group)
    url = f"{reverse('targets:returns')}?period={period}#waiting"
    return [ToDo(title, url, step.label, due, word=NOUNS[step], tone=_tone(due))]


def _todo(return_: Return, step: Task) -> ToDo:
    sent_back = return_.state == ReturnState.SENT_BACK
    due = return_.cycle.due_on
    return ToDo(
        title=_name(return_),
        url=reverse("targets:return", args=[return_.pk]),
        action="去修改" if sent_back else step.label,
        due_on=due,
        word=return_.get_state_display(),
        tone="late" if sent_back else _tone(due),
    )


def _tone(due) -> str:
    return "late" if due < clock.today() else "active"


def _name(return_: Return) -> str:
    return f"{return_.subject_name}{Period.parse(return_.cycle.period).label}{return_.cycle.template.name}"
