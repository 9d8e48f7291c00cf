"""The next plan begins where this one ends: its baselines from what was published."""

from decimal import Decimal

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from targets.actions.figures import ask_standings
from targets.actions.plan_terms import BASELINE
from targets.actions.stated import plain
from targets.enums_plan import Counts
from targets.models import Plan, Publication, PublishedFigure, Target
from targets.target_units import factor_between

LATE = "基期应在计划开始之前：《{plan}》自 {starts} 起，{published}不能作为它的基期。"


@action("plan.take_baselines")
def take_baselines(*, plan: Plan, publication: Publication, by: Actor) -> list[Target]:
    """Give every target of `plan` that has none the number its indicator had, at its scope, in `publication`; the targets
    that got one. What is set already stays. Raises NotAllowed, Invalid for a period that is not before the plan, NotReady
    where the publication has none of the numbers."""
    require(by, Permission.PLAN_EDIT, plan, to="为计划确定基期数")
    about(plan)
    if publication.quarter.last_day >= plan.starts_on:
        sentence = LATE.format(plan=plan.title, starts=plan.starts_on, published=publication)
        raise Invalid(sentence, errors=[("publication", sentence)])
    waiting = plan.targets.filter(baseline_value="", indicator__isnull=False).select_related("indicator").order_by("position")
    published = _numbers(publication)
    taken = [target for target in waiting if _take(target, published, publication)]
    if not taken:
        raise NotReady(f"{publication}中没有《{plan.title}》各目标所需的数，没有改动。")
    ask_standings(by=by)
    return taken


def _numbers(publication: Publication) -> dict[tuple[str, str, str], PublishedFigure]:
    """By indicator and scope; of a year, its own number before the fourth quarter's."""
    rows = publication.rows.exclude(shown_value="").order_by("position")
    found: dict[tuple[str, str, str], PublishedFigure] = {}
    for row in rows:
        key = (row.indicator_code, row.scope_kind, row.scope_code)
        if key not in found or row.period == publication.period:
            found[key] = row
    return found


def _take(target: Target, published: dict[tuple[str, str, str], PublishedFigure], publication: Publication) -> bool:
    row = published.get((target.indicator.code, target.scope_kind, target.scope_code))
    value = None if row is None else _in_unit(target, row)
    if row is None or value is None:
        return False
    edit(
        target,
        {"baseline_value": plain(value), "baseline_period": row.period, "baseline_source": str(publication)},
        editable=BASELINE,
    )
    return True


def _in_unit(target: Target, row: PublishedFigure) -> Decimal | None:
    """In the target's unit; growth is counted in the figure's own. None where they measure different things."""
    number = Decimal(row.shown_value)
    if target.counts in {Counts.GROWTH, Counts.MEAN_GROWTH}:
        return number
    factor = factor_between(row.unit, target.unit)
    return None if factor is None else (number * factor.numerator / factor.denominator).normalize()
