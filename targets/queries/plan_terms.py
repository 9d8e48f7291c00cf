"""What a plan's targets are held to on a day: lines as revisions left them, and the rule of status."""

from datetime import date

from targets.models import Plan, StatusRule, Target


def line_on(target: Target, day: date) -> tuple[str, date | None]:
    """(value, deadline) in force on `day`: what the first later revision says it replaced. Reads `revisions` only."""
    later = [each for each in target.revisions.all() if each.in_force_from > day]
    first = min(later, key=lambda each: (each.in_force_from, each.number), default=None)
    return (first.old_value, first.old_deadline) if first else (target.value, target.deadline)


def rule_on(plan: Plan, day: date) -> StatusRule | None:
    """The rule of status in force on `day`. Reads `rules` only."""
    return next((rule for rule in plan.rules.all() if rule.in_force(day)), None)
