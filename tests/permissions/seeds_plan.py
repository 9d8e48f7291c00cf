"""What the plan asks of units: on each side a target that is behind, with lights of several quarters.

The own one is led by the department and the task force together, the other one by the other park's department.
"""

from collections.abc import Mapping

from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode
from targets.enums_plan import LightState
from targets.models import Plan, RedLight, Target
from tests.permissions.sides import Side, keys
from tests.targets.lit import led, make_light
from tests.targets.plans import make_result, make_target

# The quarters of the lights: explained, still to be explained, released.
EXPLAINED, SILENT, OUT = "2026Q3", "2026Q2", "2026Q1"


def rows(own: Side, other: Side, people: Mapping[str, User | None]) -> dict[str, dict[str, str]]:
    plan = Plan.objects.get(code="AP-2024")
    task_force = Unit.objects.get(pk=own.park.placements.get().chain.task_force_id)
    targets = {side.name: _behind(plan, side, code) for side, code in ((own, "T61"), (other, "T62"))}
    led(targets[own.name], task_force)
    explained = {side.name: _explained(targets[side.name], side) for side in (own, other)}
    silent = {name: make_light(target, period=SILENT) for name, target in targets.items()}
    out = make_light(targets[own.name], LightState.RELEASED, period=OUT)
    return {
        "light to explain": keys(silent | {"shut": out}),
        "light to release": {name: _picked(light) for name, light in explained.items()}
        | {"shut": _picked(silent[own.name]), "none": "999999"},
        "unit of the plan": {"own": people[RoleCode.DEPARTMENT].unit.code, "other": other.reviewer.unit.code, "none": "NONE"},
    }


def _behind(plan: Plan, side: Side, code: str) -> Target:
    target = led(make_target(plan, code, "滞后的目标"), side.park.sponsorships.get().department)
    make_result(target, "behind", "1", expected=1, reported=1)
    return target


def _explained(target: Target, side: Side) -> RedLight:
    said = {"answer": side.mark("lightanswer"), "answered_by": side.mark("lightspeaker")}
    return make_light(target, LightState.ANSWERED, period=EXPLAINED, **said)


def _picked(light: RedLight) -> str:
    return f"{light.pk}:{light.stamp}"
