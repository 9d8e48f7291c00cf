"""Trying a scheme on every park: asked for, computed in a job, stored beside the official scores and apart from them."""

from collections.abc import Sequence

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed, created
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import digest
from guandu.core.errors import Invalid
from guandu.core.periods import Period, PeriodKind
from guandu.jobs import queue
from rating.engine import Facts
from rating.engine.codec import dump
from rating.enums import SIMULATION_JOB
from rating.models import Scheme, Simulation
from rating.trying.outcome import Outcome


@action("simulation.ask")
def ask(*, before: Scheme, after: Scheme, period: Period, by: Actor) -> Simulation:
    """Queue the trial of `after` beside `before` on every park of the quarter. The same asked again is computed anew;
    until then its last outcome stays to be read."""
    require(by, Permission.ASSESSMENT_RUN, to="模拟评定方案")
    if period.kind is not PeriodKind.QUARTER:
        raise Invalid(f"方案按季模拟，{period.label}不是一个季度。请选择一个季度，例如 2026Q3。")
    if period.first_day > clock.today():
        raise Invalid(f"{period.label}还没有开始，不能模拟。")
    asked = {"asked_by": by.actor_name, "asked_at": clock.now()}
    row, new = Simulation.objects.select_for_update().get_or_create(
        before=before, after=after, period=period.code, defaults=asked
    )
    if new:
        created(row)
    else:
        about(row)
        Simulation.objects.filter(pk=row.pk).update(**asked)
    queue.enqueue(SIMULATION_JOB, by=by, key=row.key, simulation=row.pk)
    return row


@action("simulation.store")
def store(*, simulation: Simulation, facts: Sequence[Facts], outcome: Outcome, by: Actor) -> Simulation:
    """Keep the outcome with the facts that it follows from. Raises NotAllowed for a person."""
    require_service(by, to="模拟结果的写入")
    about(simulation)
    text = outcome.to_json()
    ways = [placed.move.way for placed in outcome.parks]
    values = {
        "facts": dump([each.to_json() for each in facts]),
        "outcome": text,
        "outcome_digest": digest(text.encode()),
        "parks": len(ways),
        "risen": ways.count("up"),
        "fallen": ways.count("down"),
        "computed_at": clock.now(),
    }
    Simulation.objects.filter(pk=simulation.pk).update(**values)
    said = {"digest": values["outcome_digest"], "risen": values["risen"], "fallen": values["fallen"]}
    changed([Change("rating.simulation", str(simulation.pk), str(simulation), None, said)])
    simulation.refresh_from_db()
    return simulation
