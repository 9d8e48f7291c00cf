"""How far each target is, from the figures of one quarter. One function per shape, words included."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from targets.enums import Basis, FigureScope, Gap, IndicatorKind, Operator, Shape, TargetStatus
from targets.models import Figure, Plan, Target
from targets.queries.rollup.shifts import OVER_QUARTERS

PERCENT_SCALE = 2
_EITHER_WAY = frozenset(
    {IndicatorKind.AVERAGE, IndicatorKind.GROWTH, IndicatorKind.ANNUAL_GROWTH, IndicatorKind.FORMULA}
)
_HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    Operator.AT_LEAST: lambda value, line: value >= line,
    Operator.MORE_THAN: lambda value, line: value > line,
    Operator.AT_MOST: lambda value, line: value <= line,
}


@dataclass(frozen=True)
class Outcome:
    """A target's standing in one quarter. `units` is the value × 10**scale; None is 待补."""

    target_id: int
    code: str
    status: str
    sentence: str
    units: int | None = None
    scale: int = 0
    expected: int = 0
    reported: int = 0
    parts: list[dict] = field(default_factory=list)


def outcomes(quarter: Period) -> list[Outcome]:
    """The standing of every target of the plans in force in the quarter. Fixed number of queries."""
    plans = Plan.objects.filter(starts_on__lte=quarter.last_day, ends_on__gte=quarter.first_day)
    targets = Target.objects.filter(plan__in=plans).select_related("indicator").order_by("plan", "position")
    figures = _figures(quarter, {t.indicator_id for t in targets if t.indicator_id})
    return [_outcome(target, figures) for target in targets]


def _figures(quarter: Period, indicators: set[int]) -> dict[int, list[Figure]]:
    rows = (
        Figure.objects.filter(
            indicator__in=indicators, period__in={quarter.code, quarter.to_date.code}, basis=Basis.CERTIFIED
        )
        .select_related("indicator", "indicator_version", "denominator_figure__indicator")
        .order_by("scope_code")
    )
    # At the year's end its own number stands, 年报 where there is one; what is made of four quarters counts them in
    # its coverage and not parks.
    yearly = {row.indicator_id for row in rows if row.of_year and row.indicator.over_time not in OVER_QUARTERS}
    found: dict[int, list[Figure]] = {}
    for row in rows:
        if row.of_year == (row.indicator_id in yearly):
            found.setdefault(row.indicator_id, []).append(row)
    return found


def _outcome(target: Target, figures: dict[int, list[Figure]]) -> Outcome:
    if target.indicator_id is None:
        return _pending(target, target.waits_for or "尚未确定数据来源。")
    rows = figures.get(target.indicator_id, [])
    if target.indicator.kind == IndicatorKind.ALL_OF:
        return _all_hold(target, rows)
    if target.shape in {Shape.RATIO_EACH, Shape.CAP_EACH}:
        return _each(target, rows)
    return _single(target, rows)


def _pending(target: Target, sentence: str, **numbers) -> Outcome:
    return Outcome(target.pk, target.code, TargetStatus.PENDING, sentence, **numbers)


def _single(target: Target, rows: list[Figure]) -> Outcome:
    """One figure at the target's scope against its line: counts, shares, totals."""
    at_scope = [r for r in rows if (r.scope_kind, r.scope_code) == (target.scope_kind, target.scope_code)]
    figure = at_scope[0] if at_scope else None
    if figure is None or figure.value is None:
        return _pending(target, _what_is_missing(target, figure), **_coverage(figure))
    scale = PERCENT_SCALE if figure.is_ratio else figure.indicator_version.scale
    value = figure.value
    met = _HOLDS[target.operator](value, Decimal(target.value))
    status = TargetStatus.MET if met else TargetStatus.BEHIND
    if figure.reported < figure.expected and (
        met == (target.operator == Operator.AT_MOST) or figure.indicator.kind in _EITHER_WAY
    ):
        # More parks can only raise a sum or a count, and move an average either way: what they could overturn is
        # not said yet.
        status = TargetStatus.PENDING
    parts = [_part(row) for row in rows if _adds_to(row, figure) and row.numerator]
    return Outcome(
        target.pk,
        target.code,
        status,
        _coverage_sentence(figure),
        units=int(round_half_up(value, scale).scaleb(scale)),
        scale=scale,
        parts=[{**_part(figure), "whole": True}, *parts],
        **_coverage(figure),
    )


