"""The sections `total` and `groups`: the tree of groups and items with their marks, weights and rules."""

from collections.abc import Mapping
from decimal import Decimal

from rating.engine import numbers
from rating.engine.condition_reading import read_codes
from rating.engine.explain import tidy
from rating.engine.fields import Fields, Skip
from rating.engine.inputs import InputSpec
from rating.engine.param_reading import Known, read_rule
from rating.engine.rules.base import Rule
from rating.engine.scheme import (
    MISSING_POLICIES,
    MODES,
    ROUNDINGS,
    WEIGHED,
    Amount,
    Attribute,
    Group,
    Item,
    Missing,
    Scope,
)
from rating.engine.tree import Mapping as Tree, Scalar


class Nodes:
    """Reads the tree. `lines` keeps where each code stands, for what is found out later."""

    def __init__(
        self,
        attributes: Mapping[str, Attribute],
        inputs: Mapping[str, InputSpec],
        digits: int,
        missing: Missing,
    ):
        self.attributes = attributes
        self.inputs = inputs
        self.digits = digits
        self.missing = missing
        self.lines: dict[str, int] = {}

    def root(self, top: Fields) -> Group:
        fields = top.fields("total")
        full = self._amount(fields, "points")
        low = fields.number_or_none("floor", None)
        high = self._limit(fields, full)
        title, mode = fields.text("title", "总分"), fields.one_of("mode", MODES, "sum")
        self.lines["total"] = fields.line
        fields.has("transform")
        fields.close()
        return Group(
            "total", title, full, low, high, self.digits, self._children(top, "groups", mode), mode=mode
        )

    def _children(self, parent: Fields, key: str, mode: str) -> tuple[Group | Item, ...]:
        children: list[Group | Item] = []
        for fields in parent.rows(key):
            try:
                children.append(self._node(fields, mode))
            except Skip:
                continue
        return tuple(children)

    def _node(self, fields: Fields, mode: str) -> Group | Item:
        code = self.claim(fields)
        weight = self._weight(fields, mode)
        node = self._item(code, fields, weight) if fields.has("rule") else self._group(code, fields, weight)
        fields.close()
        return node

    def claim(self, fields: Fields) -> str:
        """The code of the mapping, which is nobody else's."""
        code = fields.text("code")
        if code in self.lines:
            fields.report("code", f"代码“{code}”重复，前一处在第 {self.lines[code]} 行")
        self.lines[code] = fields.line_of("code")
        fields.where = f"“{code}”"
        return code

    def _weight(self, fields: Fields, mode: str) -> Amount | None:
        if mode not in WEIGHED:
            if fields.has("weight"):
                fields.report("weight", "只用于 mode 为 percent 或 relative 的分组之下")
            return None
        if not fields.has("weight"):
            return None
        weight = self._amount(fields, "weight")
        if min(weight.all) < 0:
            fields.report("weight", "不得为负")
        return weight

    def _group(self, code: str, fields: Fields, weight: Amount | None) -> Group:
        if not fields.has("items"):
            fields.fail("code", "既没有 rule（指标），也没有 items（分组）")
        full, digits = self._amount(fields, "points"), fields.count("digits", self.digits, 6)
        low, mode = fields.number_or_none("floor", None), fields.one_of("mode", MODES, "sum")
        high = self._limit(fields, None)
        for key, amounts in (("points", full.all), ("cap", high.all if high else ()), ("floor", (low,))):
            _demand_digits(fields, digits, key, amounts)
        return Group(
            code=code,
            title=fields.text("title"),
            full=full,
            low=low,
            high=high,
            digits=digits,
            scope=self._scope(fields),
            basis=fields.text("basis", ""),
            children=self._children(fields, "items", mode),
            mode=mode,
            weight=weight,
        )

    def _item(self, code: str, fields: Fields, weight: Amount | None) -> Item:
        title, full = fields.text("title"), self._amount(fields, "points")
        digits = fields.count("digits", self.digits, 6)
        missing = read_missing(fields, self.missing)
        scope, basis = self._scope(fields), fields.text("basis", "")
        of, high, floor = (
            fields.optional_number("of"),
            self._limit(fields, full),
            fields.optional_number("floor"),
        )
        rule = read_rule(fields.fields("rule"), Known(self.inputs, self.attributes))
        if of is not None and (of <= 0 or min(full.all) <= 0):
            fields.fail("of", "须大于 0，且本项满分大于 0")
        low = self._lowest(fields, rule, floor, missing, digits, of, full)
        self._demand_reachable(fields, rule, full, low, high, of)
        for key, amounts in (("points", full.all), ("cap", high.all if high else ()), ("floor", (floor,))):
            _demand_digits(fields, digits, key, amounts)
        return Item(
            code, title, full, low, high, digits, rule, tidy(rule.describe(self.inputs)), missing, scope, basis, of, weight,
            fields.one_of("rounding", ROUNDINGS, "half_up"), fields.boolean_or("evidence"), fields.boolean_or("override"),
        )  # fmt: skip

    def _lowest(
        self, fields: Fields, rule: Rule, floor: Decimal | None, missing: Missing, digits: int,
        of: Decimal | None, full: Amount,
    ) -> Decimal:  # fmt: skip
        lowest = rule.bounds(self.inputs)[0] if floor is None else floor
        if lowest is None:
            fields.report("rule", "的得分没有下限，请用 floor 写明本项最低分")
            return Decimal(0)
        if floor is None:
            scaled = lowest if of is None else lowest * max(full.all) / of
            return numbers.rounded_down(min(scaled, Decimal(0), -missing.points), digits)
        if -missing.points < floor:
            fields.report("floor", "高于缺数据时扣分后的得分")
        return floor

    def _demand_reachable(
        self, fields: Fields, rule: Rule, full: Amount, low: Decimal, high: Amount | None, of: Decimal | None
    ) -> None:
        highest = rule.bounds(self.inputs)[1]
        if min(full.all) < 0:
            fields.report("points", "满分不得为负")
        if high is not None and any(
            limit < max(mark, low) for limit, mark in zip(high.all, _matched(full, high), strict=True)
        ):
            fields.report("cap", "低于满分或最低分")
        if low > 0:
            fields.report("floor", "不得大于 0：缺数据时的 0 分也要在范围内")
        for mark in (of,) if of is not None else full.all:
            if highest is not None and highest < mark:
                key = "points" if of is None else "of"
                fields.report(
                    key, f"为 {numbers.plain(mark)} 分，按规则最多只能得 {numbers.plain(highest)} 分"
                )
                return

    def _limit(self, fields: Fields, default: Amount | None) -> Amount | None:
        """A cap: a number, numbers by class, or none."""
        if not fields.has("cap"):
            return default
        tree = fields.take("cap")
        if isinstance(tree, Scalar) and tree.text == "none":
            return None
        return self._amount(fields, "cap")

    def _amount(self, fields: Fields, key: str) -> Amount:
        """A number, or `{by: attribute, cases: {level: number}, default: number}`."""
        if not isinstance(fields.take(key), Tree):
            return Amount(fields.number(key))
        return read_amount(fields, key, self.attributes)

    def _scope(self, fields: Fields) -> tuple[Scope, ...]:
        if not fields.has("applies_to"):
            return ()
        row = fields.fields("applies_to")
        scope = []
        for code in row.tree.entries:
            attribute = self.attributes.get(code)
            if attribute is None:
                row.take(code)
                row.report(code, "不是 attributes 中声明的属性")
                continue
            scope.append(Scope(code, read_codes(row, code, attribute.choices)))
        return tuple(scope)


