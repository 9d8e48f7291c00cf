"""How long each stage of a 企业诉求 may take on a day: by kind, for all kinds, or as it stands until the office has said."""

from dataclasses import dataclass
from datetime import date

from guandu.core.working_days import shifted
from parks.enums_requests import STANDING_DAYS, RequestStage
from parks.models import RequestClock, RequestKind


def term_of(stage: RequestStage, kind: RequestKind | None, day: date) -> date:
    """The last day of the stage that begins on `day`."""
    return shifted(day, days_for(stage, kind, day))


def days_for(stage: RequestStage, kind: RequestKind | None, day: date) -> int:
    """Working days by the rule in force on `day`: that of the kind before that of all. One query."""
    rules = RequestClock.objects.on(day).filter(stage=stage)
    days = {rule.kind_id: rule.days for rule in rules if rule.kind_id in {None, kind.pk if kind else None}}
    return days.get(kind.pk if kind else None) or days.get(None) or STANDING_DAYS[stage]


@dataclass(frozen=True)
class StageClocks:
    """A stage with the days that hold today, what came before and what is to come."""

    stage: RequestStage
    days: int
    is_standing: bool
    rules: list[RequestClock]


def clocks_on(day: date) -> list[StageClocks]:
    """Grain: one stage. One query."""
    found: dict[str, list[RequestClock]] = {}
    for rule in RequestClock.objects.select_related("kind").order_by("kind__position", "-valid_from"):
        found.setdefault(rule.stage, []).append(rule)
    return [_of_stage(stage, found.get(stage, []), day) for stage in RequestStage]


def _of_stage(stage: RequestStage, rules: list[RequestClock], day: date) -> StageClocks:
    general = next((rule for rule in rules if rule.kind_id is None and rule.in_force(day)), None)
    return StageClocks(stage, general.days if general else STANDING_DAYS[stage], general is None, rules)
