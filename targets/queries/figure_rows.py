"""Figures as plain rows, for readers of thousands: exact decimals as text, units named.

Grain: one dict per figure. Nothing is an object of the ORM, so a page of a thousand costs two queries.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet

from guandu.core.models import dated
from guandu.core.numbers import divide, from_units
from guandu.core.periods import Period
from targets.enums import FigureScope
from targets.models import Figure, IndicatorVersion
from targets.models.figure import RATIO_KINDS

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
    return {
        "id": row["pk"],
        "indicator": row["code"],
        "indicator_name": row["name"],
        "version": row["version"],
        **{name: row[name] for name in _PLAIN},
        "value": _text(_value(row)),
        "unit": row["unit"],
        "numerator": _scaled(row["numerator"], above),
        "numerator_unit": above[0],
        "denominator": _scaled(row["denominator"], below),
        "denominator_unit": below[0] if row["kind"] in RATIO_KINDS else "",
        "base": _scaled(row["base_numerator"], above),
        "denominator_figure": row["denominator_figure_id"],
        "as_of": row["computed_at"],
    }


def _value(row: dict) -> Decimal | None:
    """As Figure.value, from a plain row."""
    if row["numerator"] is None:
        return None
    if row["kind"] not in RATIO_KINDS:
        return from_units(row["numerator"], row["scale"])
    return divide(row["numerator"] * 100, row["denominator"]) if row["denominator"] else None


def _measures(row: dict, parts: dict[tuple[str, date], Measured]) -> tuple[Measured, Measured]:
    """Unit and scale of the numerator and of the denominator."""
    own = (row["unit"], row["scale"])
    if row["kind"] not in RATIO_KINDS:
        return own, own
    day = Period.parse(row["period"]).last_day
    definition = row["definition"]
    return parts.get((definition.get("num"), day), ("", 0)), parts.get((definition.get("den"), day), ("", 0))


def _parts_measured(rows: list[dict]) -> dict[tuple[str, date], Measured]:
    """Unit and scale, on each period's last day, of the indicators that ratios are made of."""
    ratios = [row for row in rows if row["kind"] in RATIO_KINDS]
    if not ratios:
        return {}
    codes = {row["definition"].get(side) for row in ratios for side in ("num", "den")}
    days = {Period.parse(row["period"]).last_day for row in ratios}
    earliest, latest = min(days), max(days)
    versions = IndicatorVersion.objects.filter(
        dated(latest) | dated(earliest), indicator__code__in=codes
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
