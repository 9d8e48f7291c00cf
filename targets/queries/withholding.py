"""What of rows that are given away a reader from outside does not get. The one place that says so; every list, table
and drill asks it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.core.periods import Period
from targets.definitions.graph import operands
from targets.enums import Basis, FigureScope, IndicatorKind
from targets.models import Disclosure, Figure, Indicator, PublishedFigure
from targets.queries.figure_rows import shown, stored_rows
from targets.queries.firm_counts import firms_of_parks
from targets.queries.published_rows import as_figures, stored_published
from targets.suppression import Cell, Quantity, withheld

NUMBERS = ("value", "numerator", "denominator", "base", "roster_effect")
# Growth, averages and formulas divide or subtract what the tables add up.
WORKED_OUT = frozenset(
    {
        IndicatorKind.GROWTH, IndicatorKind.ANNUAL_GROWTH, IndicatorKind.SINGLE, IndicatorKind.AVERAGE,
        IndicatorKind.ALL_OF, IndicatorKind.FORMULA,
    }
)  # fmt: skip
# Every number is told in this part of its unit, so that all are whole.
PLACES = 12
# Today's figures come after every table that was published.
TODAY = 2**63
_SCOPES = {
    FigureScope.CHAIN: "chain_code",
    FigureScope.STREET: "street_code",
    FigureScope.AREA: "area_code",
    FigureScope.DEPARTMENT: "department_code",
}

Row = dict
Definitions = Mapping[str, tuple[str, list[dict]]]  # kind and formulas by indicator
Key = tuple[int, str, str, str, str]  # table, indicator, scope kind, scope code, period


def reads_from_outside(user: User) -> bool:
    """Whether the person is nothing but a client of the API, and none to whom everything is given. Two queries."""
    if {grant.role for grant in user.grants_today()} != {RoleCode.API_CLIENT}:
        return False
    return not Disclosure.objects.on(clock.today()).filter(client=user).exists()


def as_given(rows: Sequence[Row], user: User) -> list[Row]:
    """`rows` as they are given to `user`: from outside without the numbers that are withheld and those not confirmed
    yet, and never with last year's comparable ones, from which they could be taken. `withheld` says which."""
    if not rows or not reads_from_outside(user):
        return [{**row, "withheld": False} for row in rows]
    hidden = hidden_among(rows)
    return [_given(row, row["basis"] != Basis.CERTIFIED or _key(row) in hidden) for row in rows]


def withheld_figures(numbers: Iterable[int], user: User) -> set[int]:
    """Those of today's figures, by their numbers, that `user` is not given."""
    numbers = set(numbers)
    if not numbers or not reads_from_outside(user):
        return set()
    rows = shown(stored_rows(Figure.objects.filter(pk__in=numbers)))
    hidden = hidden_among(rows)
    return {row["id"] for row in rows if row["basis"] != Basis.CERTIFIED or _key(row) in hidden}


def hidden_among(rows: Iterable[Row]) -> set[Key]:
    """Keys of those rows that are withheld, worked out over everything that is offered of their quarters and
    indicators: every scope, every revision, today's figures. A fixed number of queries for a quarter."""
    days = {Period.parse(row["period"]).last_day for row in rows}
    definitions = _definitions()
    codes = _together({row["indicator"] for row in rows}, definitions)
    offered = _offered(codes, days)
    added = [row for row in offered if definitions[row["indicator"]][0] not in WORKED_OUT]
    hidden = withheld(cells_of(added, definitions))
    return hidden | set(_worked_out(offered, {code for _, code, *_ in hidden}, definitions))


def _worked_out(rows: Iterable[Row], hidden: set[str], definitions: Definitions) -> Iterable[Key]:
    """Numbers that no table adds up are withheld with the first cell of whatever they are worked out from."""
    told = _withheld_with(hidden, definitions)
    yield from (_key(row) for row in rows if definitions[row["indicator"]][0] in WORKED_OUT and row["indicator"] in told)


def _withheld_with(codes: set[str], definitions: Definitions) -> set[str]:
    """`codes` and all that is made of them, over as many steps as it takes."""
    more = {code for code, (_, formulas) in definitions.items() if not _parts(formulas).isdisjoint(codes)}
    return codes if more <= codes else _withheld_with(codes | more, definitions)


def cells_of(rows: Sequence[Row], definitions: Definitions) -> list[Cell]:
    """Rows of figures as cells whose quantities and firms are known."""
    told = {_key(row): row for row in rows}
    firms = firms_of_parks({Period.parse(row["period"]).last_day for row in rows})
    counts = _firms_of_scopes(rows, firms)
    return [_cell(row, told, counts, definitions) for row in rows if row["numerator"] is not None]


def _cell(row: Row, told: Mapping[Key, Row], counts: Mapping[Key, int | None], definitions: Definitions) -> Cell:
    kind, formulas = definitions.get(row["indicator"], ("", []))
    return Cell(
        key=_key(row),
        table=_key(row)[0],
        indicator=row["indicator"],
        scope_kind=row["scope_kind"],
        scope_code=row["scope_code"],
        period=row["period"],
        terms=tuple(_terms(row, kind, formulas, told)),
        firms=counts.get(_key(row)),
        scopes=_scopes(row),
        is_open=kind == IndicatorKind.REGISTERED,
    )


