"""The number of one reading in one quarter, in the target's unit, with what it is made of and what is missing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from targets.definitions.values import PERCENT
from targets.enums import FigureScope, Gap, IndicatorKind, Operator, Shape, SubjectKind
from targets.enums_plan import Counts
from targets.models import Figure, Target
from targets.queries.measures.readings import Reading
from targets.queries.measures.shelf import Shelf
from targets.target_units import factor_between

PERCENT_DECIMALS = 2
EACH = frozenset({Shape.RATIO_EACH, Shape.CAP_EACH})
_EITHER_WAY = frozenset(
    {IndicatorKind.AVERAGE, IndicatorKind.GROWTH, IndicatorKind.ANNUAL_GROWTH, IndicatorKind.FORMULA}
)
HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    Operator.AT_LEAST: lambda value, line: value >= line,
    Operator.MORE_THAN: lambda value, line: value > line,
    Operator.AT_MOST: lambda value, line: value <= line,
    Operator.DONE: lambda value, line: value >= line,
}


@dataclass(frozen=True)
class Base:
    """The number of the base period in the target's unit. `is_frozen`: an official has fixed it for the plan, from
    `source`; otherwise it is what `figure` says."""

    value: Decimal
    period: str
    source: str = ""
    figure: Figure | None = None

    @property
    def is_frozen(self) -> bool:
        return self.figure is None


@dataclass(frozen=True)
class Measure:
    """`value` is exact, `decimals` how many of them are kept and shown. `is_open`: what is missing could still turn the
    outcome. `passing` counts parks, where every park must meet the line. `period` is the figure's own."""

    value: Decimal | None = None
    decimals: int = 0
    sentence: str = ""
    expected: int = 0
    reported: int = 0
    parts: list[dict] = field(default_factory=list)
    base: Base | None = None
    is_open: bool = False
    passing: tuple[int, int] | None = None
    period: str = ""

    @property
    def units(self) -> int | None:
        if self.value is None:
            return None
        return int(round_half_up(self.value, self.decimals).scaleb(self.decimals))


def measure_of(target: Target, reading: Reading, shelf: Shelf) -> Measure:
    """The reading's number. Missing is None with the sentence that says what, and who owes it."""
    if reading.indicator.kind == IndicatorKind.ALL_OF:
        return _all_hold(reading, shelf)
    if target.shape in EACH and reading.scope == (FigureScope.DISTRICT, ""):
        return _each(target, reading, shelf)
    if reading.counts == Counts.MEAN_GROWTH:
        return _mean_growth(target, reading, shelf, shelf.quarter)
    return _single(target, reading, shelf)


def series_of(target: Target, reading: Reading, shelf: Shelf) -> dict[Period, Decimal]:
    """The reading's number by quarter, where there is one; whole coverage only."""
    base = base_of(target, reading, shelf)
    found = {}
    for quarter, figure in shelf.series(reading.indicator.pk, reading.scope).items():
        if figure.value is None or figure.reported < figure.expected:
            continue
        if reading.counts == Counts.MEAN_GROWTH:
            mean = _mean_growth(target, reading, shelf, quarter).value if quarter.last_day >= target.plan.starts_on else None
            found |= {} if mean is None else {quarter: mean}
            continue
        less = shelf.series(reading.minus.pk, reading.scope).get(quarter) if reading.minus else None
        value = _counted(reading, _net(target, reading, figure, less), base)
        if value is not None:
            found[quarter] = value
    return found


def base_of(target: Target, reading: Reading, shelf: Shelf) -> Base | None:
    """What is frozen for the plan, else the figure of the year before it begins."""
    if target.baseline_value and reading.indicator == target.indicator:
        return Base(Decimal(target.baseline_value), target.baseline_period, target.baseline_source)
    before = Period.quarter(target.plan.starts_on.year - 1, 4)
    figure = shelf.series(reading.indicator.pk, reading.scope).get(before)
    value = None if figure is None else _in_unit(target, reading, figure)
    return None if figure is None or value is None else Base(value, figure.period, figure=figure)


def part_of(figure: Figure) -> dict:
    return ({"backfilled": figure.backfilled} if figure.backfilled else {}) | {
        "scope_name": figure.scope_name,
        "park_code": figure.park_code,
        "figure": figure.pk,
        "value": None if figure.value is None else str(figure.value),
        "ok": None,
    }


