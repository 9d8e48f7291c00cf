"""Jobs of this room."""

from collections.abc import Sequence

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor, Service
from guandu.core.periods import Period
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from rating.actions import assessments
from rating.actions.assessments import Trial
from rating.engine import Facts, FactsError, Scheme as Rules, load_scheme, score_cohort
from rating.engine.cohort import demand_readable
from rating.enums import TRIAL_JOB
from rating.models import Scheme
from rating.queries.applying import scopes_on, shared_out
from rating.queries.facts import facts_of_parks
from targets.followers import follow_figures
from targets.models import Publication

RATING = Service("rating", "星级试算")
LONGEST_NOTE = 200


@job(TRIAL_JOB, title="星级试算", needs=Permission.ASSESSMENT_RUN)
def trial(
    context: JobContext, *, period: str, only_new: bool = False, publication: int | None = None
) -> None:
    """Score every park of the quarter under the schemes in use that apply to it; with `only_new` those without a score.

    A park whose facts the scheme cannot read is left without a score and named; the others go on.
    """
    quarter = Period.parse(period)
    pinned = Publication.objects.get(pk=publication) if publication else None
    schemes = [(scheme, load_scheme(scheme.text)) for scheme in Scheme.objects.newest()]
    facts = facts_of_parks(quarter, [rules for _, rules in schemes], pinned)
    shares = dict(shared_out([scheme for scheme, _ in schemes], facts, scopes_on(quarter.last_day)))
    refused: list[str] = []
    for done, (scheme, rules) in enumerate(schemes):
        context.report(done, len(schemes), f"试算 {len(facts)} 个园区")
        readable = _readable(rules, shares[scheme], refused)
        made = score_cohort(rules, readable)
        scored = list(zip(readable, made.results, strict=True))
        found = Trial(scheme, quarter, scored, made.references, pinned)
        with context.writing():
            assessments.store(trial=found, run=context.job_id, only_new=only_new, by=RATING)
    left_out = f"；{len(refused)} 个园区未能计分：{'；'.join(refused)}" if refused else ""
    context.report(len(schemes), len(schemes), f"完成{left_out}"[:LONGEST_NOTE])


def _readable(rules: Rules, facts: Sequence[Facts], refused: list[str]) -> list[Facts]:
    """The facts that the rules can read; what is wrong with the others is added to `refused`."""
    found = []
    for each in facts:
        try:
            demand_readable(rules, [each])
        except FactsError as error:
            refused.append(str(error))
        else:
            found.append(each)
    return found


@follow_figures
def score_new_parks(quarter: Period, by: Actor) -> None:
    """New figures of a quarter ask, in the same transaction, for the scores that are not there yet. A score that is
    there stays: its page says which of its inputs have moved, and the office has it computed anew."""
    assessments.ask_trial(period=quarter, only_new=True, by=by)
