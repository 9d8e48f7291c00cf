"""Trial scores: asked for, computed in a job, stored as a whole for one quarter."""

from collections.abc import Sequence
from dataclasses import dataclass

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
from rating.engine import Facts, References, Result
from rating.enums import TRIAL_JOB, AssessmentKind, trial_key
from rating.models import Assessment, Scheme
from targets.models import Publication

_COMPUTED = [
    "publication", "total_units", "stars", "grade", "facts", "snapshot", "result", "result_digest", "run", "computed_at",
]  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What one scheme made of the parks of a quarter: facts and results in one order, the cohort's snapshot, and the
    期次 whose figures were read (None: the 核定 figures as they stood)."""

    scheme: Scheme
    quarter: Period
    scored: Sequence[tuple[Facts, Result]]
    references: References
    publication: Publication | None = None


@action("assessments.ask")
def ask_trial(
    *, period: Period, publication: Publication | None = None, only_new: bool = False, by: Actor
):
    """Queue the trial scores of the quarter; a job that already waits is returned.

    `publication` is the 期次 whose figures are read instead of those that stand now. `only_new` scores the parks
    that have no score yet and leaves every other as it is. Raises NotAllowed, and Invalid for what is no quarter that
    has begun, or a 期次 of another.
    """
    concerning("rating.assessment", period.code, f"{period.label}星级试算")
    require(by, Permission.ASSESSMENT_RUN, to="发起星级试算")
    if period.kind is not PeriodKind.QUARTER:
        raise Invalid(f"星级试算按季进行，{period.label}不是一个季度。请选择一个季度，例如 2026Q3。")
    if period.first_day > clock.today():
        raise Invalid(f"{period.label}还没有开始，不能试算。")
    if publication and publication.quarter != period:
        raise Invalid(f"{publication.title}不是{period.label}的数据，不能用于该季试算。请选择该季的期次。")
    read = publication.pk if publication else None
    key = trial_key(period, read, only_new=only_new)
    return queue.enqueue(TRIAL_JOB, by=by, key=key, period=period.code, publication=read, only_new=only_new)


@action("assessments.store")
def store(*, trial: Trial, run: int, only_new: bool = False, by: Actor) -> int:
    """Make the stored trial scores of the quarter equal to the trial's; the number that changed.

    A trial is recomputed freely, when somebody asks for it: it never becomes an award. With `only_new` a park
    that has a score keeps it, and what it was scored from. Raises NotAllowed for a person.
    """
    require_service(by, to="试算结果的写入")
    parks = dict(Park.objects.values_list("code", "pk"))
    there = _trials(trial).select_related("park").only("park__code", "total_units", "result_digest", "publication")
    rows = {row.park.code: row for row in there}
    kept = {code for code, row in rows.items() if only_new and row.total_units is not None}
    made = {f.entity: _assessment(trial, parks[f.entity], f, r, run) for f, r in trial.scored if f.entity not in kept}
    fresh = {code: row for code, row in made.items() if code not in rows or _differs(rows[code], row)}
    Assessment.objects.bulk_create(
        fresh.values(),
        batch_size=200,
        update_conflicts=True,
        unique_fields=["scheme", "park", "period", "kind"],
        update_fields=_COMPUTED,
    )
    gone = set() if only_new else set(rows) - set(made)
    _trials(trial).filter(park__code__in=gone).delete()
    touched = sorted({*fresh, *gone})
    before = {code: _total(rows.get(code)) for code in touched}
    after = {code: _total(fresh.get(code)) for code in touched}
    name = f"{trial.quarter.label}{trial.scheme.title}试算"
    changed([Change("rating.assessment", trial.quarter.code, name, before, after)])
    return len(touched)


def _trials(trial: Trial):
    return Assessment.objects.filter(
        scheme=trial.scheme, period=trial.quarter.code, kind=AssessmentKind.TRIAL
    )


def _differs(row: Assessment, now: Assessment) -> bool:
    return (row.result_digest, row.publication_id) != (now.result_digest, now.publication_id)


def _total(row: Assessment | None) -> str | None:
    return None if row is None or row.total is None else str(row.total)


def _assessment(trial: Trial, park: int, facts: Facts, result: Result, run: int) -> Assessment:
    text = result.to_json()
    blocked = result.status == "blocked"
    return Assessment(
        scheme=trial.scheme,
        park_id=park,
        period=trial.quarter.code,
        kind=AssessmentKind.TRIAL,
        publication=trial.publication,
        total_units=None if blocked else to_units(result.total, Assessment.SCORE_SCALE),
        stars=None if blocked else result.grade.stars,
        grade="" if blocked else result.grade.title,
        facts=facts.to_json(),
        snapshot=trial.references.to_json(),
        result=text,
        result_digest=digest(text.encode()),
        run=run,
        computed_at=clock.now(),
    )
