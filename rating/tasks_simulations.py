"""The job that tries a scheme on every park."""

from guandu.accounts.permissions import Permission
from guandu.core.actors import Service
from guandu.core.periods import Period
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from rating.actions import simulations
from rating.engine import load_scheme
from rating.enums import SIMULATION_JOB
from rating.models import Simulation
from rating.queries.facts import facts_of_parks
from rating.queries.simulations import placed
from rating.trying.compare import moves
from rating.trying.outcome import Outcome

REPORT_EVERY = 5  # parks
SIMULATOR = Service("simulator", "方案模拟")


@job(SIMULATION_JOB, title="方案模拟", needs=Permission.ASSESSMENT_RUN)
def simulate(context: JobContext, *, simulation: int) -> None:
    """Both schemes on the facts of every park as they stand now. Official scores are neither read nor written."""
    row = Simulation.objects.select_related("before", "after").get(pk=simulation)
    quarter = Period.parse(row.period)
    before, after = load_scheme(row.before.text), load_scheme(row.after.text)
    facts = facts_of_parks(quarter, [before, after])
    total = 2 * len(facts)

    def told(done: int) -> None:
        if done % REPORT_EVERY == 0:
            context.report(done, total, f"模拟 {len(facts)} 个园区")

    found = moves(before, after, facts, told=told)
    outcome = Outcome(before.digest, after.digest, placed(quarter, facts, found))
    with context.writing():
        simulations.store(simulation=row, facts=facts, outcome=outcome, by=SIMULATOR)
    context.report(total, total, "完成")
