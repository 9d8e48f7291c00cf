"""The arithmetic of one quarter's figures. No database, no clock; whole numbers only.

Order: filed values and register facts at park level → measures chosen by park type → counts over a
line → sums over every scope (pandas, int64, exact) → ratios and shares over the same scopes.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from guandu.core.numbers import to_units
from targets.enums import FigureScope, IndicatorKind
from targets.queries.rollup.inputs import Definition, Inputs, Member

SUMMED = {
    FigureScope.CHAIN: "chain",
    FigureScope.STREET: "street",
    FigureScope.AREA: "area",
    FigureScope.DEPARTMENT: "department",
}
_FLOWING = frozenset({IndicatorKind.FLOW})
WHOLE = (FigureScope.DISTRICT.value, "")
_PASSED_ON = {"ratio": "num", "share": "num", "count_over_line": "of"}

Key = tuple[str, str, str]  # indicator, scope kind, scope code


@dataclass(frozen=True)
class Row:
    """One figure to be stored; `numerator` None means not reported."""

    indicator: str
    scope_kind: str
    scope_code: str
    scope_name: str
    period: str
    numerator: int | None = None
    denominator: int | None = None
    base: int | None = None
    expected: int = 0
    reported: int = 0
    backfilled: int = 0
    member: Member | None = None
    value_id: int | None = None
    facts: list[dict] = field(default_factory=list)
    denominator_key: Key | None = None
    denominator_period: str = ""
    roster_effect: int | None = None
    gap: str = ""
    of_year: bool = False

    @property
    def key(self) -> Key:
        return (self.indicator, self.scope_kind, self.scope_code)

    @property
    def is_total(self) -> bool:
        """Whether it is a 补录合计: a number of a whole scope that no park adds to."""
        return bool(self.backfilled) and self.member is None and self.value_id is not None


def compute(inputs: Inputs) -> list[Row]:
    """Every figure of the quarter at every scope, each key once."""
    rows = _district_rows(inputs)
    park_rows = _filed_at_parks(inputs)
    park_rows += _measures(inputs, park_rows)
    park_rows += counted_by_hand(inputs, _over_the_line(inputs, park_rows))
    counted = _counted_at_parks(inputs) + _told_at_parks(inputs)
    by_hand = [row for row in counted if row.indicator not in inputs.facts]
    sums = _sums(inputs, park_rows + by_hand) + _counted_sums(inputs, counted)
    sums = with_totals(sums, _total_rows(inputs))
    rows += park_rows + counted + sums
    known = {row.key: row for row in rows}
    for definition in inputs.definitions.values():
        if definition.formula.get("op") == "ratio":
            rows += _ratios(inputs, definition, park_rows, known)
        elif definition.formula.get("op") == "share":
            rows += _shares(inputs, definition, known)
    return rows


def with_totals(rows: list[Row], totals: list[Row]) -> list[Row]:
    """`rows`, with each total in the place of one that no park gave a number to, and beside those there are."""
    told = {row.key: row for row in totals}
    kept = [row for row in rows if not (row.key in told and (row.numerator is None or not row.reported))]
    there = {row.key for row in kept}
    return kept + [row for key, row in told.items() if key not in there]


def counted_by_hand(inputs: Inputs, rows: list[Row]) -> list[Row]:
    """Counts over a line at parks, where only 补录 knows on which side of it the park lay."""
    told = {(leaf.indicator, leaf.park): leaf for leaf in inputs.leaves if leaf.park}
    return [
        replace(row, numerator=leaf.units, reported=1, value_id=leaf.value_id, backfilled=leaf.backfilled)
        if row.numerator is None and (leaf := told.get((row.indicator, row.scope_code)))
        else row
        for row in rows
    ]


def figure_period(definitions: dict[str, Definition], code: str, quarter) -> str:
    """Year-to-date for what comes from flows, else the quarter at its end."""
    definition = definitions[code]
    if definition.kind in _FLOWING:
        return quarter.to_date.code
    op = definition.formula.get("op")
    if op in _PASSED_ON:
        return figure_period(definitions, definition.formula[_PASSED_ON[op]], quarter)
    if op == "choose_by_type":
        first = next(iter(definition.formula["map"].values()))
        return figure_period(definitions, first, quarter)
    return quarter.code


def _row(inputs: Inputs, code: str, kind: str, scope: str, name: str, **values) -> Row:
    period = figure_period(inputs.definitions, code, inputs.quarter)
    return Row(code, str(kind), scope, name, period, **values)


def _at_park(inputs: Inputs, code: str, member: Member, **values) -> Row:
    return _row(inputs, code, FigureScope.PARK, member.code, member.name, member=member, **values)


def _district_rows(inputs: Inputs) -> list[Row]:
    """Values about the whole district, as bureaus report them; a missing one is a row without number."""
    leaves = {leaf.indicator: leaf for leaf in inputs.leaves if leaf.scope == WHOLE}
    rows = []
    for code, definition in inputs.definitions.items():
        if definition.level != "district" or definition.formula:
            continue
        leaf = leaves.get(code)
        values = {"expected": 1}
        if leaf:
            values |= {
                "numerator": leaf.units, "base": leaf.base, "reported": 1, "value_id": leaf.value_id,
                "backfilled": leaf.backfilled,
            }
        rows.append(_row(inputs, code, FigureScope.DISTRICT, "", "全区", **values))
    return rows


def _filed_at_parks(inputs: Inputs) -> list[Row]:
    """One row per park of the period and filed indicator, reported or not."""
    leaves = {(leaf.park, leaf.indicator): leaf for leaf in inputs.leaves if leaf.park}
    rows = []
    for code, definition in inputs.definitions.items():
        if definition.level != "park" or definition.formula:
            continue
        for member in inputs.members.values():
            leaf = leaves.get((member.code, code))
            values = {"expected": int((member.code, code) not in inputs.not_asked)}
            if leaf:
                values = {
                    "numerator": leaf.units, "base": leaf.base, "value_id": leaf.value_id,
                    "expected": leaf.expected, "reported": leaf.reported, "backfilled": leaf.backfilled,
                }
            rows.append(_at_park(inputs, code, member, **values))
    return rows


def _measures(inputs: Inputs, park_rows: list[Row]) -> list[Row]:
    """A park's applicable measure: the value of the indicator that its chain picks."""
    filed = {row.key: row for row in park_rows}
    rows = []
    for code, definition in inputs.definitions.items():
        if definition.formula.get("op") != "choose_by_type":
            continue
        for member in inputs.members.values():
            chosen = definition.formula["map"].get(member.chain)
            source = filed.get((chosen, FigureScope.PARK.value, member.code)) if chosen else None
            if source is None:
                rows.append(_at_park(inputs, code, member, expected=1))
            else:
                period = figure_period(inputs.definitions, code, inputs.quarter)
                rows.append(replace(source, indicator=code, period=period, expected=1))
    return rows


