"""Jobs of this room."""

from guandu.core.actors import Actor, Service
from guandu.core.periods import Period
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from rating.actions import assessments
from rating.engine import load_scheme, score
from rating.models import Scheme
from rating.queries.facts import facts_of_parks
from targets.followers import follow_figures

RATING = Service("rating", "星级试算")


@job(assessments.TRIAL_JOB)
def trial(context: JobContext, *, period: str) -> None:
    """Score every park of the quarter under the newest scheme of each code."""
    quarter = Period.parse(period)
    facts = facts_of_parks(quarter)
    schemes = list(Scheme.objects.newest())
    for done, scheme in enumerate(schemes):
        context.report(done, len(schemes), f"试算 {len(facts)} 个园区")
        rules = load_scheme(scheme.text)
        scored = [(each, score(rules, each)) for each in facts]
        with context.writing():
            assessments.store(scheme=scheme, quarter=quarter, scored=scored, run=context.job_id, by=RATING)
    context.report(len(schemes), len(schemes), "完成")


@follow_figures
def score_again(quarter: Period, by: Actor) -> None:
    """New figures of a quarter ask for its trial scores, in the same transaction."""
    assessments.ask_trial(period=quarter, by=by)
