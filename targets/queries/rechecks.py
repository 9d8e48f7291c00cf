"""Loaded workbooks judged by the checks of another version of their form. Grain: one file; nothing is written."""

from collections.abc import Iterator
from dataclasses import replace

from guandu.core.numbers import to_units
from guandu.core.periods import Period
from targets.cell_keys import BASE, CellKey
from targets.checks import Entries, Finding, findings
from targets.enums import LinesKind
from targets.models import Cycle, ReturnTemplate
from targets.queries.lines import codes_of
from targets.queries.sheet import FormCell, form_cells
from targets.readings import Reading

SEVERITIES = {"missing": "缺项", "error": "错误", "reason": "须说明"}


def rules_for(cycle: Cycle) -> list[ReturnTemplate]:
    """The versions of the cycle's form, the newest first."""
    return list(ReturnTemplate.objects.filter(series=cycle.template.series).order_by("-number"))


def judged(reading: Reading, cycle: Cycle, rules: ReturnTemplate) -> list[tuple[str, str, str]]:
    """(place, kind, sentence) of what `rules` says of the numbers in the file. Cells that only one of the two
    versions asks for are passed over: the file could not have them."""
    form = {cell.code: cell for cell in form_cells(rules, Period.parse(cycle.period))}
    asked = {CellKey.parse(key).code for key in reading.places}
    cells = [cell for code, cell in form.items() if code in asked]
    codes = {cell.code for cell in cells}
    checks = [rule for rule in rules.checks if codes_of(rule) <= codes]
    found = list(_of_lines(reading, cells, checks)) + _of_own(reading, cells, checks, rules)
    return [(str(reading.place_of(each.code) or ""), SEVERITIES[each.severity], each.text) for each in found]


def _of_own(reading: Reading, cells: list[FormCell], checks: list, rules: ReturnTemplate) -> list[Finding]:
    lined = {cell.code for cell in cells if cell.of_lines}
    values = _units(reading, cells, "")
    if rules.lines_kind == LinesKind.FIRM:
        values |= {code: sum(each) for code in lined if (each := _column(reading, cells, code))}
    base = {
        cell.code: to_units(reading_value, cell.scale)
        for cell in cells
        if (reading_value := reading.number(cell.code + BASE)) is not None
    }
    own = [replace(cell, is_required=False) if cell.code in lined else cell for cell in cells]
    return findings(own, checks, Entries(values=values, base=base))


def _of_lines(reading: Reading, cells: list[FormCell], checks: list) -> Iterator[Finding]:
    lined = [replace(cell, is_required=False) for cell in cells if cell.of_lines]
    codes = {cell.code for cell in lined}
    within = [rule for rule in checks if codes_of(rule) <= codes]
    for line in sorted({CellKey.parse(key).line for key in reading.cells} - {""}):
        for each in findings(lined, within, Entries(values=_units(reading, lined, line))):
            yield replace(each, code=str(CellKey(each.code, line=line)))


def _units(reading: Reading, cells: list[FormCell], line: str) -> dict[str, int]:
    known = {cell.code: reading.number(str(CellKey(cell.code, line=line))) for cell in cells}
    return {cell.code: to_units(known[cell.code], cell.scale) for cell in cells if known[cell.code] is not None}


def _column(reading: Reading, cells: list[FormCell], code: str) -> list[int]:
    cell = next(each for each in cells if each.code == code)
    numbers = [reading.number(key) for key in reading.cells if CellKey.parse(key).code == code and CellKey.parse(key).line]
    return [to_units(number, cell.scale) for number in numbers if number is not None]
