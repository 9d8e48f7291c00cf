"""Counts of register facts: each firm or park once in a park, once in a chain, once in the district."""

from collections.abc import Iterator, Mapping

from targets.definitions.population import belongs
from targets.enums import FigureScope
from targets.queries.rollup.inputs import Inputs, Member
from targets.queries.rollup.rows import DISTRICT, PARK, SUMMED, WHOLE_NAME, Key, Row
from targets.queries.rollup.sums import scope_names
from targets.registered import Fact


def park_rows(inputs: Inputs, code: str, period: str) -> list[Row]:
    """A row for each park with facts, and what 补录 says of a park that no fact counts."""
    by_park: dict[str, list[Fact]] = {}
    for fact, member in _counted(inputs, code):
        if member is not None:
            by_park.setdefault(fact.park_code, []).append(fact)
    counted = [
        _at_park(code, period, inputs.fact_members[park], len(_distinct(facts)), facts=[f.as_dict() for f in facts])
        for park, facts in by_park.items()
    ]
    return counted + [
        _at_park(code, period, inputs.members[leaf.park], leaf.units, value_id=leaf.value_id, backfilled=leaf.backfilled)
        for leaf in inputs.leaves
        if leaf.indicator == code and leaf.park in inputs.members and leaf.park not in by_park
    ]


def _at_park(code: str, period: str, member: Member, count: int, **values) -> Row:
    return Row(
        code, PARK, member.code, member.name, period, numerator=count, expected=1, reported=1, member=member, **values
    )


def _counted(inputs: Inputs, code: str) -> Iterator[tuple[Fact, Member | None]]:
    """Facts of the indicator's population with their parks; one of no park only where every park counts."""
    population = inputs.definitions[code].formula.get("population")
    for fact in inputs.facts.get(code, ()):
        member = inputs.fact_members.get(fact.park_code)
        if (not population and not fact.park_code) or (member is not None and belongs(population, member)):
            yield fact, member


def _distinct(facts: list[Fact]) -> set[str]:
    return {fact.subject or fact.park_code for fact in facts}


def scope_rows(inputs: Inputs, code: str, period: str, rows: Mapping[Key, Row]) -> list[Row]:
    """Counts over the district and every scope that has parks: the register knows its zeros."""
    facts = list(_counted(inputs, code))
    parks = [row for row in rows.values() if row.indicator == code and row.scope_kind == PARK]
    names = scope_names(inputs) | {FigureScope.CHAIN.value: inputs.chains}
    found = [_scope_row(code, period, (DISTRICT, "", WHOLE_NAME), [fact for fact, _ in facts], parks)]
    for kind, column in SUMMED.items():
        for scope, name in names[kind].items():
            if scope:
                inside = [fact for fact, member in facts if scope in _scopes(kind, column, fact, member)]
                own = [row for row in parks if getattr(row.member, column) == scope]
                found.append(_scope_row(code, period, (kind, scope, name), inside, own))
    return found


def _scopes(kind: str, column: str, fact: Fact, member: Member | None) -> set[str]:
    """A firm may be of several chains beside that of its park."""
    own = {getattr(member, column)} if member else set()
    return own | set(fact.chains) if kind == FigureScope.CHAIN else own


def _scope_row(code: str, period: str, scope: tuple[str, str, str], facts: list[Fact], parks: list[Row]) -> Row:
    told = [row for row in parks if not row.facts]
    return Row(
        code, *scope, period, numerator=len(_distinct(facts)) + sum(row.numerator for row in told), expected=len(parks),
        reported=len(parks), backfilled=sum(row.backfilled for row in told),
    )  # fmt: skip
