"""From the mapping of a rule or condition to its object, by the parameter schema of the kind."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from rating.engine.conditions import COMPARISONS, MEASURES, SUBJECTS, TESTS, Condition
from rating.engine.fields import Fields, Skip
from rating.engine.inputs import InputSpec
from rating.engine.rules import KINDS
from rating.engine.rules.bands import Interval
from rating.engine.rules.base import Param, Rule, Specs
from rating.engine.rules.counts import Term
from rating.engine.rules.flags import Level
from rating.engine.rules.slopes import Knot, Reference
from rating.engine.tree import Problem, Sequence


def read_rule(fields: Fields, specs: Specs) -> Rule:
    """Skip when the rule cannot be built; every reason is recorded with its line."""
    before = len(fields.problems)
    kind = KINDS[fields.one_of("kind", KINDS)]
    if len(fields.problems) > before:
        raise Skip
    values = {param.name: _read_param(fields, param, specs) for param in kind.params}
    fields.close()
    if len(fields.problems) > before:
        raise Skip
    rule = kind(**values)
    for flaw in rule.flaws(specs):
        line = line_of_element(fields, flaw.param, flaw.index)
        fields.problems.append(Problem(line, f"{fields.where}的“{flaw.param}”：{flaw.message}"))
    if len(fields.problems) > before:
        raise Skip
    return rule


def _read_param(fields: Fields, param: Param, specs: Specs) -> object:
    if not param.required and not fields.has(param.name):
        return param.default
    return PARAM_READERS[param.type](fields, param.name, specs)


def read_input_name(fields: Fields, key: str, specs: Specs) -> str:
    name = fields.text(key)
    if name and name not in specs:
        fields.report(key, f"引用了未声明的输入“{name}”")
    return name


def _bands(fields: Fields, key: str, specs: Specs) -> tuple[Interval, ...]:
    bands = []
    for row in fields.rows(key):
        bands.append(Interval(row.optional_number("from"), row.optional_number("to"), row.number("points")))
        row.close()
    return tuple(bands)


def _knots(fields: Fields, key: str, specs: Specs) -> tuple[Knot, ...]:
    knots = []
    for row in fields.rows(key):
        knots.append(Knot(row.number("at"), row.number("points")))
        row.close()
    if len(knots) < 2:
        fields.report(key, "至少要有两个折点")
    return tuple(knots)


def _terms(fields: Fields, key: str, specs: Specs) -> tuple[Term, ...]:
    terms = []
    for row in fields.rows(key):
        terms.append(Term(read_input_name(row, "input", specs), row.number("points")))
        row.close()
    return tuple(terms)


def _levels(fields: Fields, key: str, specs: Specs) -> tuple[Level, ...]:
    levels = fields.fields(key)
    return tuple(Level(code, levels.number(code)) for code in levels.tree.entries)


def _reference(fields: Fields, key: str, specs: Specs) -> Reference:
    row = fields.fields(key)
    if row.has("value") == row.has("input"):
        fields.fail(key, "应在 value 与 input 中恰好写一个")
    value = row.optional_number("value")
    name = read_input_name(row, "input", specs) if row.has("input") else ""
    row.close()
    return Reference(value, name)


def _input_condition(fields: Fields, key: str, specs: Specs) -> Condition:
    row = fields.fields(key)
    condition = read_condition(row, {"input": specs})
    row.close()
    return condition


def _word(*options: str) -> Callable[[Fields, str, Specs], object]:
    return lambda fields, key, specs: fields.one_of(key, options)


PARAM_READERS: dict[str, Callable[[Fields, str, Specs], object]] = {
    "number": lambda fields, key, specs: fields.number(key),
    "multiple": lambda fields, key, specs: fields.number_or_none(key, None),
    "input": read_input_name,
    "side": _word("lower", "upper"),
    "direction": _word("higher", "lower", "none"),
    "rounding": _word("down", "half_up", "up"),
    "clamp": _word("both", "low", "high", "none"),
    "bands": _bands,
    "knots": _knots,
    "terms": _terms,
    "levels": _levels,
    "reference": _reference,
    "condition": _input_condition,
}


def read_condition(fields: Fields, subjects: Mapping[str, Specs]) -> Condition:
    """One subject key, one test key, and `measure` for a group or item. `subjects`: what may be named."""
    subject = _only(fields, SUBJECTS, subjects)
    name = fields.text(subject)
    spec = subjects[subject].get(name)
    if spec is None:
        fields.fail(subject, f"引用了不存在的“{name}”")
    test = _only(fields, TESTS, TESTS)
    operand = _operand(fields, test, spec)
    measure = fields.one_of("measure", MEASURES, "points") if subject in ("group", "item") else "points"
    return Condition(subject, name, test, operand, measure)


def _only(fields: Fields, keys: tuple[str, ...], allowed: Collection[str]) -> str:
    found = [key for key in keys if fields.has(key)]
    if len(found) != 1 or found[0] not in allowed:
        key = found[0] if found else next(iter(fields.tree.entries), "")
        fields.fail(key, f"处应在 {'、'.join(k for k in keys if k in allowed)} 中恰好写一个")
    return found[0]


def _operand(fields: Fields, test: str, spec: InputSpec) -> Decimal | bool | tuple[str, ...]:
    expected = {"is": "boolean", "in": "choice"}.get(test, "number")
    if spec.type != expected:
        fields.fail(test, f"不能用于“{spec.name}”，它的类型是 {spec.type}")
    if test in COMPARISONS:
        return fields.number(test)
    if test == "is":
        return fields.boolean(test)
    return read_codes(fields, test, spec.choices)


def read_codes(fields: Fields, key: str, choices: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """A list of codes, each one of the choices."""
    codes = fields.texts(key)
    for code in codes:
        if code not in dict(choices):
            fields.report(key, f"含有未声明的值“{code}”")
    return codes


def line_of_element(fields: Fields, key: str, index: int | None) -> int:
    tree = fields.tree.entries.get(key)
    if index is not None and isinstance(tree, Sequence) and index < len(tree.items):
        return tree.items[index].line
    return fields.line_of(key)
