"""Storing what was computed: figures and target results of one quarter, each replaced as a whole."""

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, changed, concerning
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import digest_of
from guandu.core.periods import Period
from guandu.jobs import queue
from targets.enums import Basis
from targets.followers import tell_followers
from targets.models import Figure, TargetResult
from targets.queries.progress import Outcome
from targets.queries.rollup import Inputs, Row

ROLL_UP_JOB = "figures.roll_up"
FIELDS = [
    "indicator_version", "scope_name", "numerator", "denominator", "base_numerator", "expected", "reported",
    "backfilled", "park_code", "chain_code", "street_code", "area_code", "department_code", "source", "facts", "run",
    "computed_at",
]  # fmt: skip
KEY = ["indicator", "scope_kind", "scope_code", "period", "basis"]


@action("figures.ask")
def ask_roll_up(*, period: Period, by: Actor):
    """Queue the roll-up of the quarter that ends with `period` (a quarter, its last month, or the year);
    one that already waits is returned, None for a month within a quarter. Raises NotAllowed."""
    quarter = Period.quarter_of(period.last_day)
    concerning("targets.figure", quarter.code, f"{quarter.label}汇总数据")
    require(by, Permission.RETURN_CONFIRM, to="发起汇总计算")
    if quarter.last_day != period.last_day:
        return None
    return queue.enqueue(ROLL_UP_JOB, by=by, key=quarter.code, period=quarter.code)


@action("figures.store")
def store(*, inputs: Inputs, rows: list[Row], run: int, by: Actor) -> int:
    """Make the stored figures of the quarter equal to `rows`; the number that changed.

    Rows keep their ids, so that links to a figure last. Shares are pointed at their denominator.
    Raises NotAllowed for a person.
    """
    require_service(by, to="汇总数据的写入")
    wanted = {(row.key, row.period): row for row in rows}
    kept = {_key(figure): figure for figure in _stored(inputs)}
    fresh = [
        _figure(inputs, row, run)
        for key, row in wanted.items()
        if key not in kept or _content(kept[key]) != _row_content(inputs, row)
    ]
    stale = [figure.pk for key, figure in kept.items() if key not in wanted]
    Figure.objects.filter(pk__in=stale).delete()
    Figure.objects.bulk_create(
        fresh, batch_size=400, update_conflicts=True, unique_fields=KEY, update_fields=FIELDS
    )
    _point_at_denominators(inputs, rows)
    count = len(fresh) + len(stale)
    after = {"figures": len(wanted), "changed": count, "content": _digest(wanted)}
    changed([Change("targets.figure", inputs.quarter.code, f"{inputs.quarter.label}汇总数据", None, after)])
    tell_followers(inputs.quarter, by)
    return count


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


def _stored(inputs: Inputs):
    periods = {inputs.quarter.code, inputs.quarter.to_date.code}
    return Figure.objects.filter(period__in=periods, basis=Basis.CERTIFIED).select_related("indicator")


def _key(figure: Figure) -> tuple:
    return (figure.indicator.code, figure.scope_kind, figure.scope_code), figure.period


def _content(figure: Figure) -> tuple:
    return (
        figure.indicator_version_id, figure.scope_name, figure.numerator, figure.denominator,
        figure.base_numerator, figure.expected, figure.reported, figure.backfilled, figure.park_code, figure.chain_code,
        figure.street_code, figure.area_code, figure.department_code, figure.source_id, figure.facts,
    )  # fmt: skip


def _row_content(inputs: Inputs, row: Row) -> tuple:
    member = row.member
    codes = (member.code, member.chain, member.street, member.area, member.department) if member else ("",) * 5
    version = inputs.definitions[row.indicator].version_id
    return (
        version, row.scope_name, row.numerator, row.denominator, row.base, row.expected, row.reported,
        row.backfilled, *codes, row.value_id, row.facts,
    )  # fmt: skip


def _figure(inputs: Inputs, row: Row, run: int) -> Figure:
    names = FIELDS[: len(FIELDS) - 2]
    names = ["indicator_version_id", *(n if n != "source" else "source_id" for n in names[1:])]
    return Figure(
        indicator_id=inputs.definitions[row.indicator].indicator_id,
        scope_kind=row.scope_kind,
        scope_code=row.scope_code,
        period=row.period,
        basis=Basis.CERTIFIED,
        run=run,
        computed_at=clock.now(),
        **dict(zip(names, _row_content(inputs, row), strict=True)),
    )


def _point_at_denominators(inputs: Inputs, rows: list[Row]) -> None:
    wholes = {row.denominator_key: row for row in rows if row.denominator_key}
    for code, kind, scope in wholes:
        whole = _stored(inputs).filter(indicator__code=code, scope_kind=kind, scope_code=scope).first()
        shares = {row.indicator for row in rows if row.denominator_key == (code, kind, scope)}
        _stored(inputs).filter(indicator__code__in=shares).update(denominator_figure=whole)


def _digest(wanted: dict) -> str:
    return digest_of(
        sorted(
            [*key, period, row.numerator, row.denominator, row.base, row.expected, row.reported]
            for (key, period), row in wanted.items()
        )
    )