def _terms(row: Row, kind: str, formulas: list[dict], told: Mapping[Key, Row]) -> Iterable[Quantity]:
    """The quantities of a row. What a ratio is made of is the number of its own row, where that is the same."""
    if not any("num" in formula for formula in formulas):
        yield _quantity(row, _chosen(row, formulas, told), row["scope_kind"], row["scope_code"], row["numerator"])
        return
    own = (row["scope_kind"], row["scope_code"])
    yield _term(row, _named(row, formulas, "num"), own, row["numerator"], told)
    if row["denominator"] is not None:
        whole = (str(FigureScope.DISTRICT), "") if kind == IndicatorKind.SHARE else own
        yield _term(row, _named(row, formulas, "den"), whole, row["denominator"], told)


def _term(row: Row, code: str, scope: tuple[str, str], amount: str, told: Mapping[Key, Row]) -> Quantity:
    same = _own_row(row, code, scope, amount, told)
    if same:
        return _quantity(same, code, *scope, amount)
    return _quantity(row, f"{code} of {row['indicator']}", *scope, amount)


def _own_row(row: Row, code: str, scope: tuple[str, str], amount: str | None, told: Mapping[Key, Row]) -> Row | None:
    """The row of `code` at the scope at the same time that says the same; a sum only over as many parks."""
    quarter = Period.quarter_of(Period.parse(row["period"]).last_day)
    for period in dict.fromkeys((row["period"], quarter.to_date.code, quarter.code)):
        found = told.get((_key(row)[0], code, *scope, period))
        if found and found["numerator"] == amount and (
            scope != (row["scope_kind"], row["scope_code"])
            or scope[0] == FigureScope.PARK
            or found["reported"] == row["reported"]
        ):  # fmt: skip
            return found
    return None


def _chosen(row: Row, formulas: list[dict], told: Mapping[Key, Row]) -> str:
    """The indicator whose number it is: its own, or of a measure the one that the park's chain picks."""
    for formula in formulas:
        code = formula.get("map", {}).get(row["chain_code"])
        if code and _own_row(row, code, (row["scope_kind"], row["scope_code"]), row["numerator"], told):
            return code
    return row["indicator"]


def _named(row: Row, formulas: list[dict], side: str) -> str:
    return next((formula[side] for formula in formulas if isinstance(formula.get(side), str)), f"{row['indicator']} {side}")


def _quantity(row: Row, code: str, kind: str, scope: str, amount: str) -> Quantity:
    return Quantity(code, kind, scope, row["period"], int(Decimal(amount).scaleb(PLACES)))


def _firms_of_scopes(rows: Iterable[Row], firms: Mapping[tuple[str, date], int]) -> dict[Key, int | None]:
    """Of a park its firms, of a scope those of its parks that have the number; of a number that no park has, of
    every park that is known."""
    sums: dict[Key, int | None] = {}
    for row in rows:
        if row["scope_kind"] != FigureScope.PARK or row["numerator"] is None:
            continue
        count = firms.get((row["park_code"], Period.parse(row["period"]).last_day))
        sums[_key(row)] = count
        for scope in _scopes(row):
            key = (*_key(row)[:2], *scope, row["period"])
            sums[key] = (sums.get(key) or 0) + (count or 0)
    for row in rows:
        if row["scope_kind"] == FigureScope.DISTRICT:
            day = Period.parse(row["period"]).last_day
            sums.setdefault(_key(row), sum(count for (_, on), count in firms.items() if on == day))
    return sums


def _scopes(row: Row) -> frozenset[tuple[str, str]]:
    if row["scope_kind"] != FigureScope.PARK:
        return frozenset()
    named = {(str(kind), row[column]) for kind, column in _SCOPES.items() if row[column]}
    return frozenset(named | {(str(FigureScope.DISTRICT), "")})


def _offered(codes: set[str], days: set[date]) -> list[Row]:
    """Everything of the indicators that can be fetched of those days' years, published and of today."""
    years = Q()
    for year in {day.year for day in days}:
        years |= Q(period__startswith=str(year))
    figures = shown(stored_rows(Figure.objects.filter(years, basis=Basis.CERTIFIED, indicator__code__in=codes)))
    published = PublishedFigure.objects.official().filter(years, indicator_code__in=codes)
    return [*as_figures(stored_published(published)), *({"vintage": None, **row} for row in figures)]


def _definitions() -> Definitions:
    rows = Indicator.objects.order_by("code", "versions__number").values_list("code", "kind", "versions__definition")
    found: dict[str, tuple[str, list[dict]]] = defaultdict(lambda: ("", []))
    for code, kind, definition in rows:
        formulas = found[code][1]
        found[code] = (kind, [*formulas, definition] if definition else formulas)
    return dict(found)


def _together(codes: set[str], definitions: Definitions) -> set[str]:
    """`codes` with every indicator that is made of them or that they are made of."""
    linked = {code: _parts(formulas) | {code} for code, (_, formulas) in definitions.items()}
    more = set(codes)
    for named in linked.values():
        if not named.isdisjoint(codes):
            more |= named
    return codes if more == codes else _together(more, definitions)


def _parts(formulas: list[dict]) -> set[str]:
    return {code for formula in formulas for code in operands(formula)}


def _given(row: Row, is_hidden: bool) -> Row:
    none = dict.fromkeys(NUMBERS if is_hidden else ("base", "roster_effect"))
    return {**row, **none, "withheld": is_hidden}


def _key(row: Row) -> Key:
    table = row.get("vintage") or TODAY
    return table, row["indicator"], row["scope_kind"], row["scope_code"], row["period"]
