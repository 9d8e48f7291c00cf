"""Red lights that wait for a person, for the home page's to-do list."""

from collections.abc import Iterable
from itertools import groupby

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.registry import ToDo, todo_sources
from targets.models import RedLight
from targets.queries.light_rows import UNANSWERED
from targets.queries.lights import to_explain, to_release


@todo_sources.register(14)
def lights_waiting(user: User) -> list[ToDo]:
    """What this person is to explain, a line for each target; and what the office may release, a line for each
    quarter. Three queries at most."""
    explain = [_to_explain(each) for each in to_explain(user)] if user.may(Permission.PLAN_ANSWER) else []
    quarters = groupby(to_release(user), key=lambda light: light.period)
    return explain + [_to_release(period, list(lights)) for period, lights in quarters]


def _to_explain(light: RedLight) -> ToDo:
    late = light.due_on < clock.today()
    return ToDo(
        title=f"{light.target}{Period.parse(light.period).label}滞后，请说明情况",
        url=_address(light.period),
        action="去说明",
        due_on=light.due_on,
        detail="逾期未说明的，园区发展办可以直接发布" if late else "发布之前，其他单位和区领导看到的是“核实中”",
        word=UNANSWERED if late else light.get_state_display(),
        tone="late" if late else "warn",
    )


def _to_release(period: str, lights: list[RedLight]) -> ToDo:
    silent = sum(light.answered_at is None for light in lights)
    return ToDo(
        title=f"{Period.parse(period).label}有 {len(lights)} 项滞后目标待发布",
        url=_address(period),
        action="去发布",
        detail=_detail(len(lights) - silent, silent),
        word="待发布",
        tone="active",
    )


def _detail(answered: int, silent: int) -> str:
    parts: Iterable[str] = (f"{answered} 项已说明" if answered else "", f"{silent} 项{UNANSWERED}" if silent else "")
    return "，".join(part for part in parts if part)


def _address(period: str) -> str:
    return f"{reverse('targets:lights')}?period={period}"