def _over_the_line(inputs: Inputs, park_rows: list[Row]) -> list[Row]:
    """1 for a park whose measure lies in [at_least, below), 0 for one that does not, None unknown."""
    rows = []
    for code, definition in inputs.definitions.items():
        if definition.formula.get("op") != "count_over_line":
            continue
        measured = definition.formula["of"]
        low, high = (_line(inputs, definition, name) for name in ("at_least", "below"))
        for row in park_rows:
            if row.indicator != measured:
                continue
            inside = None
            if row.numerator is not None:
                inside = int(row.numerator >= low and (high is None or row.numerator < high))
            rows.append(
                _at_park(
                    inputs, code, row.member, numerator=inside, expected=row.expected,
                    reported=row.reported, value_id=row.value_id, backfilled=row.backfilled,
                )
            )
    return rows


def _line(inputs: Inputs, definition: Definition, name: str) -> int | None:
    text = definition.formula.get(name)
    scale = inputs.definitions[definition.formula["of"]].scale
    return None if text is None else to_units(Decimal(str(text)), scale)


def _sums(inputs: Inputs, park_rows: list[Row]) -> list[Row]:
    """Park rows added up over chains, streets, areas, departments and the district, exactly."""
    import pandas as pd  # reason: pandas takes a second to import and only this job needs it

    adding = [r for r in park_rows if inputs.definitions[r.indicator].kind != IndicatorKind.MEASURE]
    if not adding:
        return []
    frame = pd.DataFrame(
        {
            "indicator": [r.indicator for r in adding],
            "units": pd.array([r.numerator or 0 for r in adding], dtype="int64"),
            "known": pd.array([int(r.numerator is not None) for r in adding], dtype="int64"),
            "base": pd.array([r.base or 0 for r in adding], dtype="int64"),
            "based": pd.array([int(r.base is not None) for r in adding], dtype="int64"),
            "expected": pd.array([r.expected for r in adding], dtype="int64"),
            "reported": pd.array([r.reported for r in adding], dtype="int64"),
            "backfilled": pd.array([r.backfilled for r in adding], dtype="int64"),
            "district": "",
            **{column: [getattr(r.member, column) for r in adding] for column in SUMMED.values()},
        }
    )
    names = _scope_names(inputs)
    rows = []
    for kind, column in {**SUMMED, FigureScope.DISTRICT: "district"}.items():
        scoped = frame if column == "district" else frame[frame[column] != ""]
        numbers = scoped.groupby(["indicator", column], sort=True)[
            ["units", "known", "base", "based", "expected", "reported", "backfilled"]
        ].sum()
        for (code, scope), n in numbers.iterrows():
            rows.append(
                _row(
                    inputs, code, kind, scope, names[kind].get(scope, "全区"),
                    numerator=int(n["units"]) if n["known"] else None,
                    base=int(n["base"]) if n["based"] == n["known"] and n["based"] else None,
                    expected=int(n["expected"]), reported=int(n["reported"]), backfilled=int(n["backfilled"]),
                )
            )
    return rows


