"""Which period a figure speaks of, and which other quarters it looks back to."""

from collections.abc import Iterable, Iterator, Mapping

from guandu.core import clock
from guandu.core.periods import Period
from targets.checks.expressions import parsed
from targets.definitions.graph import operands
from targets.definitions.shapes import YEAR_BEFORE
from targets.enums import IndicatorKind, OverTime
from targets.queries.rollup.inputs import Definition

OVER_QUARTERS = frozenset({OverTime.SUM, OverTime.AVERAGE, OverTime.MAX})
LOOKING_BACK = frozenset({"single", "growth", "annual_growth"})
_PASSED_ON = {
    "ratio": "num", "share": "num", "count_over_line": "of", "all_of": "of", "average": "of", "growth": "of",
    "annual_growth": "of",
}  # fmt: skip


def flows(definitions: Mapping[str, Definition], code: str) -> bool:
    """Whether it counts from the beginning of the year."""
    definition = definitions.get(code)
    if definition is None or definition.kind == IndicatorKind.FLOW:
        return definition is not None
    op = definition.formula.get("op")
    if op in _PASSED_ON:
        return flows(definitions, definition.formula[_PASSED_ON[op]])
    if op == "choose_by_type":
        return flows(definitions, next(iter(definition.formula["map"].values())))
    if op == "formula":
        return any(flows(definitions, part) for part in parsed(definition.formula["num"]).codes)
    return False


def figure_period(definitions: Mapping[str, Definition], code: str, quarter: Period) -> str:
    """Year-to-date for what comes from flows, else the quarter at its end."""
    return quarter.to_date.code if flows(definitions, code) else quarter.code


def previous_quarter(quarter: Period) -> Period | None:
    """The quarter before in the same year: the first quarter alone is its own cumulative number."""
    return None if quarter.last == 3 else quarter.before


def base_quarter(formula: Mapping, quarter: Period, *, flowing: bool) -> Period:
    """The quarter that growth looks back to. A flow is compared with the same months of the base year, a stock with
    its end; an average over years with the same day, so that the years are whole."""
    if formula["base"] == YEAR_BEFORE:
        return quarter.year_before
    same = flowing or formula["op"] == "annual_growth"
    return Period.quarter(int(str(formula["base"])), quarter.last // 3 if same else 4)


def looked_back_to(
    definitions: Mapping[str, Definition], quarter: Period, codes: Iterable[str] | None = None
) -> dict[Period, set[str]]:
    """Other quarters that figures of `quarter` read, and which indicators there. One step back each."""
    found: dict[Period, set[str]] = {}
    for code in closure(definitions, definitions if codes is None else codes):
        for back, read in _steps(definitions, code, quarter):
            if back != quarter:
                found.setdefault(back, set()).add(read)
    return found


def closure(definitions: Mapping[str, Definition], codes: Iterable[str]) -> set[str]:
    """`codes`, and everything that they are made of in the same quarter."""
    found, waiting = set(), [code for code in codes if code in definitions]
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting += [part for part in operands(definitions[code].formula) if part in definitions]
    return found


def _steps(definitions: Mapping[str, Definition], code: str, quarter: Period) -> Iterator[tuple[Period, str]]:
    definition = definitions[code]
    op, flowing = definition.formula.get("op"), flows(definitions, code)
    if op == "single" and previous_quarter(quarter):
        yield quarter.before, definition.formula["of"]
    if op in {"growth", "annual_growth"}:
        yield base_quarter(definition.formula, quarter, flowing=flowing), definition.formula["of"]
    if quarter.last == 12 and definition.over_time in OVER_QUARTERS and not flowing:
        yield from ((Period.quarter(quarter.year, number), code) for number in (1, 2, 3))


def all_looked_back_to(
    definitions: Mapping[str, Definition], quarter: Period, codes: Iterable[str] | None = None
) -> set[Period]:
    """As looked_back_to, all the way."""
    found = set()
    for back, read in looked_back_to(definitions, quarter, codes).items():
        found |= {back} | all_looked_back_to(definitions, back, read)
    return found


def affected_quarters(
    quarter: Period, definitions: Mapping[str, Definition], *, until: Period | None = None
) -> list[Period]:
    """The quarters up to `until`, by default the present one, whose figures read values of `quarter`, itself first:
    the next one for a single quarter, a year later for growth, every later one for a dated base, the fourth for
    numbers of the year."""
    found, each = [quarter], quarter.next_quarter
    last = until or Period.quarter_of(clock.today())
    while each <= last:
        if quarter in all_looked_back_to(definitions, each):
            found.append(each)
        each = each.next_quarter
    return found
