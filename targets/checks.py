"""What is wrong or odd in a return's cells. No database: whole units in, findings out.

Relations between cells are data of the template (`checks`: left, op, right, severity, message); a
relation with a missing side is not judged. The other checks hold for every template.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from targets.enums import IndicatorKind

ODD_TIMES = 8  # as many times the last period's value asks for a reason: a slipped decimal point is ten
UNIT_SLIP_TIMES = 5_000  # near 10**4, the step from 元 to 万元
OPERATORS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt, "==": operator.eq}


class Severity(StrEnum):
    MISSING = "missing"  # a required cell is empty: blocks
    ERROR = "error"  # blocks
    REASON = "reason"  # blocks until a reason is given


@dataclass(frozen=True)
class Cell:
    """One cell as the checks need it."""

    code: str
    name: str
    unit: str
    kind: str
    is_required: bool = True


@dataclass(frozen=True)
class Entries:
    """Units by indicator code. `last` holds the previous quarter's values of the same indicator
    version, `last_is_same_year` whether they add up from the same January."""

    values: dict[str, int]
    base: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    last_is_same_year: bool = False


@dataclass(frozen=True)
class Finding:
    code: str
    severity: Severity
    text: str


def findings(cells: Sequence[Cell], rules: Sequence[dict], entries: Entries) -> list[Finding]:
    """Everything to say about the entries, in the order of the cells; a cell with an error is not
    also called odd."""
    found = [each for cell in cells for each in _of_cell(cell, entries)]
    found += _relations(rules, entries)
    wrong = {each.code for each in found if each.severity == Severity.ERROR}
    odd = [each for cell in cells if cell.code not in wrong for each in _odd(cell, entries)]
    order = {cell.code: number for number, cell in enumerate(cells)}
    return sorted(found + odd, key=lambda each: order.get(each.code, len(order)))


def _of_cell(cell: Cell, entries: Entries) -> list[Finding]:
    found = []
    if cell.is_required and cell.code not in entries.values:
        found.append(Finding(cell.code, Severity.MISSING, f"请填写{cell.name}；确实为零请填 0。"))
    if entries.values.get(cell.code, 0) < 0:
        found.append(Finding(cell.code, Severity.ERROR, f"{cell.name}不能为负数，请核对。"))
    if entries.base.get(cell.code, 0) < 0:
        found.append(Finding(cell.code, Severity.ERROR, f"{cell.name}的上年同期可比数不能为负数，请核对。"))
    return found


def _relations(rules: Sequence[dict], entries: Entries) -> list[Finding]:
    found = []
    for rule in rules:
        left, right = entries.values.get(rule["left"]), entries.values.get(rule["right"])
        if left is None or right is None or OPERATORS[rule["op"]](left, right):
            continue
        severity = Severity.ERROR if rule.get("severity", "error") == "error" else Severity.REASON
        found.append(Finding(rule["left"], severity, rule["message"]))
    return found


def _odd(cell: Cell, entries: Entries) -> list[Finding]:
    """At most one finding: a fall of a cumulative number, or a leap against the last period."""
    value, last = entries.values.get(cell.code), entries.last.get(cell.code)
    if value is None or last is None:
        return []
    cumulative = cell.kind == IndicatorKind.FLOW
    if cumulative and entries.last_is_same_year and value < last:
        return [_reason(cell, f"{cell.name}的本期累计小于上期累计，请核对；确实如此请说明原因。")]
    if last > 0 and value >= UNIT_SLIP_TIMES * last and cell.unit.startswith("万"):
        plain = cell.unit.removeprefix("万")
        return [
            _reason(
                cell,
                f"{cell.name}是上期的数千倍以上，单位是{plain}还是{cell.unit}？请核对；确实如此请说明原因。",
            )
        ]
    if last > 0 and value >= ODD_TIMES * last:
        return [
            _reason(
                cell, f"{cell.name}是上期的 {value // last} 倍，请核对是否多写了位数；确实如此请说明原因。"
            )
        ]
    if last > 0 and not cumulative and value * ODD_TIMES <= last:
        return [_reason(cell, f"{cell.name}不到上期的八分之一，请核对是否少写了位数；确实如此请说明原因。")]
    return []


def _reason(cell: Cell, text: str) -> Finding:
    return Finding(cell.code, Severity.REASON, text)
