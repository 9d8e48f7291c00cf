"""Figures of one indicator, period and basis put together, exactly."""

from collections.abc import Sequence

from targets.enums import FigureScope, IndicatorKind, OverSpace
from targets.models import Figure


def adds_up(figure: Figure) -> bool:
    """Whether figures of this indicator become one of several parks."""
    if figure.indicator.kind == IndicatorKind.COUNT:
        return True
    return figure.indicator.over_space != OverSpace.NONE and figure.indicator.kind != IndicatorKind.MEASURE


def together(parts: Sequence[Figure], name: str = "") -> Figure | None:
    """The figure of all `parts`, not stored: numerators added; a ratio is Σnumerator ÷ Σdenominator over those
    that have both, a share Σnumerator ÷ the district's number. None where there is nothing to add, or where it
    does not add up: measures that differ from park to park, units that differ."""
    if not parts or not adds_up(parts[0]) or len({part.indicator_version_id for part in parts}) > 1:
        return None
    first = parts[0]
    is_share = first.indicator.kind == IndicatorKind.SHARE
    counted = [part for part in parts if part.numerator is not None]
    if first.is_ratio and not is_share:
        counted = [part for part in counted if part.denominator]
    return Figure(
        indicator=first.indicator,
        indicator_version=first.indicator_version,
        scope_kind=FigureScope.DISTRICT,
        scope_name=name,
        period=first.period,
        basis=first.basis,
        numerator=sum(part.numerator for part in counted) if counted else None,
        denominator=sum(part.denominator for part in counted) if counted and first.is_ratio and not is_share else None,
        denominator_figure=_whole(counted) if is_share else None,
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
