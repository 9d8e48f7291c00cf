"""Figures as plain rows, for readers of thousands: exact decimals as text, units named.

Grain: one dict per figure. Nothing is an object of the ORM, so a page of a thousand costs two queries.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet

from guandu.core.models import dated
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from targets.definitions.values import PERCENT_KINDS, value_of, years_between
from targets.enums import FigureScope, Gap, IndicatorKind
from targets.models import Figure, IndicatorVersion

MEMBERSHIPS = ("park_code", "chain_code", "street_code", "area_code", "department_code")
_PLAIN = ("scope_kind", "scope_code", "scope_name", "period", "basis", "expected", "reported", *MEMBERSHIPS)
_COLUMN_OF = {
    FigureScope.PARK: "park_code",
    FigureScope.CHAIN: "chain_code",
    FigureScope.STREET: "street_code",
    FigureScope.AREA: "area_code",
    FigureScope.DEPARTMENT: "department_code",
}

Measured = tuple[str, int]  # unit, scale


def stored_rows(figures: QuerySet) -> QuerySet:
    """`figures` as dicts of what `shown` reads; still a queryset, so it can be filtered and sliced."""
    return figures.values(
        "pk", *_PLAIN, "numerator", "denominator", "base_numerator", "computed_at", "denominator_figure_id",
        "roster_effect", "gap", whole=F("denominator_figure__numerator"),
        code=F("indicator__code"), name=F("indicator__name"), kind=F("indicator__kind"),
        version=F("indicator_version__number"), unit=F("indicator_version__unit"),
        scale=F("indicator_version__scale"), definition=F("indicator_version__definition"),
    )  # fmt: skip


def shown(rows: Iterable[dict]) -> list[dict]:
    """The rows with numbers in their units. One query more when there are ratios among them."""
    rows = list(rows)
    parts = _parts_measured(rows)
    return [_shown(row, parts) for row in rows]


def parts_of(figure: Figure) -> QuerySet:
    """The park figures that add up to `figure`; of a park's own figure, none. Scope is the caller's."""
    if figure.scope_kind == FigureScope.PARK:
        return Figure.objects.none()
    same = Figure.objects.filter(
        indicator_id=figure.indicator_id,
        period=figure.period,
        basis=figure.basis,
        scope_kind=FigureScope.PARK,
    ).order_by("park_code")
    if figure.scope_kind == FigureScope.DISTRICT:
        return same
    return same.filter(**{_COLUMN_OF[FigureScope(figure.scope_kind)]: figure.scope_code})


def _shown(row: dict, parts: dict[tuple[str, date], Measured]) -> dict:
    above, below = _measures(row, parts)
    value = _value(row)
    return {
        "id": row["pk"],
        "indicator": row["code"],
        "indicator_name": row["name"],
        "version": row["version"],
        **{name: row[name] for name in _PLAIN},
        "value": _text(value),
        "unit": row["unit"],
        "numerator": _scaled(row["numerator"], above),
        "numerator_unit": above[0],
        "denominator": _scaled(_divisor(row), below),
        "denominator_unit": below[0] if row["kind"] in _DIVIDED or row["denominator"] is not None else "",
        "base": _scaled(row["base_numerator"], above),
        "roster_effect": _scaled(row["roster_effect"], above),
        "lack": _lack(row, value),
        "denominator_figure": row["denominator_figure_id"],
        "as_of": row["computed_at"],
    }


_DIVIDED = PERCENT_KINDS | {IndicatorKind.AVERAGE, IndicatorKind.ALL_OF}


def _divisor(row: dict) -> int | None:
    """As Figure.divisor: of a share, what the whole says now."""
    return row["whole"] if row["kind"] == IndicatorKind.SHARE else row["denominator"]


def _value(row: dict) -> Decimal | None:
    """As Figure.value, from a plain row."""
    years = years_between(row["definition"], row["period"])
    return value_of(row["kind"], row["numerator"], _divisor(row), scale=row["scale"], unit=row["unit"], years=years)


def _lack(row: dict, value: Decimal | None) -> str:
    """As Figure.lack_words, from a plain row."""
    if value is not None:
        return ""
    gap = row["gap"]
    if row["numerator"] is not None:
        share = row["kind"] == IndicatorKind.SHARE and _divisor(row) is None
        gap = Gap.NO_DENOMINATOR if share else gap or Gap.ZERO_DENOMINATOR
    return str(Gap(gap).label) if gap else ""


def _measures(row: dict, parts: dict[tuple[str, date], Measured]) -> tuple[Measured, Measured]:
    """Unit and scale of the numerator and of the denominator."""
    own, definition = (row["unit"], row["scale"]), row["definition"]
    day = Period.parse(row["period"]).last_day

    def part(key: str) -> Measured:
        return parts.get((definition.get(key), day), ("", 0))

    match row["kind"]:
        case IndicatorKind.RATIO | IndicatorKind.SHARE:
            return part("num"), part("den")
        case IndicatorKind.GROWTH | IndicatorKind.ANNUAL_GROWTH:
            kept = (part("of")[0], row["scale"])
            return kept, kept
        case IndicatorKind.AVERAGE if definition.get("weight"):
            return ("", row["scale"] + part("weight")[1]), part("weight")
        case IndicatorKind.AVERAGE | IndicatorKind.ALL_OF:
            return own, ("个", 0)
        case _:
            return own, own


def _parts_measured(rows: list[dict]) -> dict[tuple[str, date], Measured]:
    """Unit and scale, on each period's last day, of the indicators that others are divided from."""
    divided = [row for row in rows if row["kind"] in _DIVIDED]
    if not divided:
        return {}
    codes = {row["definition"].get(side) for row in divided for side in ("num", "den", "of", "weight")}
    days = {Period.parse(row["period"]).last_day for row in divided}
    earliest, latest = min(days), max(days)
    versions = IndicatorVersion.objects.filter(
        dated(latest) | dated(earliest), indicator__code__in=codes - {None}
    ).select_related("indicator")
    return {
        (version.indicator.code, day): (version.unit, version.scale)
        for version in versions
        for day in days
        if version.in_force(day)
    }


def _scaled(units: int | None, measured: Measured) -> str | None:
    return None if units is None else _text(from_units(units, measured[1]))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
