"""Jobs of this room."""

from collections.abc import Iterator

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor, Service
from guandu.core.periods import Period
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from rating.actions import assessments
from rating.engine import Facts, FactsError, Result, Scheme as Rules, load_scheme, score
from rating.enums import TRIAL_JOB
from rating.models import Scheme
from rating.queries.facts import facts_of_parks
from targets.followers import follow_figures

RATING = Service("rating", "星级试算")
LONGEST_NOTE = 200


@job(TRIAL_JOB, title="星级试算", needs=Permission.ASSESSMENT_RUN)
def trial(context: JobContext, *, period: str) -> None:
    """Score every park of the quarter under the newest scheme of each code.

    A park whose facts the scheme cannot read is left without a score and named; the others go on.
    """
    quarter = Period.parse(period)
    facts = facts_of_parks(quarter)
    schemes = list(Scheme.objects.newest())
    refused: list[str] = []
    for done, scheme in enumerate(schemes):
        context.report(done, len(schemes), f"试算 {len(facts)} 个园区")
        rules = load_scheme(scheme.text)
        scored = list(_scored(rules, facts, refused))
        with context.writing():
            assessments.store(scheme=scheme, quarter=quarter, scored=scored, run=context.job_id, by=RATING)
    left_out = f"；{len(refused)} 个园区未能计分：{'；'.join(refused)}" if refused else ""
    context.report(len(schemes), len(schemes), f"完成{left_out}"[:LONGEST_NOTE])


def _scored(rules: Rules, facts: list[Facts], refused: list[str]) -> Iterator[tuple[Facts, Result]]:
    """Every score that the rules can give; what they refuse is added to `refused`."""
    for each in facts:
        try:
            yield each, score(rules, each)
        except FactsError as error:
            refused.append(str(error))


@follow_figures
def score_again(quarter: Period, by: Actor) -> None:
    """New figures of a quarter ask for its trial scores, in the same transaction."""
    assessments.ask_trial(period=quarter, by=by)
