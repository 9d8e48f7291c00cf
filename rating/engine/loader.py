"""YAML text to Scheme. Either the whole scheme is right, or SchemeError names every line that is not."""

import hashlib
import json
from decimal import Decimal

from rating.engine import numbers
from rating.engine.explain import tidy
from rating.engine.fields import Fields, Skip
from rating.engine.inputs import DERIVATIONS, TYPES, Derivation, InputSpec
from rating.engine.rule_reading import read_codes, read_condition, read_rule
from rating.engine.rules.base import Rule
from rating.engine.scheme import (
    MISSING_POLICIES,
    Attribute,
    Gate,
    Grade,
    Group,
    Item,
    Missing,
    Scheme,
    Scope,
)
from rating.engine.tree import Problem, Scalar, SchemeError, plain_tree, read_tree
from rating.engine.weights import demand_full_marks

FORMAT = "1"
GATE_KINDS = {"veto": "any_of", "prerequisite": "all_of", "floor": "all_of", "minimum": "all_of"}
GATE_MISSING = ("pending", "pass", "fail")


def load_scheme(text: str | bytes) -> Scheme:
    """The scheme that the text states. SchemeError lists (line, message) of everything wrong in it."""
    tree = read_tree(text)
    problems: list[Problem] = []
    content = json.dumps(plain_tree(tree), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    try:
        scheme = _Loading(Fields(tree, problems, "方案"), digest).scheme()
    except Skip:
        scheme = None
    if problems or scheme is None:
        raise SchemeError(problems)
    return scheme


class _Loading:
    """One load: what has been read so far is what later parts may refer to."""

    def __init__(self, top: Fields, digest: str):
        self.top = top
        self.problems = top.problems
        self.digest = digest
        self.lines: dict[str, int] = {}

    def scheme(self) -> Scheme:
        head = self._head()
        self.attributes = self._attributes()
        self.inputs = self._inputs()
        root = self._root()
        self.grades, inclusive = self._grades()
        gates = self._gates(root)
        self.top.close()
        if not self.problems:
            demand_full_marks(root, self.attributes, self.lines, self.problems)
        return Scheme(
            **head,
            digits=self.digits,
            attributes=self.attributes,
            inputs=self.inputs,
            root=root,
            gates=gates,
            grades=self.grades,
            inclusive=inclusive,
            digest=self.digest,
        )

    def _head(self) -> dict[str, str]:
        fields = self.top.fields("scheme")
        if self.top.text("format") != FORMAT:
            self.top.report("format", f"应为 {FORMAT}")
        head = {key: fields.text(key) for key in ("code", "title", "version", "status")}
        head["note"] = fields.text("note", "")
        self.digits = fields.count("digits", 2, 6)
        self.default_missing = self._missing(fields, None)
        fields.close()
        return head

    def _attributes(self) -> dict[str, Attribute]:
        found: dict[str, Attribute] = {}
        if not self.top.has("attributes"):
            return found
        section = self.top.fields("attributes")
        for code in section.tree.entries:
            fields = section.fields(code)
            found[code] = Attribute(code, fields.text("title"), _choices(fields))
            fields.close()
        return found

    def _inputs(self) -> dict[str, InputSpec]:
        section = self.top.fields("inputs")
        found: dict[str, InputSpec] = {}
        for name in section.tree.entries:
            try:
                found[name] = self._input(name, section.fields(name))
            except Skip:
                continue
        for spec in found.values():
            _demand_parts(section, spec, found)
        return found

    def _input(self, name: str, fields: Fields) -> InputSpec:
        kind = fields.one_of("type", TYPES, "number")
        spec = InputSpec(
            name=name,
            title=fields.text("title"),
            unit=fields.text("unit", ""),
            type=kind,
            low=fields.optional_number("min"),
            high=fields.optional_number("max"),
            choices=_choices(fields) if kind == "choice" else (),
            digits=fields.count("digits", 2, 6),
            derive=self._derivation(fields) if fields.has("derive") else None,
        )
        fields.close()
        if spec.low is not None and spec.high is not None and spec.low > spec.high:
            fields.report("min", "大于 max")
        return spec

    def _derivation(self, fields: Fields) -> Derivation:
        row = fields.fields("derive")
        kind = row.one_of("kind", DERIVATIONS)
        times = row.number("times", Decimal(1))
        if times <= 0:
            row.report("times", "必须大于 0")
        if kind == "ratio":
            derivation = Derivation(kind, of=row.text("of"), to=row.text("to"), times=times)
        elif kind == "convert":
            derivation = Derivation(kind, of=row.text("of"), times=times)
        else:
            derivation = self._select(row, times)
        row.close()
        return derivation

    def _select(self, row: Fields, times: Decimal) -> Derivation:
        attribute = row.one_of("attribute", self.attributes or ("（attributes 中声明的属性）",))
        cases = row.fields("cases")
        names = {level: cases.text(level) for level in cases.tree.entries}
        default = row.text("default", "")
        if attribute in self.attributes:
            levels = {code for code, _ in self.attributes[attribute].choices}
            for level in sorted(names.keys() - levels):
                cases.report(level, f"不是属性“{attribute}”的值")
            if not default and levels - names.keys():
                row.report("cases", f"没有覆盖 {'、'.join(sorted(levels - names.keys()))}，也没有 default")
        return Derivation("select", attribute=attribute, cases=names, default=default, times=times)

    def _root(self) -> Group:
        fields = self.top.fields("total")
        full = fields.number("points")
        low = fields.number_or_none("floor", None)
        high = fields.number_or_none("cap", full)
        title = fields.text("title", "总分")
        self.lines["total"] = fields.line
        fields.close()
        return Group("total", title, full, low, high, self.digits, self._children(self.top, "groups"))

    def _children(self, parent: Fields, key: str) -> tuple[Group | Item, ...]:
        children: list[Group | Item] = []
        for fields in parent.rows(key):
            try:
                children.append(self._node(fields))
            except Skip:
                continue
        return tuple(children)

    def _node(self, fields: Fields) -> Group | Item:
        code = fields.text("code")
        if code in self.lines:
            fields.report("code", f"代码“{code}”重复，前一处在第 {self.lines[code]} 行")
        self.lines[code] = fields.line_of("code")
        fields.where = f"“{code}”"
        node = self._item(code, fields) if fields.has("rule") else self._group(code, fields)
        fields.close()
        return node

    def _group(self, code: str, fields: Fields) -> Group:
        if not fields.has("items"):
            fields.fail("code", "既没有 rule（指标），也没有 items（分组）")
        full, digits = fields.number("points"), fields.count("digits", self.digits, 6)
        low, high = fields.number_or_none("floor", None), fields.number_or_none("cap", None)
        _demand_digits(fields, digits, points=full, cap=high, floor=low)
        return Group(
            code=code,
            title=fields.text("title"),
            full=full,
            low=low,
            high=high,
            digits=digits,
            scope=self._scope(fields),
            basis=fields.text("basis", ""),
            children=self._children(fields, "items"),
        )

    def _item(self, code: str, fields: Fields) -> Item:
        title, full = fields.text("title"), fields.number("points")
        digits = fields.count("digits", self.digits, 6)
        missing = self._missing(fields, self.default_missing)
        scope, basis = self._scope(fields), fields.text("basis", "")
        high = fields.number_or_none("cap", full)
        floor = fields.optional_number("floor")
        rule = read_rule(fields.fields("rule"), self.inputs)
        low = self._lowest(fields, rule, floor, missing, digits)
        self._demand_reachable(fields, rule, full, low, high)
        _demand_digits(fields, digits, points=full, cap=high, floor=low)
        return Item(
            code, title, full, low, high, digits, rule,
            tidy(rule.describe(self.inputs)), missing, scope, basis,
        )  # fmt: skip

    def _lowest(
        self, fields: Fields, rule: Rule, floor: Decimal | None, missing: Missing, digits: int
    ) -> Decimal:
        lowest = rule.bounds(self.inputs)[0] if floor is None else floor
        if lowest is None:
            fields.report("rule", "的得分没有下限，请用 floor 写明本项最低分")
            return Decimal(0)
        if floor is None:
            return numbers.rounded_down(min(lowest, Decimal(0), -missing.points), digits)
        if -missing.points < floor:
            fields.report("floor", "高于缺数据时扣分后的得分")
        return floor

    def _demand_reachable(
        self, fields: Fields, rule: Rule, full: Decimal, low: Decimal, high: Decimal | None
    ) -> None:
        highest = rule.bounds(self.inputs)[1]
        if full < 0:
            fields.report("points", "满分不得为负")
        if high is not None and high < max(full, low):
            fields.report("cap", "低于满分或最低分")
        if low > 0:
            fields.report("floor", "不得大于 0：缺数据时的 0 分也要在范围内")
        if highest is not None and highest < full:
            fields.report("points", f"为 {full} 分，按规则最多只能得 {highest} 分")

    def _missing(self, fields: Fields, default: Missing | None) -> Missing:
        if not fields.has("missing"):
            if default is None:
                fields.report("missing", f"没有填写，应为 {'、'.join(MISSING_POLICIES)} 之一")
            return default or Missing("block")
        if isinstance(fields.take("missing"), Scalar):
            policy = fields.one_of("missing", [name for name in MISSING_POLICIES if name != "penalty"])
            return Missing(policy)
        row = fields.fields("missing")
        policy, points = row.one_of("policy", MISSING_POLICIES), row.number("points", Decimal(0))
        row.close()
        if (policy == "penalty") != (points > 0):
            row.report("points", "penalty 须写扣分值（正数），其他方式不写")
        return Missing(policy, points)

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

    def _grades(self) -> tuple[tuple[Grade, ...], str]:
        section = self.top.fields("grades")
        inclusive = section.one_of("inclusive", ("lower", "upper"))
        grades: list[Grade] = []
        for row in section.rows("levels"):
            code, title, stars = row.text("code"), row.text("title"), row.count("stars", 0, 9)
            grades.append(Grade(code, title, stars, row.optional_number("from")))
            row.close()
            _demand_order(row, grades)
        section.close()
        if grades and grades[-1].cut is not None:
            section.report("levels", "的最后一级不得有 from：低于它的总分无级可归")
        return tuple(grades), inclusive

    def _gates(self, root: Group) -> tuple[Gate, ...]:
        if not self.top.has("gates"):
            return ()
        subjects = self._subjects(root)
        gates: list[Gate] = []
        for row in self.top.rows("gates"):
            try:
                gates.append(self._gate(row, subjects))
            except Skip:
                continue
        return tuple(gates)

    def _subjects(self, root: Group) -> dict[str, dict[str, InputSpec]]:
        attributes = {
            a.code: InputSpec(a.code, a.title, type="choice", choices=a.choices)
            for a in self.attributes.values()
        }
        nodes = {node.code: node for node in root.walk()}
        groups = {code: InputSpec(code, n.title, "分") for code, n in nodes.items() if isinstance(n, Group)}
        items = {code: InputSpec(code, n.title, "分") for code, n in nodes.items() if isinstance(n, Item)}
        return {"input": self.inputs, "attribute": attributes, "group": groups, "item": items}

    def _gate(self, row: Fields, subjects: dict[str, dict[str, InputSpec]]) -> Gate:
        code, kind = row.text("code"), row.one_of("kind", GATE_KINDS)
        if code in self.lines:
            row.report("code", f"代码“{code}”重复，前一处在第 {self.lines[code]} 行")
        self.lines[code] = row.line_of("code")
        row.where = f"“{code}”"
        conditions = []
        for condition in row.rows(GATE_KINDS[kind]):
            conditions.append(read_condition(condition, subjects))
            condition.close()
        if kind == "floor" and any(c.subject not in ("group", "item") for c in conditions):
            row.report("all_of", "：floor 的条件只能针对 group 或 item")
        gate = Gate(
            code=code,
            title=row.text("title"),
            kind=kind,
            grades=self._gate_grades(row, kind),
            conditions=tuple(conditions),
            missing=row.one_of("missing", GATE_MISSING),
            basis=row.text("basis", ""),
        )
        row.close()
        return gate

    def _gate_grades(self, row: Fields, kind: str) -> tuple[str, ...]:
        above_lowest = tuple((grade.code, grade.title) for grade in self.grades[:-1])
        if not row.has("grades"):
            if kind == "minimum":
                row.report("grades", "没有填写：minimum 须写明约束哪些等级")
            return tuple(code for code, _ in above_lowest)
        return read_codes(row, "grades", above_lowest)


def _demand_digits(fields: Fields, digits: int, **limits: Decimal | None) -> None:
    for key, limit in limits.items():
        if limit is not None and limit != numbers.rounded(limit, digits):
            fields.report(key, f"的小数超过本项保留的 {digits} 位")


def _choices(fields: Fields) -> tuple[tuple[str, str], ...]:
    values = fields.fields("values")
    return tuple((code, values.text(code)) for code in values.tree.entries)


def _demand_order(row: Fields, grades: list[Grade]) -> None:
    if len(grades) < 2:
        return
    above, here = grades[-2], grades[-1]
    if above.cut is None:
        row.report("code", "之前的一级没有 from：只有最后一级可以没有")
    elif here.cut is not None and here.cut >= above.cut:
        row.report("from", f"应小于上一级的 {above.cut}")
    if here.code in [grade.code for grade in grades[:-1]]:
        row.report("code", f"代码“{here.code}”重复")


def _demand_parts(section: Fields, spec: InputSpec, found: dict[str, InputSpec]) -> None:
    if spec.derive is None:
        return
    for name in spec.derive.reads:
        if name not in found:
            section.report(spec.name, f"引用了未声明的输入“{name}”")
        elif found[name].type != "number":
            section.report(spec.name, f"只能由数值输入得出，“{name}”不是数值")
    if _reaches(spec.name, spec.name, found, set()):
        section.report(spec.name, "的计算引用了自己（循环引用）")


def _reaches(start: str, target: str, found: dict[str, InputSpec], seen: set[str]) -> bool:
    seen.add(start)
    derive = found[start].derive
    for name in derive.reads if derive else ():
        if name == target:
            return True
        if name in found and name not in seen and _reaches(name, target, found, seen):
            return True
    return False
