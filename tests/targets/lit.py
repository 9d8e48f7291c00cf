"""Red lights for tests: who leads, what is behind, and a light in each of its states."""

from datetime import date

from guandu.accounts.models import Unit
from guandu.audit.actions import action
from guandu.core import clock
from guandu.core.actors import ROLL_UP, Actor
from guandu.core.periods import Period
from targets.actions import lights
from targets.enums import TargetStatus
from targets.enums_plan import AnswerKind, LightState
from targets.models import RedLight, Target, TargetUnit
from tests.targets.plans import make_result

Q3 = Period.parse("2026Q3")
DUE = date(2026, 10, 15)


@action("targets.store")
def _store(*, quarter: Period, by: Actor) -> list[RedLight]:
    return lights.follow_results(quarter=quarter, by=by)


def follow(quarter: Period = Q3, by: Actor = ROLL_UP) -> list[RedLight]:
    """As the storing of results calls it."""
    return _store(quarter=quarter, by=by)


def led(target: Target, unit: Unit, *, leads: bool = True) -> Target:
    TargetUnit.objects.create(target=target, unit=unit, leads=leads)
    return target


def behind(target: Target, unit: Unit | None = None, **fields) -> Target:
    """The target, behind in the quarter, led by `unit`."""
    make_result(target, TargetStatus.BEHIND, "1", **fields)
    return led(target, unit) if unit else target


def make_light(target: Target, state: str = LightState.WAITING, *, period: str = "2026Q3", due_on: date = DUE, **fields) -> RedLight:
    said = {
        "answer_kind": AnswerKind.EXPLAINED, "answer": "项目审批滞后", "answered_by": "张三", "answered_unit": "牵头局",
        "answered_at": clock.now(),
    }  # fmt: skip
    given = said if state in {LightState.ANSWERED, LightState.RELEASED} else {}
    if state == LightState.RELEASED:
        given = given | {"released_by": "李四", "released_at": clock.now()}
    given |= {"cleared_at": clock.now()} if state == LightState.CLEARED else {}
    return RedLight.objects.create(
        target=target, period=period, state=state, opened_at=clock.now(), due_on=due_on, **{**given, **fields}
    )
