"""From the mapping of a condition, or of several joined, to a test."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from rating.engine.conditions import (
    COMBINATIONS,
    COMPARISONS,
    MEASURES,
    SUBJECTS,
    TESTS,
    Combined,
    Condition,
    Test,
)
from rating.engine.fields import Fields
from rating.engine.inputs import InputSpec
from rating.engine.params import Specs


def read_test(fields: Fields, subjects: Mapping[str, Specs]) -> Test:
    """One condition, or one of COMBINATIONS over a list of them."""
    found = [key for key in COMBINATIONS if fields.has(key)]
    if not found:
        return _condition(fields, subjects)
    if len(found) > 1:
        fields.fail(found[1], f"不能与 {found[0]} 同时写")
    kind = found[0]
    if kind != "at_least_of":
        return Combined(kind, _parts(fields, kind, subjects))
    row = fields.fields(kind)
    parts = _parts(row, "of", subjects)
    count = row.count("count", 1, len(parts))
    if count < 1:
        row.report("count", "至少为 1")
    row.close()
    return Combined(kind, parts, count)


def _parts(fields: Fields, key: str, subjects: Mapping[str, Specs]) -> tuple[Test, ...]:
    parts = []
    for row in fields.rows(key):
        parts.append(read_test(row, subjects))
        row.close()
    return tuple(parts)


def _condition(fields: Fields, subjects: Mapping[str, Specs]) -> Condition:
    """One subject key, one test key, and `measure` for points. `subjects`: what may be named."""
    subject = _only(fields, SUBJECTS, subjects)
    name = fields.text(subject)
    spec = subjects[subject].get(name)
    if spec is None:
        fields.fail(subject, f"引用了不存在的“{name}”")
    test = _only(fields, TESTS, TESTS)
    operand = _operand(fields, test, spec)
    counted = subject in ("group", "item", "total")
    measure = fields.one_of("measure", MEASURES, "points") if counted else "points"
    return Condition(subject, name, test, operand, measure)


def _only(fields: Fields, keys: tuple[str, ...], allowed: Collection[str]) -> str:
    found = [key for key in keys if fields.has(key)]
    if len(found) != 1 or found[0] not in allowed:
        key = found[0] if found else next(iter(fields.tree.entries), "")
        fields.fail(key, f"处应在 {'、'.join(k for k in keys if k in allowed)} 中恰好写一个")
    return found[0]


def _operand(fields: Fields, test: str, spec: InputSpec) -> Decimal | bool | tuple[str, ...]:
    expected = {"is": "boolean", "in": "choice", "not_in": "choice"}.get(test, "number")
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
