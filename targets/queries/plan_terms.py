"""What a plan's targets are held to on a day: lines as revisions left them, stages, the rule of status. Pure over
prefetched rows."""

from datetime import date

from guandu.core.periods import Period
from targets.models import Plan, StatusRule, Target, TargetRevision


def line_on(target: Target, day: date) -> tuple[str, date | None]:
    """(value, deadline) in force on `day`: what the first later revision says it replaced. Reads `revisions` only."""
    first = next((each for each in revisions_of(target) if each.in_force_from > day), None)
    return (first.old_value, first.old_deadline) if first else (target.value, target.deadline)


def revisions_of(target: Target) -> list[TargetRevision]:
    """In the order in which they came into force. Reads `revisions` only."""
    return sorted(target.revisions.all(), key=lambda each: (each.in_force_from, each.number))


def rule_on(plan: Plan, day: date) -> StatusRule | None:
    """The rule of status in force on `day`. Reads `rules` only."""
    return next((rule for rule in plan.rules.all() if rule.in_force(day)), None)


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