def _each(target: Target, rows: list[Figure]) -> Outcome:
    """Every park's own ratio against the line; a park that cannot be assessed is not counted as good."""
    line, holds = Decimal(target.value), _HOLDS[target.operator]
    parks = [row for row in rows if row.scope_kind == FigureScope.PARK]
    assessed = [row for row in parks if row.value is not None]
    counts = {"expected": len(parks), "reported": len(assessed)}
    parts = [{**_part(row), "ok": holds(row.value, line)} for row in assessed]
    parts += [{**_part(row), "ok": None} for row in parks if row.value is None]
    failing = [part["scope_name"] for part in parts if part["ok"] is False]
    if not assessed:
        return _pending(target, "本期还没有核定的园区数据。", parts=parts, **counts)
    passing = len(assessed) - len(failing)
    sentence = f"可评定的 {len(assessed)} 个园区中 {passing} 个符合要求。"
    if failing:
        sentence += f"未符合：{_names(failing)}。"
    if len(parks) > len(assessed):
        sentence += f"另有 {len(parks) - len(assessed)} 个园区缺少数据，未评定。"
    status = TargetStatus.BEHIND if failing else TargetStatus.MET
    if not failing and len(parks) > len(assessed):
        status = TargetStatus.PENDING
    share = Decimal(passing * 100) / len(assessed)
    units = int(round_half_up(share, PERCENT_SCALE).scaleb(PERCENT_SCALE))
    return Outcome(
        target.pk, target.code, status, sentence, units=units, scale=PERCENT_SCALE, parts=parts, **counts
    )


def _all_hold(target: Target, rows: list[Figure]) -> Outcome:
    """A condition asked of every park: fulfilled by all of them only. The parks stand by their own rows."""
    whole = next((r for r in rows if (r.scope_kind, r.scope_code) == (target.scope_kind, target.scope_code)), None)
    if whole is None or whole.numerator is None:
        return _pending(target, _what_is_missing(target, whole), **_coverage(whole))
    held = whole.holds_for_all
    status = TargetStatus.PENDING if held is None else TargetStatus.MET if held else TargetStatus.BEHIND
    below = [row for row in rows if _adds_to(row, whole)]
    parts = [{**_part(row), "ok": None if row.numerator is None else bool(row.numerator)} for row in below]
    sentence = f"可评定的 {whole.denominator} 个园区中 {whole.numerator} 个符合要求。"
    if failing := [part["scope_name"] for part in parts if part["ok"] is False]:
        sentence += f"未符合：{_names(failing)}。"
    if whole.reported < whole.expected:
        sentence += f"另有 {whole.expected - whole.reported} 个园区缺少数据，未评定。"
    return Outcome(
        target.pk, target.code, status, sentence, units=whole.numerator, parts=[{**_part(whole), "whole": True}, *parts],
        **_coverage(whole),
    )  # fmt: skip


def _adds_to(row: Figure, whole: Figure) -> bool:
    if row.scope_kind != FigureScope.PARK:
        return False
    return whole.scope_kind == FigureScope.DISTRICT or row.chain_code == whole.scope_code


def _part(figure: Figure) -> dict:
    return ({"backfilled": figure.backfilled} if figure.backfilled else {}) | {
        "scope_name": figure.scope_name,
        "park_code": figure.park_code,
        "figure": figure.pk,
        "value": None if figure.value is None else str(figure.value),
        "ok": None,
    }


def _coverage(figure: Figure | None) -> dict[str, int]:
    return {"expected": figure.expected, "reported": figure.reported} if figure else {}


def _coverage_sentence(figure: Figure) -> str:
    words = []
    if figure.reported < figure.expected:
        words.append(f"按已核定的 {figure.reported}/{figure.expected} 个园区计算，其余园区尚未核定。")
    if figure.indicator.kind == IndicatorKind.COUNT and figure.period.endswith(("Q1", "H1", "Q1-3")):
        words.append("按年初至报告期末的累计数判断，全年是否达标以年末数为准。")
    return "".join(words)


def _what_is_missing(target: Target, figure: Figure | None) -> str:
    """Who owes what, in words."""
    if figure is None:
        return f"本期还没有“{target.indicator.name}”的数据。"
    if figure.numerator is None and figure.gap not in {"", Gap.NOT_REPORTED}:
        return f"“{target.indicator.name}”{figure.lack_words}。"
    if figure.numerator is None:
        return f"本期还没有核定的“{target.indicator.name}”数据，应报 {figure.expected} 个园区。"
    whole = figure.denominator_figure
    if whole is None and not figure.is_share:
        return f"“{target.indicator.name}”{figure.lack_words}。"
    if whole is None:
        return "缺少全区数，暂不能计算占比。"
    unit = whole.indicator.certifying_unit
    return f"等待{unit}报送并核定“{whole.indicator.name}”。" if unit else f"等待核定“{whole.indicator.name}”。"


def _names(names: list[str], most: int = 5) -> str:
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 个"
