"""Inputs that hold an entity against its cohort: a mean, a quantile, a rank, a share of the whole."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.derivations.base import Derivation, Derived
from rating.engine.derivations.records import mean, median
from rating.engine.facts import Facts
from rating.engine.inputs import Reader
from rating.engine.params import Flaw, Param, Specs, optional
from rating.engine.references import ALL

OF_ALL = {
    "mean": "均值", "median": "中位数", "min": "最小值", "max": "最大值", "quantile": "分位数", "sum": "合计", "count": "个数",
}  # fmt: skip
OF_ONE = {
    "rank": "名次",
    "rank_from_last": "倒数名次",
    "percentile": "高于其余的百分比",
    "share": "占合计的百分比",
}
STATISTICS = (*OF_ALL, *OF_ONE)


@dataclass(frozen=True, slots=True)
class Cohort(Derivation):
    """`statistic` of input `of` over the entities of the same class. Snapshot: see References."""

    of: str
    statistic: str
    by: tuple[str, ...]
    better: str
    at: Decimal
    fewest: int

    kind = "cohort"
    title = "同类园区比较"
    params = (
        Param("of", "input", "数值输入"),
        Param(
            "statistic", "statistic", "、".join(f"{code} {word}" for code, word in (OF_ALL | OF_ONE).items())
        ),
        optional("by", "attributes", "按哪些属性分类比较，默认不分", ()),
        optional("better", "better", "rank 的次序：higher 高者为第一（默认），lower 低者为第一", "higher"),
        optional("at", "number", "quantile 的分位（0 至 1），默认 0.5", Decimal("0.5")),
        optional("fewest", "count", "同类有数据的不足几个时视为缺数据，默认 1", 1),
    )

    def reads(self) -> tuple[str, ...]:
        return (self.of,)

    def level(self, facts: Facts) -> str | None:
        """The class of the entity; None when one of its attributes is empty."""
        levels = [facts.attributes.get(code) for code in self.by]
        if any(level is None for level in levels):
            return None
        return "/".join(map(str, levels)) if levels else ALL

    def derive(self, reader: Reader) -> Derived:
        if reader.years:
            return Derived((), None, "往年没有同类数据，无从比较")
        level = self.level(reader.facts)
        if level is None:
            return Derived((), None, "未登记分类所需属性，无法确定同类")
        members = reader.references.of(cohort_key(self), level)
        if members is None:
            return Derived((), None, "没有与同类一起评定，无从比较")
        if len(members) < self.fewest or not members:
            return Derived((), None, f"同类有数据的只有 {len(members)} 个，不足 {max(self.fewest, 1)} 个")
        reference = {"cohort": len(members), "class": level}
        if self.statistic in OF_ALL:
            return Derived((), self._of_all(members), reference=reference)
        part = reader.read(self.of)
        if not isinstance(part.value, Decimal):
            return Derived((part,), None, f"{part.title}{part.note}")
        value = self._of_one(part.value, members)
        note = "" if value is not None else f"同类的{part.title}合计为零，无法计算"
        return Derived((part,), value, note, reference)

    def _of_all(self, members: tuple[Decimal, ...]) -> Decimal:
        if self.statistic == "mean":
            return mean(list(members))
        if self.statistic == "median":
            return median(list(members))
        if self.statistic == "quantile":
            return _quantile(members, self.at)
        if self.statistic in ("min", "max"):
            return members[0] if self.statistic == "min" else members[-1]
        return Decimal(len(members)) if self.statistic == "count" else sum(members, numbers.ZERO)

    def _of_one(self, value: Decimal, members: tuple[Decimal, ...]) -> Decimal | None:
        above, below = len(members) - bisect_right(members, value), bisect_left(members, value)
        if self.better == "lower":
            above, below = below, above
        if self.statistic == "rank":
            return Decimal(above + 1)
        if self.statistic == "rank_from_last":
            return Decimal(below + 1)
        if self.statistic == "percentile":
            others = len(members) - 1
            return Decimal(below) * numbers.HUNDRED / others if others else numbers.HUNDRED
        total = sum(members, numbers.ZERO)
        return value * numbers.HUNDRED / total if total else None

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        if not 0 <= self.at <= 1:
            yield Flaw("at", None, "应在 0 与 1 之间")


def cohort_key(derivation: Cohort) -> str:
    """Which values it needs: those of one input, divided in one way. Several statistics share them."""
    return f"{derivation.of}|{','.join(derivation.by)}"


def _quantile(members: tuple[Decimal, ...], at: Decimal) -> Decimal:
    """Between the two nearest members, in proportion (the usual definition of spreadsheets)."""
    place = at * (len(members) - 1)
    low = int(place)
    if low + 1 >= len(members):
        return members[-1]
    return members[low] + (members[low + 1] - members[low]) * (place - low)
