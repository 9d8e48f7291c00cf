"""Storing what was computed: figures, swapped in at once, and target results of one quarter."""

from collections.abc import Collection, Iterable

from django.db.models import F

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, changed, concerning
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.periods import Period
from guandu.jobs import queue
from guandu.jobs.models import Job
from targets.actions.figure_building import Building, Part
from targets.enums import Basis
from targets.followers import tell_followers
from targets.models import FigureDue, FigureState, TargetResult
from targets.queries.computed import reading_quarters
from targets.queries.progress import Outcome

ROLL_UP_JOB = "figures.roll_up"
REBUILD_JOB = "figures.rebuild"
STANDINGS_JOB = "targets.compute"


@action("figures.ask")
def ask_roll_up(*, period: Period, parks: Collection[str] = (), by: Actor) -> Job | None:
    """Queue the roll-up of the quarter that ends with `period` (a quarter, its last month, or the year), and of
    those whose figures read its values; only what the parks of these codes concern, where they are named.

    The job of the quarter itself: one that already waits is returned, None for a month within a quarter.
    Raises NotAllowed.
    """
    quarter = Period.quarter_of(period.last_day)
    concerning("targets.figure", quarter.code, f"{quarter.label}汇总数据")
    require(by, Permission.RETURN_CONFIRM, to="发起汇总计算")
    if quarter.last_day != period.last_day:
        return None
    jobs = {each: _ask(each, parks, by) for each in reading_quarters(quarter)}
    return jobs[quarter]


def _ask(quarter: Period, parks: Iterable[str], by: Actor) -> Job:
    now = clock.now()
    FigureDue.objects.bulk_create(
        [FigureDue(quarter=quarter.code, park_code=park, asked_at=now) for park in sorted(parks) or [""]]
    )
    return queue.enqueue(ROLL_UP_JOB, by=by, key=quarter.code, period=quarter.code)


@action("figures.ask_rebuild")
def ask_rebuild(*, by: Actor) -> Job:
    """Queue the computing of every quarter's figures anew. Raises NotAllowed."""
    require(by, Permission.RETURN_CONFIRM, to="发起全部数据重算")
    return queue.enqueue(REBUILD_JOB, by=by, key="all")


@action("figures.store")
def store(*, building: Building, done: Collection[int] = (), run: int, by: Actor) -> list[Period]:
    """Make the stored figures equal to what was built; the quarters that were stored. `done` are the changes
    (FigureDue) that it has read.

    A quarter that somebody else stored since its inputs were read is left out and asked for anew. Rows keep their
    ids, so that links to a figure last. Raises NotAllowed for a person.
    """
    require_service(by, to="汇总数据的写入")
    late = leave_out_late(building)
    counts = building.swap(run)
    stored = {part.quarter for part in building.parts}
    FigureDue.objects.filter(pk__in=done, quarter__in=[quarter.code for quarter in stored]).delete()
    for quarter in late:
        _ask(quarter, (), by)
    for quarter in stored:
        of_it = {part: count for part, count in counts.items() if part.quarter == quarter}
        _state(quarter).update(number=F("number") + 1, run=run, changed=sum(of_it.values()), stored_at=clock.now())
        changed([_change(part, count) for part, count in of_it.items() if part.count or count])
        tell_followers(quarter, by)
    if stored and FigureState.objects.filter(quarter__gt=min(stored).code).exclude(quarter__in=_codes(stored)).exists():
        ask_standings(by=by)
    return sorted(stored)


def _codes(quarters: Iterable[Period]) -> list[str]:
    return [quarter.code for quarter in quarters]


def leave_out_late(building: Building) -> set[Period]:
    """Part of storing: holds the quarters of what was built, and leaves out those that others have stored since."""
    quarters = {part.quarter for part in building.parts}
    FigureState.objects.bulk_create([FigureState(quarter=each.code) for each in quarters], ignore_conflicts=True)
    held = FigureState.objects.select_for_update().filter(quarter__in=[each.code for each in quarters])
    numbers = dict(held.order_by("quarter").values_list("quarter", "number"))
    late = [part for part in building.parts if numbers[part.quarter.code] != part.number]
    for part in late:
        building.leave_out(part)
    return {part.quarter for part in late}


def _state(quarter: Period):
    return FigureState.objects.filter(quarter=quarter.code)


def _change(part: Part, count: int) -> Change:
    after = {"figures": part.count, "changed": count, "content": part.content}
    words = f"{part.quarter.label}汇总数据（{Basis(part.basis).label}）"
    return Change("targets.figure", f"{part.quarter.code} {part.basis}", words, None, after)


@action("targets.ask")
def ask_standings(*, by: Actor) -> Job:
    """Queue the computing of every quarter's standings from the stored figures: of quarters that read earlier ones, and
    wherever what targets are held to has changed. Raises NotAllowed."""
    concerning("targets.targetresult", "", "目标进展")
    require(by, Permission.PLAN_EDIT, to="计算目标进展")
    return queue.enqueue(STANDINGS_JOB, by=by, key="all")


def hold(quarter: Period) -> None:
    """Part of storing standings: nobody stores the quarter's figures until the transaction ends."""
    list(_state(quarter).select_for_update().values_list("pk"))


@action("targets.store")
def store_results(*, quarter: Period, outcomes: list[Outcome], run: int, by: Actor) -> None:
    """Make the stored results of the quarter equal to `outcomes`. Raises NotAllowed for a person."""
    require_service(by, to="目标完成情况的写入")
    now = clock.now()
    results = [
        TargetResult(
            target_id=outcome.target_id,
            period=quarter.code,
            status=outcome.status,
            value_units=outcome.units,
            value_scale=outcome.scale,
            expected=outcome.expected,
            reported=outcome.reported,
            sentence=outcome.sentence,
            parts=outcome.parts,
            outlook=outcome.outlook,
            run=run,
            computed_at=now,
        )
        for outcome in outcomes
    ]
    fields = [f.name for f in TargetResult._meta.concrete_fields if f.name not in {"id", "target", "period"}]
    TargetResult.objects.bulk_create(
        results, update_conflicts=True, unique_fields=["target", "period"], update_fields=fields
    )
    after = {outcome.code: f"{outcome.status} {outcome.units}" for outcome in outcomes}
    changed([Change("targets.targetresult", quarter.code, f"{quarter.label}目标进展", None, after)])
