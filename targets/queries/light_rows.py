"""The page of red lights. Grain: one light with its target's standing, as one person may see it."""

from dataclasses import dataclass
from datetime import date

from guandu.accounts.models import User
from guandu.core import clock
from guandu.core.periods import Period
from targets.enums_plan import OPEN_LIGHTS, LightState
from targets.models import Plan, RedLight, Target
from targets.queries.plan import TargetRow, target_rows
from targets.querysets_plan import led_duties

UNANSWERED = "逾期未说明"


@dataclass(frozen=True)
class LightRow:
    """One light with its target's standing. `answers` says whether this person may explain it."""

    light: RedLight
    row: TargetRow
    answers: bool
    today: date

    @property
    def is_over(self) -> bool:
        """The term has run out without an answer."""
        return not self.light.answered_at and self.light.due_on < self.today

    @property
    def is_open(self) -> bool:
        return self.light.state in OPEN_LIGHTS

    @property
    def can_be_released(self) -> bool:
        return self.light.state == LightState.ANSWERED or (self.is_open and (self.is_over or not self.row.leads))

    @property
    def word(self) -> str:
        return UNANSWERED if self.is_open and self.is_over else self.light.get_state_display()

    @property
    def tone(self) -> str:
        if self.is_open and self.is_over:
            return "late"
        return {LightState.WAITING: "warn", LightState.ANSWERED: "active", LightState.RELEASED: "late"}.get(self.light.state, "done")


def lights_of(user: User, plan: Plan, quarter: Period) -> list[LightRow]:
    """The quarter's lights that the person may see, in the plan's order; cleared ones with the office and the lead
    only. A fixed number of queries."""
    lights = {each.target_id: each for each in RedLight.objects.visible_to(user).filter(target__plan=plan, period=quarter.code)}
    rows = target_rows(Target.objects.filter(pk__in=lights).order_by("position"), quarter, user)
    led = set(led_duties(user).values_list("target", flat=True))
    today = clock.today()
    return [_row(lights[row.target.pk], row, row.target.pk in led, today) for row in rows]


def _row(light: RedLight, row: TargetRow, leads: bool, today: date) -> LightRow:
    return LightRow(light, row, leads and light.state in OPEN_LIGHTS, today)
