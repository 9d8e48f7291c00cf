"""From the mapping of a rule or a derivation to its object, by the parameter schema of the kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from rating.engine import numbers
from rating.engine.condition_reading import read_test
from rating.engine.conditions import Test
from rating.engine.derivations import DERIVATIONS
from rating.engine.derivations.base import Derivation
from rating.engine.derivations.cohort import STATISTICS
from rating.engine.derivations.records import METHODS, Window
from rating.engine.expression import Expression, parse_expression
from rating.engine.fields import Fields, Skip
from rating.engine.inputs import TYPES, InputSpec
from rating.engine.params import Flaw, Param, Specs
from rating.engine.rules import KINDS
from rating.engine.rules.bands import Interval
from rating.engine.rules.base import Level, Rule
from rating.engine.rules.counts import Term
from rating.engine.rules.passed import Place
from rating.engine.rules.relative import Reference
from rating.engine.rules.slopes import Knot
from rating.engine.scheme import Attribute
from rating.engine.tree import Problem, Sequence

Kind = TypeVar("Kind", Rule, Derivation)
DEEPEST_RULE = 5
LARGEST_COUNT = 1000


@dataclass(frozen=True, slots=True)
class Known:
    """What a parameter may name: declared inputs and attributes; how deep rules stand in rules."""

    inputs: Specs
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    depth: int = 0


def read_rule(fields: Fields, known: Known) -> Rule:
    """Skip when the rule cannot be built; every reason is recorded with its line."""
    return _read_kind(fields, KINDS, known)


def read_derivation(fields: Fields, known: Known) -> Derivation:
    """The same for a derived input."""
    return _read_kind(fields, DERIVATIONS, known)


def _read_kind(fields: Fields, kinds: Mapping[str, type[Kind]], known: Known) -> Kind:
    before = len(fields.problems)
    kind = kinds[fields.one_of("kind", kinds)]
    if len(fields.problems) > before:
        raise Skip
    values = {param.name: _read_param(fields, param, known) for param in kind.params}
    fields.close()
    if len(fields.problems) > before:
        raise Skip
    made = kind(**values)
    for flaw in _flaws(made, known.inputs):
        line = line_of_element(fields, flaw.param, flaw.index)
        fields.problems.append(Problem(line, f"{fields.where}的“{flaw.param}”：{flaw.message}"))
    if len(fields.problems) > before:
        raise Skip
    return made


def _flaws(made: Rule | Derivation, specs: Specs) -> list[Flaw]:
    if isinstance(made, Derivation):
        wrong = [name for name in made.reads() if specs[name].type not in made.takes()]
        if wrong:
            words = "、".join(TYPES[kind] for kind in made.takes())
            return [
                Flaw(
                    _param_of(made, wrong[0]),
                    None,
                    f"{made.kind} 只能由{words}输入得出，“{wrong[0]}”不是{words}",
                )
            ]
    return list(made.flaws(specs))


def _param_of(made: Derivation, name: str) -> str:
    """The parameter in which an input stands."""
    values = {param.name: getattr(made, param.name) for param in made.params}
    return next(
        (
            key
            for key, value in values.items()
            if name == value or (isinstance(value, tuple) and name in value)
        ),
        "kind",
    )


def _read_param(fields: Fields, param: Param, known: Known) -> object:
    if not param.required and not fields.has(param.name):
        return param.default
    return PARAM_READERS[param.type](fields, param.name, known)


def read_input_name(fields: Fields, key: str, known: Known) -> str:
    name = fields.text(key)
    if name and name not in known.inputs:
        fields.fail(key, f"引用了未声明的输入“{name}”")
    return name


def _inputs(fields: Fields, key: str, known: Known) -> tuple[str, ...]:
    names = fields.texts(key)
    for name in names:
        if name not in known.inputs:
            fields.fail(key, f"引用了未声明的输入“{name}”")
    if len(set(names)) < len(names):
        fields.report(key, "有重复的输入")
    return names


def _attribute(fields: Fields, key: str, known: Known) -> str:
    return fields.one_of(key, known.attributes or ("（attributes 中声明的属性）",))


def _attributes(fields: Fields, key: str, known: Known) -> tuple[str, ...]:
    codes = fields.texts(key)
    for code in codes:
        if code not in known.attributes:
            fields.report(key, f"含有未声明的属性“{code}”")
    return codes


def _cases(fields: Fields, key: str, known: Known) -> dict[str, str]:
    """Input names by the levels of the attribute named beside; every level is covered or there is a default."""
    cases = fields.fields(key)
    names = {level: read_input_name(cases, level, known) for level in cases.tree.entries}
    attribute = known.attributes.get(fields.text("attribute"))
    if attribute:
        levels = {code for code, _ in attribute.choices}
        for level in sorted(names.keys() - levels):
            cases.report(level, f"不是属性“{attribute.code}”的值")
        if not fields.has("default") and levels - names.keys():
            fields.report(key, f"没有覆盖 {'、'.join(sorted(levels - names.keys()))}，也没有 default")
    return names


def _bands(fields: Fields, key: str, known: Known) -> tuple[Interval, ...]:
    bands = []
    for row in fields.rows(key):
        bands.append(Interval(row.optional_number("from"), row.optional_number("to"), row.number("points")))
        row.close()
    return tuple(bands)


def _knots(fields: Fields, key: str, known: Known) -> tuple[Knot, ...]:
    knots = []
    for row in fields.rows(key):
        knots.append(Knot(row.number("at"), row.number("points")))
        row.close()
    if len(knots) < 2:
        fields.report(key, "至少要有两个折点")
    return tuple(knots)


def _places(fields: Fields, key: str, known: Known) -> tuple[Place, ...]:
    places = []
    for row in fields.rows(key):
        places.append(Place(row.number("to"), row.number("points")))
        row.close()
    return tuple(places)


def _terms(fields: Fields, key: str, known: Known) -> tuple[Term, ...]:
    terms = []
    for row in fields.rows(key):
        terms.append(Term(read_input_name(row, "input", known), row.number("points")))
        row.close()
    return tuple(terms)


def _levels(fields: Fields, key: str, known: Known) -> tuple[Level, ...]:
    levels = fields.fields(key)
    return tuple(Level(code, levels.number(code)) for code in levels.tree.entries)


def _weights(fields: Fields, key: str, known: Known) -> tuple[tuple[str, Decimal], ...]:
    rows = fields.fields(key)
    return tuple((role, rows.number(role)) for role in rows.tree.entries)


def _numbers(fields: Fields, key: str, known: Known) -> tuple[Decimal, ...]:
    found = []
    for text in fields.texts(key):
        try:
            found.append(numbers.parse(text))
        except ValueError as error:
            fields.fail(key, f"：{error}")
    return tuple(found)


def _pair(fields: Fields, key: str, known: Known) -> tuple[Decimal, ...]:
    found = _numbers(fields, key, known)
    if len(found) != 2:
        fields.fail(key, "应为两个数")
    return found


def _number_table(fields: Fields, key: str, known: Known) -> dict[str, Decimal]:
    rows = fields.fields(key)
    return {code: rows.number(code) for code in rows.tree.entries}


def _reference(fields: Fields, key: str, known: Known) -> Reference:
    row = fields.fields(key)
    if row.has("value") == row.has("input"):
        fields.fail(key, "应在 value 与 input 中恰好写一个")
    value = row.optional_number("value")
    name = read_input_name(row, "input", known) if row.has("input") else ""
    row.close()
    return Reference(value, name)


def _expression(fields: Fields, key: str, known: Known) -> Expression:
    text = fields.text(key)
    if not text:
        raise Skip
    try:
        expression = parse_expression(text)
    except ValueError as error:
        fields.fail(key, f"：{error}")
    for name in expression.names:
        if name not in known.inputs:
            fields.fail(key, f"引用了未声明的输入“{name}”")
    return expression


def _rules(fields: Fields, key: str, known: Known) -> tuple[Rule, ...]:
    if known.depth >= DEEPEST_RULE:
        fields.fail(key, f"规则套规则超过 {DEEPEST_RULE} 层")
    deeper = Known(known.inputs, known.attributes, known.depth + 1)
    return tuple(read_rule(row, deeper) for row in fields.rows(key))


def _input_test(fields: Fields, key: str, known: Known) -> Test:
    row = fields.fields(key)
    test = read_test(row, {"input": known.inputs})
    row.close()
    return test


def _record_fields(fields: Fields, known: Known) -> dict[str, InputSpec]:
    """The declared fields of the list that `of` or `input` of the same mapping names."""
    name = fields.text("of" if "of" in fields.tree.entries else "input")
    spec = known.inputs.get(name)
    return {each.name: each for each in spec.fields} if spec else {}


def _field(fields: Fields, key: str, known: Known) -> str:
    name = fields.text(key)
    if name and name not in _record_fields(fields, known):
        fields.report(key, f"不是该清单声明的字段：“{name}”")
    return name


def _field_test(fields: Fields, key: str, known: Known) -> Test:
    row = fields.fields(key)
    test = read_test(row, {"field": _record_fields(fields, known)})
    row.close()
    return test


def _window(fields: Fields, key: str, known: Known) -> Window:
    row = fields.fields(key)
    name = row.text("field")
    spec = _record_fields(fields, known).get(name)
    window = Window(name, row.count("years", 0, 100), row.count("months", 0, 1200))
    row.close()
    if spec is None or spec.type not in ("date", "number"):
        fields.report(key, f"的 field“{name}”应为该清单的日期字段或年份字段")
    elif not window.years and not window.months:
        fields.report(key, "应写明 years 或 months")
    elif spec.type == "number" and window.months:
        fields.report(key, "年份字段只能写 years")
    return window


def _word(*options: str) -> Callable[[Fields, str, Known], object]:
    return lambda fields, key, known: fields.one_of(key, options)


PARAM_READERS: dict[str, Callable[[Fields, str, Known], object]] = {
    "number": lambda fields, key, known: fields.number(key),
    "numbers": _numbers,
    "pair": _pair,
    "count": lambda fields, key, known: fields.count(key, 1, LARGEST_COUNT),
    "multiple": lambda fields, key, known: fields.number_or_none(key, None),
    "text": lambda fields, key, known: fields.text(key),
    "texts": lambda fields, key, known: fields.texts(key),
    "input": read_input_name,
    "inputs": _inputs,
    "attribute": _attribute,
    "attributes": _attributes,
    "cases": _cases,
    "side": _word("lower", "upper"),
    "direction": _word("higher", "lower", "none"),
    "better": _word("higher", "lower"),
    "rounding": _word("down", "half_up", "up"),
    "clamp": _word("both", "low", "high", "none"),
    "absent": _word("need", "skip"),
    "below": _word("proportional", "zero", "steps"),
    "method": _word(*METHODS),
    "statistic": _word(*STATISTICS),
    "bands": _bands,
    "knots": _knots,
    "places": _places,
    "terms": _terms,
    "levels": _levels,
    "role_weights": _weights,
    "number_table": _number_table,
    "reference": _reference,
    "expression": _expression,
    "rules": _rules,
    "condition": _input_test,
    "field": _field,
    "field_test": _field_test,
    "window": _window,
}


def line_of_element(fields: Fields, key: str, index: int | None) -> int:
    tree = fields.tree.entries.get(key)
    if index is not None and isinstance(tree, Sequence) and index < len(tree.items):
        return tree.items[index].line
    return fields.line_of(key)
