"""Relations between cells, as a template keeps them: left, operator, right, severity, and what to do
about an empty cell."""

import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from guandu.core.errors import Invalid
from targets.checks.entries import Cell, Entries, Finding, Severity, shown
from targets.checks.expressions import Expression, Term, When, parse, parsed

COMPARED = {
    "<=": (operator.le, "不大于"),
    "<": (operator.lt, "小于"),
    ">=": (operator.ge, "不小于"),
    ">": (operator.gt, "大于"),
    "==": (operator.eq, "等于"),
    "!=": (operator.ne, "不等于"),
}
COMPULSORY, EXCLUSIVE = "compulsory_pair", "exclusive_pair"
PAIRS = {COMPULSORY: "须同时填报", EXCLUSIVE: "不得同时填报"}
OPERATOR_WORDS = {sign: words for sign, (_, words) in COMPARED.items()} | PAIRS
SEVERITY_WORDS = {"error": "审核错误（须改正）", "query": "核实项（可说明原因）"}


class Missing(StrEnum):
    """What a check does where a cell that it names is empty."""

    SKIP_ANY = "skip_any"
    SKIP_ALL = "skip_all"
    NEVER_SKIP = "never_skip"


MISSING_WORDS = {
    Missing.SKIP_ANY: "有一项未填就不审核",
    Missing.SKIP_ALL: "全部未填才不审核，未填的项不计入",
    Missing.NEVER_SKIP: "有未填的即提示补填",
}


@dataclass(frozen=True)
class Check:
    code: str
    left: Expression
    op: str
    right: Expression
    severity: Severity
    missing: Missing
    message: str

    @classmethod
    def of(cls, rule: Mapping) -> "Check":
        """A stored check, by codes."""
        return cls(
            rule.get("code", ""),
            parsed(rule["left"]),
            "==" if rule["op"] == "=" else rule["op"],
            parsed(rule["right"]),
            Severity.ERROR if rule.get("severity", "error") == "error" else Severity.REASON,
            Missing(rule.get("missing") or Missing.SKIP_ANY),
            rule.get("message", ""),
        )

    @property
    def home(self) -> str:
        """The cell at which the finding stands: the first of this period that the check names."""
        terms = [*self.left.terms, *self.right.terms]
        return next((term.code for term in terms if term.when is When.NOW), terms[0].code)

    def sentence(self, names: Mapping[str, str]) -> str:
        left, right = self.left.in_words(names), self.right.in_words(names)
        if self.op in PAIRS:
            return f"{left}和{right}{PAIRS[self.op]}"
        return f"{left}应{OPERATOR_WORDS[self.op]}{right}"