def read_amount(fields: Fields, key: str, attributes: Mapping[str, Attribute]) -> Amount:
    """Numbers by the value of an attribute. Without `default` every value is named."""
    row = fields.fields(key)
    code = row.text("by")
    cases = row.fields("cases")
    found = tuple((level, cases.number(level)) for level in cases.tree.entries)
    default = row.optional_number("default")
    row.close()
    attribute = attributes.get(code)
    if attribute is None:
        row.fail("by", f"不是 attributes 中声明的属性：“{code}”")
    levels, named = {level for level, _ in attribute.choices}, {level for level, _ in found}
    for level in sorted(named - levels):
        cases.report(level, f"不是属性“{code}”的值")
    if default is None and levels - named:
        row.report("cases", f"没有覆盖 {'、'.join(sorted(levels - named))}，也没有 default")
    if default is None:
        default = found[0][1] if found else numbers.ZERO
    return Amount(default, code, found)


def read_missing(fields: Fields, default: Missing | None) -> Missing:
    if not fields.has("missing"):
        if default is None:
            fields.report("missing", f"没有填写，应为 {'、'.join(MISSING_POLICIES)} 之一")
        return default or Missing("block")
    if isinstance(fields.take("missing"), Scalar):
        policy = fields.one_of("missing", [name for name in MISSING_POLICIES if name != "penalty"])
        return Missing(policy)
    row = fields.fields("missing")
    policy, points = row.one_of("policy", MISSING_POLICIES), row.number("points", Decimal(0))
    grade = row.text("grade", "")
    row.close()
    if (policy == "penalty") != (points > 0):
        row.report("points", "penalty 须写扣分值（正数），其他方式不写")
    if grade and policy != "veto":
        row.report("grade", "只用于 veto")
    return Missing(policy, points, grade)


def _matched(full: Amount, high: Amount) -> tuple[Decimal, ...]:
    """The full mark that stands against each of the caps."""
    if high.attribute and high.attribute == full.attribute:
        return (full.value, *(full.of({high.attribute: level}) for level, _ in high.cases))
    return tuple(max(full.all) for _ in high.all) if high is not full else full.all


def _demand_digits(fields: Fields, digits: int, key: str, limits: tuple[Decimal | None, ...]) -> None:
    if any(limit is not None and limit != numbers.rounded(limit, digits) for limit in limits):
        fields.report(key, f"的小数超过本项保留的 {digits} 位")