def _counted_at_parks(inputs: Inputs) -> list[Row]:
    """One row with 1 for each park that a register fact counts."""
    rows = []
    for code, facts in inputs.facts.items():
        for fact in facts:
            member = inputs.fact_members[fact.park_code]
            rows.append(
                _at_park(
                    inputs, code, member, numerator=1, expected=1, reported=1, facts=[fact.as_dict()]
                )
            )
    return rows


def _counted_sums(inputs: Inputs, counted: list[Row]) -> list[Row]:
    """Counts over the district and every chain: the register knows its zeros."""
    rows = []
    for code in inputs.facts:
        mine = [row for row in counted if row.indicator == code]
        scopes = [(FigureScope.DISTRICT, "", "全区", mine)]
        for chain, name in inputs.chains.items():
            scopes.append((FigureScope.CHAIN, chain, name, [r for r in mine if r.member.chain == chain]))
        for kind, scope, name, inside in scopes:
            count = len(inside)
            rows.append(
                _row(
                    inputs, code, kind, scope, name, numerator=sum(row.numerator for row in inside), expected=count,
                    reported=count, backfilled=sum(row.backfilled for row in inside),
                )
            )
    return rows


def _told_at_parks(inputs: Inputs) -> list[Row]:
    """What 补录 says of a park that no register fact counts, for indicators that the register counts."""
    counted = {(fact.park_code, code) for code, facts in inputs.facts.items() for fact in facts}
    return [
        _at_park(
            inputs, leaf.indicator, inputs.members[leaf.park], numerator=leaf.units, expected=1, reported=1,
            value_id=leaf.value_id, backfilled=leaf.backfilled,
        )
        for leaf in inputs.leaves
        if leaf.park in inputs.members
        and inputs.definitions[leaf.indicator].kind == IndicatorKind.REGISTERED
        and (leaf.park, leaf.indicator) not in counted
    ]  # fmt: skip