def read_rule(rule: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """A check as it is stored, from what a person wrote; `known` is name or code → code of the form's
    cells. Raises Invalid with a sentence per field (left, op, right, severity, missing)."""
    errors: list[tuple[str, str]] = []
    sides: dict[str, Expression] = {}
    for side in ("left", "right"):
        try:
            sides[side] = parse(str(rule.get(side) or ""), known)
        except Invalid as wrong:
            errors.append((side, wrong.message))
    for name, allowed in (("op", OPERATOR_WORDS), ("severity", SEVERITY_WORDS), ("missing", MISSING_WORDS)):
        if (rule.get(name) or "") not in allowed:
            errors.append((name, f"不能是“{rule.get(name) or ''}”，可选：{'、'.join(allowed.values())}。"))
    if len(sides) == 2:
        errors += _empty_sides(rule.get("op", ""), sides)
    if errors:
        raise Invalid("审核关系有误，请按提示改正。", errors=errors)
    kept = {name: str(rule[name]) for name in ("op", "severity", "missing")}
    words = {"code": str(rule.get("code") or ""), "message": str(rule.get("message") or "").strip()}
    return words | {side: each.written() for side, each in sides.items()} | kept


def _empty_sides(op: str, sides: Mapping[str, Expression]) -> list[tuple[str, str]]:
    named = {side: bool(each.terms) for side, each in sides.items()}
    if op in PAIRS:
        return [(side, "成对填报的两边都要写指标，不能只写数字。") for side, has in named.items() if not has]
    return [] if any(named.values()) else [("left", "两边都只有数字，请至少写一个指标。")]


def broken_relations(cells: Sequence[Cell], rules: Sequence[Mapping], entries: Entries) -> list[Finding]:
    """Findings of the template's checks; one that names a cell which this period does not ask is
    not judged."""
    form = {cell.code: cell for cell in cells}
    found: list[Finding] = []
    asked_to_fill: set[str] = set()
    for rule in rules:
        check = Check.of(rule)
        if not {*check.left.codes, *check.right.codes} <= form.keys():
            continue
        for finding in _judge(check, form, entries):
            if finding.asks_to_fill and finding.code in asked_to_fill:
                continue
            found.append(finding)
            if finding.asks_to_fill:
                asked_to_fill.add(finding.code)
    return found


def _judge(check: Check, form: Mapping[str, Cell], entries: Entries) -> list[Finding]:
    sides = _Side.of(check.left, form, entries), _Side.of(check.right, form, entries)
    if check.op in PAIRS:
        return _judge_pair(check, form, sides)
    empty = [*sides[0].empty, *sides[1].empty]
    if empty and check.missing is Missing.NEVER_SKIP:
        return _complaints(check, form, empty)
    if empty and (check.missing is Missing.SKIP_ANY or not (sides[0].filled or sides[1].filled)):
        return []
    compare, _ = COMPARED[check.op]
    left, right = sides[0].total, sides[1].total
    if compare(left, right):
        return []
    return [_broken(check, form, f"，现分别为 {shown(left)} 和 {shown(right)}")]


@dataclass(frozen=True)
class _Side:
    """What one side comes to, over the cells that are filled."""

    total: Fraction
    filled: tuple[Term, ...]
    empty: tuple[Term, ...]

    @classmethod
    def of(cls, side: Expression, form: Mapping[str, Cell], entries: Entries) -> "_Side":
        units = {When.NOW: entries.values, When.LAST: entries.last, When.BASE: entries.base}
        filled = tuple(term for term in side.terms if units[term.when].get(term.code) is not None)
        empty = tuple(term for term in side.terms if term not in filled)
        amounts = (term.factor * form[term.code].amount(units[term.when][term.code]) for term in filled)
        return cls(sum(amounts, side.constant), filled, empty)

    def is_there(self, missing: Missing) -> bool:
        """Whether the side counts as filled in: wholly, unless the check takes what there is."""
        return bool(self.filled) and (missing is not Missing.SKIP_ANY or not self.empty)


def _judge_pair(check: Check, form: Mapping[str, Cell], sides: tuple[_Side, _Side]) -> list[Finding]:
    there = [side.is_there(check.missing) for side in sides]
    if not any(there) and check.missing is Missing.NEVER_SKIP:
        if check.op == COMPULSORY:
            return _complaints(check, form, [*sides[0].empty, *sides[1].empty])
        names = {code: cell.name for code, cell in form.items()}
        if any(form[code].is_required for code in (*check.left.codes, *check.right.codes)):
            return []  # it is asked for anyway
        text = f"请补填一项：{check.left.in_words(names)}或{check.right.in_words(names)}，不能都空着。"
        return [Finding(check.home, check.severity, text, check.code, asks_to_fill=True)]
    if check.op == COMPULSORY:
        absent = [term for side, has in zip(sides, there, strict=True) if not has for term in side.empty]
        # A required cell is asked for anyway.
        asked_anyway = all(term.when is When.NOW and form[term.code].is_required for term in absent)
        broken = any(there) and not all(there) and not asked_anyway
    else:
        broken = all(there)
    return [_broken(check, form, "")] if broken else []


def _complaints(check: Check, form: Mapping[str, Cell], empty: Iterable[Term]) -> list[Finding]:
    """One per empty cell. A required cell is asked for anyway; a number of another period cannot be
    filled in here, so it asks for a word of explanation."""
    names = {code: cell.name for code, cell in form.items()}
    found = []
    for term in empty:
        cell = form[term.code]
        if term.when is When.LAST:
            text = f"没有{cell.name}的上期数，无法审核“{check.sentence(names)}”，请说明原因。"
            found.append(Finding(check.home, Severity.REASON, text, check.code))
        elif term.when is When.BASE:
            text = f"请补填{cell.name}的上年同期可比数，以便审核“{check.sentence(names)}”。"
            found.append(Finding(term.code, check.severity, text, check.code, asks_to_fill=True))
        elif not cell.is_required:
            text = f"请补填{cell.name}，以便审核“{check.sentence(names)}”；确实为零请填 0。"
            found.append(Finding(term.code, check.severity, text, check.code, asks_to_fill=True))
    return found


def _broken(check: Check, form: Mapping[str, Cell], numbers: str) -> Finding:
    if check.message:
        return Finding(check.home, check.severity, check.message, check.code)
    names = {code: cell.name for code, cell in form.items()}
    end = "请核对后改正。" if check.severity == Severity.ERROR else "请核对；确实如此请说明原因。"
    return Finding(check.home, check.severity, f"{check.sentence(names)}{numbers}，{end}", check.code)
