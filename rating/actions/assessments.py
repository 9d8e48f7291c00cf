"""Trial scores: asked for, computed in a job, stored as a whole for one quarter."""

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, changed, concerning
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import digest
from guandu.core.errors import Invalid
from guandu.core.numbers import to_units
from guandu.core.periods import Period, PeriodKind
from guandu.jobs import queue
from parks.models import Park
from rating.engine import Facts, Result
from rating.enums import TRIAL_JOB, AssessmentKind
from rating.models import Assessment, Scheme

_COMPUTED = ["total_units", "stars", "grade", "facts", "result", "result_digest", "run", "computed_at"]


@action("assessments.ask")
def ask_trial(*, period: Period, by: Actor):
    """Queue the trial scores of the quarter; a job that already waits is returned."""
    concerning("rating.assessment", period.code, f"{period.label}星级试算")
    require(by, Permission.ASSESSMENT_RUN, to="发起星级试算")
    if period.kind is not PeriodKind.QUARTER:
        raise Invalid(f"星级试算按季进行，{period.label}不是一个季度。请选择一个季度，例如 2026Q3。")
    if period.first_day > clock.today():
        raise Invalid(f"{period.label}还没有开始，不能试算。")
    return queue.enqueue(TRIAL_JOB, by=by, key=period.code, period=period.code)


@action("assessments.store")
def store(
    *, scheme: Scheme, quarter: Period, scored: list[tuple[Facts, Result]], run: int, by: Actor
) -> int:
    """Make the stored trial scores of the quarter equal to `scored`; the number that changed.

    A trial is recomputed freely: it never becomes an award. Raises NotAllowed for a person.
    """
    require_service(by, to="试算结果的写入")
    parks = dict(Park.objects.values_list("code", "pk"))
    stored = dict(_trials(scheme, quarter).values_list("park__code", "result_digest"))
    rows = [_assessment(scheme, quarter, parks[f.entity], f, r, run) for f, r in scored]
    fresh = [row for row, (facts, _) in zip(rows, scored, strict=True) if stored.get(facts.entity) != row.result_digest]
    Assessment.objects.bulk_create(
        fresh,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["scheme", "park", "period", "kind"],
        update_fields=_COMPUTED,
    )
    gone = set(stored) - {facts.entity for facts, _ in scored}
    _trials(scheme, quarter).filter(park__code__in=gone).delete()
    after = {facts.entity: str(result.total) for facts, result in scored}
    name = f"{quarter.label}{scheme.title}试算"
    changed([Change("rating.assessment", quarter.code, name, None, after)])
    return len(fresh) + len(gone)


def _trials(scheme: Scheme, quarter: Period):
    return Assessment.objects.filter(scheme=scheme, period=quarter.code, kind=AssessmentKind.TRIAL)


def _assessment(scheme: Scheme, quarter: Period, park: int, facts: Facts, result: Result, run: int) -> Assessment:
    text = result.to_json()
    blocked = result.status == "blocked"
    return Assessment(
        scheme=scheme,
        park_id=park,
        period=quarter.code,
        kind=AssessmentKind.TRIAL,
        total_units=None if blocked else to_units(result.total, Assessment.SCORE_SCALE),
        stars=None if blocked else result.grade.stars,
        grade="" if blocked else result.grade.title,
        facts=facts.to_json(),
        result=text,
        result_digest=digest(text.encode()),
        run=run,
        computed_at=clock.now(),
    )
