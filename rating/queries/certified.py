"""Figures as a score reads them: 核定 numbers as they stand now, or as one 期次 froze them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from guandu.core.periods import Period
from rating.engine import Input, Scheme as Rules
from rating.engine.derivations.base import Derivation
from targets.check_codes import check_code
from targets.enums import Basis, FigureScope
from targets.models import Figure, Publication, PublishedFigure

OfParks = dict[str, dict[str, Input]]


def figure_codes(schemes: Iterable[Rules]) -> set[str]:
    """What the schemes read of others than themselves; codes that no figure has are simply not found."""
    return {name for rules in schemes for name, spec in rules.inputs.items() if spec.derive is None}


def years_back(schemes: Iterable[Rules]) -> int:
    """How many earlier years the schemes look at: REV@-1 is one."""
    return max((_depth(rules, name) for rules in schemes for name in rules.inputs), default=0)


def _depth(rules: Rules, name: str) -> int:
    derive = rules.inputs[name].derive
    if derive is None:
        return 0
    return _own_years(derive) + max((_depth(rules, part) for part in derive.reads()), default=0)


def _own_years(derive: Derivation) -> int:
    if derive.kind == "weighted_years":
        return len(derive.weights) - 1  # type: ignore[attr-defined]
    return derive.years if derive.kind in {"prior", "growth", "mean_growth", "cagr"} else 0  # type: ignore[attr-defined]


def certified_now(quarter: Period, codes: Collection[str], years: int = 0) -> OfParks:
    """Park → input → the 核定 number of the quarter, and under CODE@-n that of n years before. A query a year."""
    found: OfParks = defaultdict(dict)
    for ago in range(years + 1):
        for figure in _figures(_years_before(quarter, ago), codes):
            found[figure.scope_code][_named(figure.indicator.code, ago)] = _as_it_stands(figure)
    return found


def published_in(publication: Publication, quarter: Period, codes: Collection[str], years: int = 0) -> OfParks:
    """The same as the 期次 froze it. Earlier years are read as they stand: a 期次 holds one period."""
    found: OfParks = defaultdict(dict)
    rows = publication.rows.filter(
        indicator_code__in=codes, scope_kind=FigureScope.PARK, period__in={quarter.code, quarter.to_date.code}
    )
    for row in rows:
        found[row.scope_code][row.indicator_code] = _as_it_was(row, publication)
    for ago in range(1, years + 1):
        for figure in _figures(_years_before(quarter, ago), codes):
            found[figure.scope_code][_named(figure.indicator.code, ago)] = _as_it_stands(figure)
    return found


def _figures(quarter: Period, codes: Collection[str]):
    return (
        Figure.objects.of_quarter(quarter)
        .filter(indicator__code__in=codes, scope_kind=FigureScope.PARK, basis=Basis.CERTIFIED)
        .select_related("indicator", "indicator_version", "denominator_figure", "source__return_version")
    )


def _years_before(quarter: Period, years: int) -> Period:
    for _ in range(years):
        quarter = quarter.year_before
    return quarter


def _named(code: str, ago: int) -> str:
    return f"{code}@-{ago}" if ago else code


def _as_it_stands(figure: Figure) -> Input:
    return Input(
        figure.value,
        unit="%" if figure.is_ratio else figure.indicator_version.unit,
        source=f"{Period.parse(figure.period).label}核定数据",
        reference={"figure": figure.pk} | _revision(figure),
        reported=figure.value is not None,
        period=figure.period,
    )


def _revision(figure: Figure) -> dict[str, object]:
    """Which 核定值 it is, and which version of which return that came from; nothing for what the register counts."""
    source = figure.source
    if source is None:
        return {}
    version = source.return_version
    if version is None:
        return {"certified": source.pk}
    return {
        "certified": source.pk,
        "return": version.return_of_id,
        "version": version.number,
        "code": check_code(version.digest) if version.digest else "",
    }


def _as_it_was(row: PublishedFigure, publication: Publication) -> Input:
    value = Decimal(row.shown_value) if row.shown_value else None
    certified = {"certified": row.certified_values[0]} if row.certified_values else {}
    return Input(
        value,
        unit=row.unit,
        source=f"{publication}",
        reference={
            "figure": row.figure_number,
            "publication": publication.pk,
            "revision": publication.revision,
            "code": publication.check_code,
        }
        | certified,
        reported=value is not None,
        period=row.period,
    )