def _total_rows(inputs: Inputs) -> list[Row]:
    """补录合计: numbers of a whole scope, which are of no park; those about the district itself are not theirs."""
    return [
        _row(
            inputs, leaf.indicator, *leaf.scope, leaf.scope_name or "全区", numerator=leaf.units, base=leaf.base,
            expected=1, reported=1, value_id=leaf.value_id, backfilled=leaf.backfilled,
        )
        for leaf in inputs.leaves
        if not leaf.park
        and inputs.definitions[leaf.indicator].level != "district"
        and (leaf.scope == WHOLE or leaf.scope[1])
    ]  # fmt: skip


def _ratios(
    inputs: Inputs, definition: Definition, park_rows: list[Row], known: dict[Key, Row]
) -> list[Row]:
    """Σnumerator ÷ Σdenominator over the parks that report both and have a denominator above zero; where none
    does, of the scope's own totals."""
    top, bottom = (
        {r.scope_code: r for r in park_rows if r.indicator == definition.formula[name]} for name in ("num", "den")
    )
    rows, groups = [], {}
    for code, over in top.items():
        under = bottom.get(code)
        usable = under is not None and over.numerator is not None and bool(under.numerator)
        pair = (over.numerator, under.numerator, max(over.backfilled, under.backfilled)) if usable else (None, None, 0)
        rows.append(
            _at_park(
                inputs, definition.code, over.member, numerator=pair[0], denominator=pair[1],
                expected=1, reported=int(usable), backfilled=pair[2],
            )
        )
        for kind, scope in _scopes_of(over.member):
            groups.setdefault((kind, scope), []).append(pair)
    names = _scope_names(inputs)
    for (kind, scope), pairs in sorted(groups.items()):
        both = [pair for pair in pairs if pair[0] is not None]
        rows.append(
            _row(
                inputs, definition.code, kind, scope, names.get(kind, {}).get(scope, "全区"),
                numerator=sum(p[0] for p in both) if both else None,
                denominator=sum(p[1] for p in both) if both else None,
                expected=len(pairs), reported=len(both), backfilled=sum(p[2] for p in both),
            )
        )
    return with_totals(rows, _ratio_totals(inputs, definition, known))


def _ratio_totals(inputs: Inputs, definition: Definition, known: dict[Key, Row]) -> list[Row]:
    """The ratio of two 补录合计 of one scope."""
    found = []
    for row in known.values():
        if row.indicator != definition.formula["num"] or not row.is_total:
            continue
        under = known.get((definition.formula["den"], row.scope_kind, row.scope_code))
        if under is not None and under.is_total and under.numerator:
            period = figure_period(inputs.definitions, definition.code, inputs.quarter)
            found.append(
                replace(row, indicator=definition.code, period=period, denominator=under.numerator, base=None)
            )
    return found


def _shares(inputs: Inputs, definition: Definition, known: dict[Key, Row]) -> list[Row]:
    """Each scope's own numerator over the district's number; without that number, no share."""
    key = (definition.formula["den"], FigureScope.DISTRICT.value, "")
    whole = known.get(key)
    return [
        replace(
            row,
            indicator=definition.code,
            base=None,
            denominator_key=key if whole else None,
            denominator_period=whole.period if whole else "",
        )
        for row in known.values()
        if row.indicator == definition.formula["num"]
    ]


def _scopes_of(member: Member) -> list[tuple[str, str]]:
    scopes = [(str(kind), getattr(member, column)) for kind, column in SUMMED.items()]
    return [(kind, code) for kind, code in scopes if code] + [(str(FigureScope.DISTRICT), "")]


def _scope_names(inputs: Inputs) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {kind: {} for kind in [*SUMMED, FigureScope.DISTRICT]}
    for member in inputs.members.values():
        for kind, column in SUMMED.items():
            names[kind][getattr(member, column)] = getattr(member, f"{column}_name")
    return names
