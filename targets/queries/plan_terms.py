"""What a target was held to on a day: its line, its stages, its reading, the plan's rule. Pure over prefetched rows."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from guandu.core.periods import Period
from targets.models import Plan, StatusRule, Target, TargetReading, TargetRevision


class Line(NamedTuple):
    """`value` in the unit of the target; None where it asks for no number. `deadline` None where the plan names none."""

    value: Decimal | None
    deadline: date | None


def line_on(target: Target, day: date) -> Line:
    """What the target asked for on `day`: before a revision is in force, what it changed. Reads `revisions` of the
    target, no query where they are prefetched."""
    later = [each for each in revisions_of(target) if each.in_force_from > day]
    if later:
        return Line(_number(later[0].old_value), later[0].old_deadline)
    return Line(_number(target.value), target.deadline)


def revisions_of(target: Target) -> list[TargetRevision]:
    """In the order in which they came into force."""
    return sorted(target.revisions.all(), key=lambda each: (each.in_force_from, each.number))


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def reading_in_force(target: Target) -> TargetReading | None:
    """The row of `other_readings` that says what the target says; None while the target is read as the plan's file has
    it. No query where they are prefetched."""
    return next((each for each in target.other_readings.all() if read_alike(each, target)), None)


def readings_beside(target: Target) -> list[TargetReading]:
    """The readings that are not in force, in their order."""
    return [each for each in target.other_readings.all() if not read_alike(each, target)]


READ_BY = ("indicator_id", "scope_kind", "scope_code", "counts")


def read_alike(reading: TargetReading, target: Target) -> bool:
    return all(getattr(reading, name) == getattr(target, name) for name in READ_BY)


def rule_on(plan: Plan, day: date) -> StatusRule | None:
    """The rule of status in force on `day`; None before the first. No query where `rules` are prefetched."""
    return next((each for each in plan.rules.all() if each.in_force(day)), None)


def stages_of(target: Target) -> list[Period]:
    """The years and quarters for which the target may have a stage: within the plan and before its deadline, in order;
    none for a target without a number."""
    if not target.value:
        return []
    plan = target.plan
    years = range(plan.starts_on.year, plan.ends_on.year + 1)
    periods = [Period.quarter(year, number) for year in years for number in (1, 2, 3, 4)]
    periods += [Period(year, 1, 12) for year in years]
    return sorted(
        each
        for each in periods
        if plan.starts_on <= each.first_day
        and each.last_day <= plan.ends_on
        and (target.deadline is None or each.last_day < target.deadline)
    )
