"""Where a series is heading by a deadline: a range, the method, and how far earlier forecasts would have been off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from guandu.core.periods import Period
from targets.progress.amounts import difference, half_up, measured, rounded_down, rounded_up, written
from targets.progress.flow import Flow, projected
from targets.progress.student import LEVEL
from targets.progress.terms import position
from targets.progress.trend import Level, Range, fitted

FEWEST = 4
Series = Sequence[tuple[Period, Decimal]]


@dataclass(frozen=True)
class TooShort:
    """No forecast, and why."""

    words: str
    points: int


@dataclass(frozen=True)
class Forecast:
    """`low`–`high` holds the value at the deadline nine times in ten, in the series' unit and decimals. `error` is
    the mean distance of earlier forecasts from what came then, in the same unit; None where none could be made."""

    low: Decimal
    middle: Decimal
    high: Decimal
    method: str
    error: Decimal | None
    error_words: str
    points: int
    words: str


@dataclass(frozen=True)
class Hindcast:
    """Forecasts made at `origins` earlier quarters of `asked` values known by now, of which `inside` fell into the
    range given for them; `error` as in Forecast."""

    origins: int
    asked: int
    inside: int
    error: Decimal | None


def forecast(
    series: Series, deadline: Period, *, cumulative: bool, decimals: int, unit: str = ""
) -> Forecast | TooShort:
    """The value at the end of `deadline` from values by the quarter they end with, holes allowed. `cumulative` series
    count from January of each year; others stand at the end of the quarter. Whole numbers (`decimals` 0) that were
    never below zero stay so."""
    points = {position(period): Fraction(value) for period, value in series}
    place = position(deadline)
    if place in points:
        return _known(points[place], deadline, decimals, unit, len(points))
    if points and place < max(points):
        return TooShort(f"完成时限（{deadline.label}）已过，当期没有数据", len(points))
    model = _model(points, cumulative, decimals)
    found = model if isinstance(model, str) else model.at(place)
    if isinstance(model, str) or isinstance(found, str):
        return TooShort(str(found), len(points))
    low, middle, high = _rounded(found, points, decimals)
    past = _hindcast(points, cumulative, decimals)
    span = f"{LEVEL}% 区间 {written(low)}～{written(high)}"
    words = f"预计到{deadline.label}为 {measured(middle, unit)}，{span}"
    method = model.method(place)
    return Forecast(low, middle, high, method, past.error, _error_words(past, unit), len(points), words)


def hindcast(series: Series, *, cumulative: bool, decimals: int) -> Hindcast:
    """Every known value forecast from each earlier quarter at which a forecast could be made."""
    return _hindcast({position(period): Fraction(value) for period, value in series}, cumulative, decimals)


def _known(value: Fraction, deadline: Period, decimals: int, unit: str, points: int) -> Forecast:
    exact = half_up(value, decimals)
    words = f"{deadline.label}的数据已有，为 {measured(exact, unit)}"
    return Forecast(exact, exact, exact, "完成时限当期的数据已有，不需预测", None, "", points, words)


def _model(points: Mapping[int, Fraction], cumulative: bool, decimals: int) -> Level | Flow | str:
    if len(points) < FEWEST:
        return f"不足以预测（只有 {len(points)} 期数据，至少 {FEWEST} 期）"
    fuzz = Fraction(1, 12 * 100**decimals)  # of a number rounded to its decimals
    model = projected(points, fuzz) if cumulative else Level(fitted(points, fuzz))
    return f"不足以预测（{model}）" if isinstance(model, str) else model


def _rounded(found: Range, points: Mapping[int, Fraction], decimals: int) -> tuple[Decimal, Decimal, Decimal]:
    """Outwards, so that the range holds what it held."""
    ends = (
        rounded_down(found.low, decimals),
        half_up(found.middle, decimals),
        rounded_up(found.high, decimals),
    )
    if decimals == 0 and min(points.values()) >= 0:
        low, middle, high = (max(end, Decimal(0)) for end in ends)
        return low, middle, high
    return ends


def _hindcast(points: Mapping[int, Fraction], cumulative: bool, decimals: int) -> Hindcast:
    places = sorted(points)
    origins = inside = 0
    distances: list[Fraction] = []
    for count in range(FEWEST, len(places)):
        known = {place: points[place] for place in places[:count]}
        model = _model(known, cumulative, decimals)
        told = [] if isinstance(model, str) else [(place, model.at(place)) for place in places[count:]]
        ranges = [(points[place], found) for place, found in told if isinstance(found, Range)]
        origins += bool(ranges)
        for truth, found in ranges:
            low, middle, high = _rounded(found, known, decimals)
            inside += low <= truth <= high
            distances.append(abs(truth - Fraction(middle)))
    mean = half_up(sum(distances, Fraction()) / len(distances), max(decimals, 1)) if distances else None
    return Hindcast(origins, len(distances), inside, mean)


def _error_words(past: Hindcast, unit: str) -> str:
    if past.error is None:
        return f"期数不足，还不能回测（至少 {FEWEST + 1} 期）"
    return (
        f"回测：在以往 {past.origins} 个时点预测其后已知的 {past.asked} 个数，"
        f"平均相差 {difference(past.error, unit)}，{past.inside} 个落在当时给出的区间内"
    )