def _single(target: Target, reading: Reading, shelf: Shelf) -> Measure:
    """One figure at the reading's scope: counts, shares, totals."""
    figure = shelf.at(reading.indicator.pk, reading.scope)
    if figure is None or figure.value is None:
        return Measure(sentence=what_is_missing(reading, figure), **_coverage(figure))
    less = shelf.at(reading.minus.pk, reading.scope) if reading.minus else None
    if reading.minus and (less is None or less.value is None):
        return Measure(sentence=what_is_missing(reading, less, reading.minus.name), **_coverage(figure))
    net, base = _net(target, reading, figure, less), base_of(target, reading, shelf)
    if net is None:
        return Measure(sentence=_no_factor(target, figure), **_coverage(figure))
    value = _counted(reading, net, base)
    if value is None:
        return Measure(sentence=_no_base(target, reading), **_coverage(figure))
    own = [part_of(figure)]
    if reading.minus is None and reading.counts == Counts.VALUE:
        own = [{**part_of(figure), "whole": True}]
    else:
        own += [part_of(each) for each in (less, base.figure if base else None) if each is not None]
    rows = shelf.rows(reading.indicator.pk)
    return Measure(
        value=value,
        decimals=_decimals(target, reading, figure),
        sentence=_coverage_sentence(figure, shelf.quarter),
        parts=[*own, *(part_of(row) for row in rows if _adds_to(row, figure) and row.numerator)],
        base=base,
        is_open=figure.reported < figure.expected,
        period=figure.period,
        **_coverage(figure),
    )


def _net(target: Target, reading: Reading, figure: Figure, less: Figure | None) -> Decimal | None:
    """The figure in the target's unit, less what the reading subtracts; None where a number or a factor is missing."""
    value = _in_unit(target, reading, figure)
    if reading.minus is None or value is None:
        return value
    taken = _in_unit(target, reading, less) if less is not None else None
    return None if taken is None else value - taken


def _counted(reading: Reading, value: Decimal | None, base: Base | None) -> Decimal | None:
    """What is held against the line; None where it needs a base that is missing or not above zero."""
    if value is None:
        return None
    if reading.counts == Counts.INCREASE:
        return None if base is None else value - base.value
    if reading.counts == Counts.GROWTH:
        if base is None or base.value <= 0:
            return None
        return _percent(Fraction(value) / Fraction(base.value) - 1)
    return value


