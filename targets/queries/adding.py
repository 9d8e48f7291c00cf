"""Figures of one indicator, period and basis put together, exactly."""

from collections.abc import Sequence

from targets.definitions.values import PERCENT_KINDS
from targets.enums import FigureScope, IndicatorKind, OverSpace
from targets.models import Figure

_DIVIDED = PERCENT_KINDS | {IndicatorKind.AVERAGE, IndicatorKind.ALL_OF}
_NOT_ADDED = frozenset({OverSpace.NONE, OverSpace.MAX})


def adds_up(figure: Figure) -> bool:
    """Whether figures of this indicator become one of several parks by adding."""
    if figure.indicator.kind == IndicatorKind.COUNT:
        return True
    return figure.indicator.over_space not in _NOT_ADDED and figure.indicator.kind != IndicatorKind.MEASURE


def is_divided(figure: Figure) -> bool:
    """Whether numerator and denominator add up apart. An average over a year's quarters is a number like others."""
    return figure.indicator.kind in _DIVIDED or (figure.denominator is not None and not figure.of_year)


def times(figure: Figure) -> int | None:
    """A park's part of the denominator: where numbers of parks are averaged, itself once."""
    averaged = figure.indicator.over_space == OverSpace.AVERAGE and figure.denominator is None
    return 1 if averaged and figure.numerator is not None else figure.denominator


def together(parts: Sequence[Figure], name: str = "") -> Figure | None:
    """The figure of all `parts`, not stored: numerators added; where they are divided, Σnumerator ÷ Σdenominator over
    those that have both, a share Σnumerator ÷ the district's number. None where there is nothing to add, or where
    it does not add up: measures that differ from park to park, units that differ."""
    if not parts or not adds_up(parts[0]) or len({part.indicator_version_id for part in parts}) > 1:
        return None
    first = parts[0]
    divided = not first.is_share and (
        first.indicator.over_space == OverSpace.AVERAGE or any(is_divided(part) for part in parts)
    )
    counted = [part for part in parts if part.numerator is not None and (not divided or times(part))]
    return Figure(
        indicator=first.indicator,
        indicator_version=first.indicator_version,
        scope_kind=FigureScope.DISTRICT,
        scope_name=name,
        period=first.period,
        basis=first.basis,
        numerator=sum(part.numerator for part in counted) if counted else None,
        denominator=sum(times(part) for part in counted) if counted and divided else None,
        denominator_figure=_whole(counted) if first.is_share else None,
        expected=sum(part.expected for part in parts),
        reported=sum(part.reported for part in parts),
        backfilled=sum(part.backfilled for part in parts),
        run=max(part.run for part in parts),
        computed_at=max(part.computed_at for part in parts),
    )


def _whole(counted: Sequence[Figure]) -> Figure | None:
    """The one number of the district under every share of it."""
    wholes = {part.denominator_figure for part in counted}
    return wholes.pop() if len(wholes) == 1 else None
