"""Red lights as one person may see them: before the office releases one, only it and the lead know of it.

What others are shown in its place is decided here, once for pages and API (`veil`, `Veils`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.periods import Period
from guandu.web.quarters import last_ended_quarter
from targets.enums import TargetStatus
from targets.enums_plan import OPEN_LIGHTS, LightState
from targets.models import ForecastRelease, Plan, RedLight, Target
from targets.querysets_plan import led_duties

VEILED, VEILED_WORD = "veiled", "核实中"


@dataclass(frozen=True)
class Shown:
    """A target's status as one person is given it; `status` is VEILED where he may not know it yet."""

    status: str
    label: str

    @property
    def is_veiled(self) -> bool:
        return self.status == VEILED


def veil(status: str, light: RedLight | None, user_is_office: bool, leads: bool) -> Shown:
    """What to show for `status`: a red that is not released is 核实中 for all but the office and the lead. No light is
    no release."""
    released = light is not None and light.state == LightState.RELEASED
    if status == TargetStatus.BEHIND and not (user_is_office or leads or released):
        return Shown(VEILED, VEILED_WORD)
    return Shown(status, TargetStatus(status).label)


class Veils:
    """`veil` for many targets of one quarter, as `user` may know them. A fixed number of
    queries."""

    def __init__(self, user: Actor, quarter: Period) -> None:
        self.is_office = user.actor_kind == "service" or user.may(Permission.PLAN_EDIT)
        # A quarter that was never followed has no lights that could be released: its reds are history.
        self.is_open = self.is_office or not is_followed(quarter)
        self.led = set() if self.is_open else set(led_duties(user).values_list("target", flat=True))
        self.lights = {} if self.is_open else {each.target_id: each for each in RedLight.objects.filter(period=quarter.code)}

    def of(self, target: int, status: str) -> Shown:
        return veil(status, self.lights.get(target), self.is_open, target in self.led)


def shown_status(user: Actor, quarter: Period, statuses: dict[int, str]) -> dict[int, Shown]:
    """Target id → what the person is shown of its status in the quarter."""
    veils = Veils(user, quarter)
    return {target: veils.of(target, status) for target, status in statuses.items()}


def is_followed(quarter: Period) -> bool:
    """Whether reds of the quarter are put to their leads: the last ended quarter, a later one, or one whose lights
    were opened while it was that. Older ones are history, whose reds everybody sees as they are."""
    current = quarter >= last_ended_quarter(clock.today())
    return current or RedLight.objects.filter(period=quarter.code).exists()


def may_see_forecast(user: Actor, plan: Plan, period: str) -> bool:
    """Whether the forecasts made of the quarter `period` are the person's to see: the office's always, everybody's
    once released. One query at most."""
    if user.actor_kind == "service" or user.may(Permission.PLAN_EDIT):
        return True
    return ForecastRelease.objects.visible_to(user).filter(plan=plan, period=period).exists()


def led_by(user: Actor, target: Target) -> Unit | None:
    """The unit for which the person speaks about the target: the first of his that lead it."""
    if user.actor_kind == "service":
        return None
    duty = led_duties(user).filter(target=target).select_related("unit").order_by("unit").first()
    return duty.unit if duty else None


def until_words(due: date) -> str:
    return f"牵头单位可在 {due:%-m月%-d日}（含）之前说明"


def to_explain(user: User, targets: Iterable[int] | None = None) -> list[RedLight]:
    """Lights that wait for this person's word, the first due first; of these targets, where they are named."""
    waiting = RedLight.objects.visible_to(user, Permission.PLAN_ANSWER).filter(state=LightState.WAITING)
    if targets is not None:
        waiting = waiting.filter(target__in=targets)
    return list(waiting.select_related("target").order_by("due_on", "target__position"))


def to_release(user: User) -> list[RedLight]:
    """Lights that the office may release now: explained, or not explained in time."""
    if not user.may(Permission.PLAN_EDIT):
        return []
    open_ = RedLight.objects.visible_to(user, Permission.PLAN_EDIT).filter(state__in=OPEN_LIGHTS)
    rows = open_.select_related("target").order_by("period", "target__position")
    today = clock.today()
    return [each for each in rows if each.state == LightState.ANSWERED or each.due_on < today]
