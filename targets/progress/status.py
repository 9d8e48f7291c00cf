"""How a target stands: its value against what is expected, by the rule in force, with the rule said."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from guandu.core.periods import Period
from targets.enums import Operator, TargetStatus
from targets.enums_plan import Path
from targets.progress.amounts import half_up, percent, written
from targets.progress.expectation import Expected, demand
from targets.progress.terms import Terms, meets

# Of what is looked at in the end only, the last quarters in which no progress at all is a risk.
LAST_QUARTERS = 4
_END_RULE = f"只看期末的目标：已有进展为正常，最后 {LAST_QUARTERS} 个季度仍无进展为有风险，低于基期数为滞后"


@dataclass(frozen=True)
class Judgement:
    """`of_expected` is in per cent of the expected progress, below zero under the baseline; None where it cannot be
    measured."""

    status: TargetStatus
    words: str
    of_expected: Decimal | None = None


@dataclass(frozen=True)
class _Case:
    """One value against one expectation."""

    terms: Terms
    value: Decimal
    expected: Expected
    normal_from: int
    risk_from: int
    quarter: Period
    number: int

    @property
    def is_over(self) -> bool:
        """The deadline's quarter is the last one: what it ends with is final."""
        return self.terms.quarters_left(self.quarter) == 0

    @property
    def is_met(self) -> bool:
        # An amount of a year that may not be exceeded is kept when the year is over.
        may_grow = self.terms.falls and self.terms.path == Path.SEASONAL and not self.is_over
        return meets(self.terms, self.value) and not may_grow

    @property
    def way(self) -> Fraction | None:
        """The part of the expected progress that is made."""
        terms, due = self.terms, self.expected.value
        if due is None:
            return None
        if terms.baseline is not None and terms.path in {Path.LINEAR, Path.AT_END}:
            span = Fraction(due) - Fraction(terms.baseline)
            is_ahead = span < 0 if terms.falls else span > 0
            return (Fraction(self.value) - Fraction(terms.baseline)) / span if is_ahead else None
        return Fraction(self.value) / Fraction(due) if due > 0 and not terms.falls else None

    @property
    def rule(self) -> str:
        return f"规则第 {self.number} 版：达到应有进度的 {self.normal_from}% 为正常，{self.risk_from}% 以上为有风险"

    def says(self, status: TargetStatus, words: str) -> Judgement:
        way = self.way
        return Judgement(status, words, None if way is None else half_up(way * 100, 4))


def judge(
    terms: Terms,
    value: Decimal | None,
    expected: Expected,
    *,
    normal_from: int,
    risk_from: int,
    quarter: Period,
    number: int,
) -> Judgement:
    """The standing at the end of `quarter` by rule `number`, whose bounds are whole per cent of the expected progress.

    A line that holds is met; one that does not in the deadline's quarter or later is behind; before, what is made of
    the expected way decides: from the baseline where there is one, of the whole for yearly flows and lines that hold
    throughout."""
    if value is None:
        return Judgement(TargetStatus.PENDING, "本期没有数据，暂不能判断")
    case = _Case(terms, value, expected, normal_from, risk_from, quarter, number)
    if case.is_met:
        return case.says(TargetStatus.MET, _met_words(case))
    if case.is_over:
        return case.says(TargetStatus.BEHIND, f"已到完成时限（{terms.ends.label}），{_lacks(case)}，滞后")
    if expected.value is None:
        return _at_end(case) if terms.path == Path.AT_END else Judgement(TargetStatus.PENDING, expected.words)
    return (
        _unmeasured(case, expected.value) if case.way is None else _measured(case, expected.value, case.way)
    )


def _met_words(case: _Case) -> str:
    if case.terms.operator == Operator.DONE:
        return "已完成"
    ends = "符合要求" if case.terms.path == Path.HELD else "已完成"
    return f"应{demand(case.terms)}，现为 {written(case.value)}，{ends}"


def _lacks(case: _Case) -> str:
    terms = case.terms
    if terms.operator == Operator.DONE:
        return "尚未完成"
    if case.value == terms.line:
        return f"应{demand(terms)}，现为 {written(case.value)}，未超过"
    side = "超出" if terms.falls else "尚差"
    return f"应{demand(terms)}，现为 {written(case.value)}，{side} {written(abs(case.value - terms.line))}"


def _measured(case: _Case, due: Decimal, way: Fraction) -> Judgement:
    status = TargetStatus.BEHIND
    if way * 100 >= case.risk_from:
        status = TargetStatus.AT_RISK
    # What must hold in every quarter and does not is never in order.
    if way * 100 >= case.normal_from and case.terms.path != Path.HELD:
        status = TargetStatus.ON_TRACK
    shown = percent(way, (0, 100, case.normal_from, case.risk_from))
    worse = "高于" if case.terms.falls else "低于"
    below = (
        f"，{worse}基期数 {written(case.terms.baseline)}"
        if way < 0 and case.terms.baseline is not None
        else ""
    )
    words = (
        f"应有进度 {written(due)}，现为 {written(case.value)}{below}，为应有进度的 {shown}，{status.label}"
    )
    held = "；各期都应符合，未符合的至多为有风险" if case.terms.path == Path.HELD else ""
    return case.says(status, f"{words}（{case.rule}{held}）")


def _unmeasured(case: _Case, due: Decimal) -> Judgement:
    """Nothing to divide by: before or behind what is expected."""
    terms, value = case.terms, case.value
    reached = value <= due if terms.falls else value >= due
    if terms.path == Path.HELD:
        return case.says(TargetStatus.BEHIND, f"{_lacks(case)}，滞后（各期都应符合）")
    status = TargetStatus.ON_TRACK if reached else TargetStatus.BEHIND
    if not reached and meets(terms, value):
        status = TargetStatus.AT_RISK  # within the year's amount, faster than the years before
    outcome = ("未超出" if reached else "已超出") if terms.falls else ("已达到" if reached else "未达到")
    return case.says(
        status, f"应有进度 {written(due)}，现为 {written(value)}，{outcome}应有进度，{status.label}"
    )


def _at_end(case: _Case) -> Judgement:
    """Nothing is expected before the end: whether anything moves, and in the right direction."""
    terms, left = case.terms, case.terms.quarters_left(case.quarter)
    # Without a baseline, what is to grow begins at nothing; of what is to fall nothing can be said.
    start = terms.baseline if terms.baseline is not None else case.value if terms.falls else Decimal(0)
    moved = start - case.value if terms.falls else case.value - start
    if moved > 0:
        status, words = TargetStatus.ON_TRACK, "已有进展"
    elif moved < 0 and terms.baseline is not None:
        status, words = TargetStatus.BEHIND, f"不及基期数 {written(start)}"
    elif left < LAST_QUARTERS:
        status, words = TargetStatus.AT_RISK, "尚无进展"
    else:
        status, words = TargetStatus.PENDING, "尚无进展，暂不判断"
    now = "" if terms.operator == Operator.DONE else f"应{demand(terms)}，现为 {written(case.value)}，"
    return case.says(status, f"{now}离完成时限还有 {left} 个季度，{words}，{status.label}（{_END_RULE}）")
