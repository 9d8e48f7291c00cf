"""What is wrong or odd in a set of entries. No database: whole units in, findings out.

Relations between cells are data of the template (`relations`), bounds are data of its cells; the other
checks hold for every template. A set of entries is a return's form, or one line of it.
"""

from collections.abc import Mapping, Sequence

from targets.checks.entries import Cell, Entries, Finding, Severity
from targets.checks.odd import odd
from targets.checks.relations import broken_relations

__all__ = ["Cell", "Entries", "Finding", "Severity", "findings"]


def findings(cells: Sequence[Cell], rules: Sequence[Mapping], entries: Entries) -> list[Finding]:
    """Everything to say about the entries, in the order of the cells; an empty required cell is told
    once, and a cell with an error is not also called odd."""
    found = [each for cell in cells for each in _of_cell(cell, entries)]
    found += broken_relations(cells, rules, entries)
    wrong = {each.code for each in found if each.severity == Severity.ERROR}
    strange = [each for cell in cells if cell.code not in wrong for each in odd(cell, entries)]
    order = {cell.code: number for number, cell in enumerate(cells)}
    return sorted(found + strange, key=lambda each: order.get(each.code, len(order)))


def _of_cell(cell: Cell, entries: Entries) -> list[Finding]:
    found = []
    if cell.is_required and cell.code not in entries.values:
        found.append(Finding(cell.code, Severity.MISSING, f"请填写{cell.name}；确实为零请填 0。"))
    if entries.values.get(cell.code, 0) < 0:
        found.append(Finding(cell.code, Severity.ERROR, f"{cell.name}不能为负数，请核对。"))
    if entries.base.get(cell.code, 0) < 0:
        found.append(Finding(cell.code, Severity.ERROR, f"{cell.name}的上年同期可比数不能为负数，请核对。"))
    return found