def _mean_growth(target: Target, reading: Reading, shelf: Shelf, quarter: Period) -> Measure:
    """The mean of the plan's years: each against the year before, the year under way against the same months of it."""
    series = shelf.series(reading.indicator.pk, reading.scope)
    now = series.get(quarter)
    rates, parts = [], []
    for year in range(target.plan.starts_on.year, quarter.year + 1):
        end = quarter if year == quarter.year else Period.quarter(year, 4)
        figure, before = series.get(end), series.get(Period.quarter(year - 1, end.last // 3))
        if figure is None or figure.value is None:
            return Measure(sentence=what_is_missing(reading, figure, label=end.to_date.label), **_coverage(now))
        if before is None or before.value is None or before.value <= 0:
            sentence = f"缺少{end.year_before.to_date.label}的“{reading.indicator.name}”，不能计算{year}年增速。"
            return Measure(sentence=sentence, **_coverage(now))
        rates.append(Fraction(figure.value) / Fraction(before.value) - 1)
        parts += [part_of(figure), part_of(before)]
    open_ = now is not None and now.reported < now.expected
    return Measure(
        value=_percent(sum(rates, Fraction(0)) / len(rates)),
        decimals=PERCENT_DECIMALS,
        sentence=_coverage_sentence(now, quarter) if now and open_ else "",
        parts=parts,
        is_open=open_,
        period=now.period if now else "",
        **_coverage(now),
    )


def _percent(rate: Fraction) -> Decimal:
    """A rate in per cent to six decimals, rounded once."""
    return round_half_up(Decimal(rate.numerator * 100) / Decimal(rate.denominator), 6)


def _each(target: Target, reading: Reading, shelf: Shelf) -> Measure:
    """Every park's own ratio against the line; a park that cannot be assessed is not counted as good."""
    line, holds = Decimal(target.value), HOLDS[target.operator]
    parks = [row for row in shelf.rows(reading.indicator.pk) if row.scope_kind == FigureScope.PARK]
    assessed = [row for row in parks if row.value is not None]
    parts = [{**part_of(row), "ok": holds(row.value, line)} for row in assessed]
    parts += [part_of(row) for row in parks if row.value is None]
    counts = {"expected": len(parks), "reported": len(assessed)}
    if not assessed:
        return Measure(sentence="本期还没有核定的园区数据。", parts=parts, **counts)
    return _judged_parks(parts, assessed=len(assessed), lacking=len(parks) - len(assessed), period=assessed[0].period, **counts)


def _all_hold(reading: Reading, shelf: Shelf) -> Measure:
    """A condition asked of every park. The parks stand by their own rows."""
    whole = shelf.at(reading.indicator.pk, reading.scope)
    if whole is None or whole.numerator is None:
        return Measure(sentence=what_is_missing(reading, whole), **_coverage(whole))
    below = [row for row in shelf.rows(reading.indicator.pk) if _adds_to(row, whole)]
    parts = [{**part_of(row), "ok": None if row.numerator is None else bool(row.numerator)} for row in below]
    told = {**part_of(whole), "whole": True}
    return _judged_parks(
        parts, assessed=whole.denominator or 0, lacking=whole.expected - whole.reported, passing=whole.numerator,
        told=[told], period=whole.period, **_coverage(whole),
    )  # fmt: skip


def _judged_parks(
    parts: list[dict], *, assessed: int, lacking: int, period: str, passing: int | None = None, told: list[dict] | None = None,
    **counts: int,
) -> Measure:  # fmt: skip
    failing = [part["scope_name"] for part in parts if part["ok"] is False]
    good = assessed - len(failing) if passing is None else passing
    sentence = f"可评定的 {assessed} 个园区中 {good} 个符合要求。"
    if failing:
        sentence += f"未符合：{_names(failing)}。"
    if lacking > 0:
        sentence += f"另有 {lacking} 个园区缺少数据，未评定。"
    share = Decimal(good * 100) / assessed if assessed else Decimal(0)
    return Measure(
        value=round_half_up(share, 6), decimals=PERCENT_DECIMALS, sentence=sentence, parts=[*(told or []), *parts],
        is_open=lacking > 0, passing=(good, assessed), period=period, **counts,
    )  # fmt: skip


def can_turn(target: Target, reading: Reading, measure: Measure, met: bool) -> bool:
    """Whether what is missing could turn the outcome. More parks can only raise a sum or a count, and move an average
    either way; one park that fails, fails for all."""
    if not measure.is_open:
        return False
    if measure.passing is not None:
        return met
    either = reading.indicator.kind in _EITHER_WAY or reading.minus is not None or reading.counts == Counts.MEAN_GROWTH
    return either or met == (target.operator == Operator.AT_MOST)


def _in_unit(target: Target, reading: Reading, figure: Figure) -> Decimal | None:
    """The figure's value in the target's unit, exact; growth is counted in the figure's own, a milestone in none. None
    without a value, or where the two measure different things."""
    if figure.value is None or reading.counts in {Counts.GROWTH, Counts.MEAN_GROWTH} or not target.unit:
        return figure.value
    factor = factor_between(figure.indicator_version.unit, target.unit)
    return None if factor is None else figure.value * factor.numerator / factor.denominator


def _decimals(target: Target, reading: Reading, figure: Figure) -> int:
    if figure.is_ratio or target.unit == PERCENT or reading.counts == Counts.GROWTH:
        return PERCENT_DECIMALS
    factor = factor_between(figure.indicator_version.unit, target.unit)
    return figure.indicator_version.scale + (4 if factor is not None and factor < 1 else 0)


def _adds_to(row: Figure, whole: Figure) -> bool:
    if row.scope_kind != FigureScope.PARK:
        return False
    column = {FigureScope.CHAIN: "chain_code", FigureScope.AREA: "area_code"}.get(FigureScope(whole.scope_kind))
    return column is None or getattr(row, column) == whole.scope_code


def _coverage(figure: Figure | None) -> dict[str, int]:
    return {"expected": figure.expected, "reported": figure.reported} if figure else {}


def _coverage_sentence(figure: Figure, quarter: Period) -> str:
    words = []
    if Period.parse(figure.period).last_day != quarter.last_day:
        words.append(f"每年一报，取{Period.parse(figure.period).label}数。")
    if figure.reported < figure.expected:
        words.append(f"按已核定的 {figure.reported}/{figure.expected} 个园区计算，其余园区尚未核定。")
    if figure.indicator.kind == IndicatorKind.COUNT and figure.period.endswith(("Q1", "H1", "Q1-3")):
        words.append("按年初至报告期末的累计数判断，全年是否达标以年末数为准。")
    return "".join(words)


def what_is_missing(reading: Reading, figure: Figure | None, name: str = "", label: str = "本期") -> str:
    """Who owes what, in words."""
    name = name or reading.indicator.name
    unit = reading.indicator.certifying_unit
    if figure is None:
        waits = f"等待{unit}报送并核定" if unit else "等待报送并核定"
        return f"{label}还没有“{name}”的数据，{waits}。"
    if figure.numerator is None and figure.gap not in {"", Gap.NOT_REPORTED}:
        return f"“{name}”{figure.lack_words}。"
    if figure.numerator is None:
        from_parks = figure.indicator.level == SubjectKind.PARK or not unit
        owed = f"应报 {figure.expected} 个园区" if from_parks else f"等待{unit}报送"
        return f"{label}还没有核定的“{name}”数据，{owed}。"
    whole = figure.denominator_figure
    if whole is None and not figure.is_share:
        return f"“{name}”{figure.lack_words}。"
    if whole is None:
        return "缺少全区数，暂不能计算占比。"
    unit = whole.indicator.certifying_unit
    return f"等待{unit}报送并核定“{whole.indicator.name}”。" if unit else f"等待核定“{whole.indicator.name}”。"


def _no_factor(target: Target, figure: Figure) -> str:
    units = f"指标按{figure.indicator_version.unit}、目标按{target.unit}"
    return f"“{figure.indicator.name}”的单位与目标的单位不能换算（{units}），请园区发展办核对目标的单位。"


def _no_base(target: Target, reading: Reading) -> str:
    year, unit = target.plan.starts_on.year - 1, reading.indicator.certifying_unit
    owed = f"，等待{unit}提供，由园区发展办补录或登记" if unit else "，由园区发展办补录或登记"
    return f"缺少{year}年末“{reading.indicator.name}”的基期数{owed}。"


def _names(names: list[str], most: int = 5) -> str:
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 个"
