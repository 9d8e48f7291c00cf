"""The rows of one quarter, each made of rows that were made before it. No database, no clock; whole numbers only."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from targets.definitions.graph import operands, ordered
from targets.definitions.population import belongs
from targets.enums import Gap, IndicatorKind, OverSpace
from targets.queries.rollup import registered
from targets.queries.rollup.ends import Ends, compared, flash, measure, single_ends
from targets.queries.rollup.inputs import Definition, Inputs, Leaf, Member
from targets.queries.rollup.operations import AT_A_PLACE, Values
from targets.queries.rollup.rows import DISTRICT, PARK, WHOLE, WHOLE_NAME, Key, Row
from targets.queries.rollup.shifts import LOOKING_BACK, base_quarter, figure_period, flows, previous_quarter
from targets.queries.rollup.sums import sums, with_totals

Place = tuple[str, str]  # scope kind and code: a park, or the district


class Book:
    """Stage 1: each park's rows from its own leaves. Stage 2: rows of scopes from park rows. Stage 3: what only the
    district's own numbers give, and shares of them. Within a stage in the order of the definitions."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs, self.definitions = inputs, inputs.definitions
        graph = {code: operands(definition.formula) for code, definition in self.definitions.items()}
        self.order, self.caught = ordered(graph)
        self.periods = {code: figure_period(self.definitions, code, inputs.quarter) for code in self.order}
        self.of_district = self._of_district()
        self.rows: dict[Key, Row] = {}
        self.write()

    def find(self, code: str, place: Place) -> Row | None:
        return self.rows.get((code, *place))

    @cached_property
    def earlier(self) -> dict[str, "Book"]:
        return {code: Book(inputs) for code, inputs in self.inputs.earlier.items()}

    @cached_property
    def leaves(self) -> dict[tuple[str, Place], Leaf]:
        """Leaves of parks and of the district by indicator and place."""
        return _by_place(self.inputs.leaves)

    @cached_property
    def flash(self) -> dict[tuple[str, Place], Leaf]:
        """As `leaves`, the quarter's own before the year's."""
        return self.leaves if self.inputs.flash is None else _by_place(self.inputs.flash)

    def leaf(self, code: str, place: Place) -> Leaf | None:
        """What the row of a filed indicator is made of: the year's return of a flow, a stock's own quarter."""
        flowing = self.definitions[code].kind == IndicatorKind.FLOW
        return (self.leaves if flowing else self.flash).get((code, place))

    def _of_district(self) -> frozenset[str]:
        """Indicators whose numbers are the district's own, or are made of such."""
        found: set[str] = set()
        for code in self.order:
            definition = self.definitions[code]
            reads = operands(definition.formula)
            reads = reads[:1] if definition.formula.get("op") == "share" else reads
            if (definition.level == DISTRICT and not definition.formula) or found.intersection(reads):
                found.add(code)
        return frozenset(found)

    def write(self) -> None:
        for code in self.order:
            if code not in self.of_district:
                self._keep(self._park_rows(code))
            elif not self.definitions[code].formula:
                self._keep([self._filed(code, WHOLE, None)])
        self._keep(self._scope_rows())
        for code in self.order:
            self._keep(row for row in list(self._computed_totals(code)) if self._is_open(row))
            self._keep(list(self._mixed(code)))
        for code in self.order:
            if code in self.of_district and self.definitions[code].formula.get("op", "share") != "share":
                self._keep([self._computed(code, WHOLE, None)])
        for code in self.order:
            if self.definitions[code].formula.get("op") == "share":
                self._keep(self._pointed(code))
        for code in self.caught:
            period = self.inputs.quarter.code
            self._keep([Row(code, DISTRICT, "", WHOLE_NAME, period, expected=1, gap=Gap.CYCLE.value)])

    def _keep(self, rows: list[Row] | Iterator[Row]) -> None:
        self.rows.update((row.key, row) for row in rows)

    def _is_open(self, total: Row) -> bool:
        """Whether no park gives a number to the scope that the total is of."""
        there = self.rows.get(total.key)
        return there is None or there.numerator is None or not there.reported

    def _row(self, code: str, place: Place, member: Member | None, **values) -> Row:
        name = member.name if member else WHOLE_NAME
        return Row(code, *place, name, self.periods[code], member=member, **values)

    def members(self, code: str) -> list[Member]:
        """The parks that the indicator is about."""
        population = self.definitions[code].formula.get("population")
        return [member for member in self.inputs.members.values() if belongs(population, member)]

    # Stage 1

    def _park_rows(self, code: str) -> list[Row]:
        definition = self.definitions[code]
        if definition.kind == IndicatorKind.REGISTERED:
            return registered.park_rows(self.inputs, code, self.periods[code])
        if not definition.formula and definition.level != PARK:
            return []
        make = self._computed if definition.formula else self._filed
        return [make(code, (PARK, member.code), member) for member in self.members(code)]

    def _filed(self, code: str, place: Place, member: Member | None) -> Row:
        """A value as it was certified, or that there is none."""
        leaf = self.leaf(code, place)
        if leaf is None:
            asked = (place[1], code) not in self.inputs.not_asked
            gap = Gap.NOT_REPORTED if asked else Gap.NOT_APPLICABLE
            return self._row(code, place, member, expected=int(asked), gap=gap.value)
        return self._row(code, place, member, **_values_of(leaf))

    def _computed(self, code: str, place: Place, member: Member | None) -> Row:
        definition = self.definitions[code]
        op = definition.formula["op"]
        if op == "choose_by_type":
            return self._chosen(code, place, member)
        if op == "share":
            return self._share(code, place, member)
        if op in LOOKING_BACK:
            return self._row(code, place, member, **self._looked_back(definition, place))
        values = AT_A_PLACE[op](definition, self.definitions, lambda part: self.find(part, place))
        return self._told_by_hand(self._row(code, place, member, **values), place)

    def _told_by_hand(self, row: Row, place: Place) -> Row:
        """A count over a line, where only 补录 knows on which side of it the park lay."""
        leaf = self.leaves.get((row.indicator, place))
        if row.numerator is not None or leaf is None or self.definitions[row.indicator].kind != IndicatorKind.COUNT:
            return row
        return replace(row, **_values_of(leaf) | {"base": None, "expected": row.expected})

    def _chosen(self, code: str, place: Place, member: Member | None) -> Row:
        """A park's applicable measure: the value of the indicator that its chain picks."""
        chosen = self.definitions[code].formula["map"].get(member.chain if member else "")
        source = self.find(chosen, place) if chosen else None
        if source is None:
            return self._row(code, place, member, expected=1, gap=Gap.NOT_APPLICABLE.value)
        if self.definitions[chosen].scale != self.definitions[code].scale:
            return self._row(code, place, member, expected=1, gap=Gap.DIFFERENT.value)
        return replace(source, indicator=code, period=self.periods[code], expected=1)

    def _share(self, code: str, place: Place, member: Member | None) -> Row:
        source = self.find(self.definitions[code].formula["num"], place)
        if source is None:
            return self._row(code, place, member, gap=Gap.NOT_REPORTED.value)
        return replace(source, indicator=code, period=self.periods[code], base=None)

    def _looked_back(self, definition: Definition, place: Place) -> Values:
        row = self.find(definition.formula["of"], place)
        single = definition.formula["op"] == "single"
        ends = self._single(definition, place) if single else self._growth(definition, place, row)
        told = {"expected": row.expected if row else 1, "roster_effect": ends.effect, "gap": ends.gap}
        if ends.gap:
            return told | {"reported": 0}
        told |= {"reported": 1, "backfilled": row.backfilled if row else 0}
        if single:
            return told | {"numerator": ends.now - ends.before}
        grown = ends.now - ends.before if definition.formula["op"] == "growth" else ends.now
        return told | {"numerator": grown, "denominator": ends.before}

    def _single(self, definition: Definition, place: Place) -> Ends:
        code, quarter = definition.formula["of"], self.inputs.quarter
        now, of = flash(self.flash.get((code, place))), self.definitions[code]
        before = previous_quarter(quarter)
        if before is None:
            how = measure(of, of, self.inputs, definition.scale)
            return how.ends(now.units, 0) if now else Ends(gap=Gap.NOT_REPORTED.value)
        then = self.earlier.get(before.code)
        if then is None:
            return Ends(gap=(Gap.NO_PREVIOUS if now else Gap.NOT_REPORTED).value)
        how = measure(of, then.definitions.get(code), self.inputs, definition.scale)
        return single_ends(now, flash(then.flash.get((code, place))), how, self.inputs, then.inputs)

    def _growth(self, definition: Definition, place: Place, row: Row | None) -> Ends:
        code = definition.formula["of"]
        of = self.definitions[code]
        if row is None or row.numerator is None:
            return Ends(gap=row.gap if row and row.gap else Gap.NOT_REPORTED.value)
        if definition.formula["base"] == "year_before" and row.base is not None:
            return measure(of, of, self.inputs, definition.scale).ends(row.numerator, row.base)
        earlier = self._earlier(definition, place)
        if earlier is None or earlier.numerator is None:
            return Ends(gap=Gap.NO_BASE.value)
        then = self.then(definition)
        how = measure(of, then.definitions.get(code), self.inputs, definition.scale)
        if how is None:
            return Ends(gap=Gap.DIFFERENT.value)
        now_leaf, then_leaf = self.leaf(code, place), then.leaf(code, place)
        if not of.formula and now_leaf and then_leaf:
            return compared(now_leaf, then_leaf, how)
        return how.ends(row.numerator, earlier.numerator)

    def then(self, definition: Definition) -> "Book | None":
        """The quarter that growth looks back to."""
        flowing = flows(self.definitions, definition.code)
        return self.earlier.get(base_quarter(definition.formula, self.inputs.quarter, flowing=flowing).code)

    def _earlier(self, definition: Definition, place: Place) -> Row | None:
        then = self.then(definition)
        return then.find(definition.formula["of"], place) if then else None

    # Stage 2

    def _scope_rows(self) -> list[Row]:
        counted = [code for code in self.order if code in self.inputs.facts]
        adding = [
            row
            for row in self.rows.values()
            if row.scope_kind == PARK and row.indicator not in counted and self._adds(self.definitions[row.indicator])
        ]
        found = sums(self.inputs, adding, self.periods)
        for code in counted:
            found += registered.scope_rows(self.inputs, code, self.periods[code], self.rows)
        return with_totals(found, list(self._totals()))

    @staticmethod
    def _adds(definition: Definition) -> bool:
        if definition.kind == IndicatorKind.MEASURE or definition.over_space == OverSpace.NONE:
            return False
        return definition.formula.get("op") != "share" or "population" in definition.formula

    def _totals(self) -> Iterator[Row]:
        """补录合计: numbers of a whole scope, which are of no park; those about the district itself are not theirs."""
        for leaf in self.standing():
            if leaf.park or leaf.indicator not in self.periods or self._is_districts(leaf.indicator):
                continue
            if leaf.scope == WHOLE or leaf.scope[1]:
                row = self._row(leaf.indicator, leaf.scope, None, **_values_of(leaf) | {"expected": 1, "reported": 1})
                yield replace(row, scope_name=leaf.scope_name or WHOLE_NAME)

    def standing(self) -> list[Leaf]:
        """One value of each subject and indicator."""
        if self.inputs.flash is None:
            return self.inputs.leaves
        flowing = {code for code, definition in self.definitions.items() if definition.kind == IndicatorKind.FLOW}
        year = [leaf for leaf in self.inputs.leaves if leaf.indicator in flowing]
        return year + [leaf for leaf in self.inputs.flash if leaf.indicator not in flowing]

    def _is_districts(self, code: str) -> bool:
        """Whether it is filed about the district as a whole."""
        return self.definitions[code].level == DISTRICT and not self.definitions[code].formula

    def _computed_totals(self, code: str) -> Iterator[Row]:
        """A ratio of two 补录合计 of one scope, or growth between them; never between a total and a sum of parks."""
        definition = self.definitions[code]
        op, formula = definition.formula.get("op"), definition.formula
        if op not in {"ratio", "growth", "annual_growth"} or code in self.of_district:
            return
        top = formula["num"] if op == "ratio" else formula["of"]
        for row in [each for each in self.rows.values() if each.indicator == top and each.is_total]:
            if op != "ratio":
                yield self._grown_total(definition, row)
                continue
            under = self.find(formula["den"], (row.scope_kind, row.scope_code))
            if under is not None and under.is_total and under.numerator:
                yield replace(row, indicator=code, period=self.periods[code], denominator=under.numerator, base=None)

    def _mixed(self, code: str) -> Iterator[Row]:
        """Growth of a scope that is a sum of parks at one end and a 补录合计 at the other: no number, and that is why."""
        definition = self.definitions[code]
        if definition.formula.get("op") not in {"growth", "annual_growth"}:
            return
        for row in [each for each in self.rows.values() if each.indicator == code and each.numerator is None]:
            place = (row.scope_kind, row.scope_code)
            ends = self.find(definition.formula["of"], place), self._earlier(definition, place)
            if all(end is not None and end.numerator is not None for end in ends) and ends[0].is_total != ends[1].is_total:
                yield replace(row, gap=Gap.DIFFERENT.value)

    def _grown_total(self, definition: Definition, row: Row) -> Row:
        place = (row.scope_kind, row.scope_code)
        earlier = self._earlier(definition, place)
        values = {"numerator": None, "denominator": None, "base": None, "reported": 0, "gap": Gap.DIFFERENT.value}
        if row.base is not None or earlier is None or earlier.is_total:
            values |= self._looked_back(definition, place)
        return replace(row, indicator=definition.code, period=self.periods[definition.code], **values)

    # Stage 3

    def _pointed(self, code: str) -> list[Row]:
        """Each scope's own numerator, pointing at the district's number."""
        formula = self.definitions[code].formula
        key = (formula["den"], *WHOLE)
        whole = self.rows.get(key)
        taken = code if "population" in formula else formula["num"]
        pointer = {"denominator_key": key if whole else None, "denominator_period": whole.period if whole else ""}
        return [
            replace(row, indicator=code, period=self.periods[code], base=None, roster_effect=None, **pointer)
            for row in list(self.rows.values())
            if row.indicator == taken
        ]


def _by_place(leaves: list[Leaf]) -> dict[tuple[str, Place], Leaf]:
    return {
        (leaf.indicator, (PARK, leaf.park) if leaf.park else leaf.scope): leaf
        for leaf in leaves
        if leaf.park or leaf.scope == WHOLE
    }


def _values_of(leaf: Leaf) -> Values:
    return {
        "numerator": leaf.units, "base": leaf.base, "expected": leaf.expected, "reported": leaf.reported,
        "value_id": leaf.value_id, "backfilled": leaf.backfilled,
    }  # fmt: skip
