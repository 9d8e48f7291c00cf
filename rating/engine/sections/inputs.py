"""The section `inputs`: what is measured, and what follows from it."""

from collections.abc import Mapping
from dataclasses import replace

from rating.engine import numbers
from rating.engine.fields import Fields, Skip
from rating.engine.inputs import SCALARS, TYPES, InputSpec
from rating.engine.param_reading import Known, read_derivation
from rating.engine.scheme import Attribute

OF_CHOICES = ("choice", "checklist")


def read_inputs(section: Fields, attributes: Mapping[str, Attribute]) -> dict[str, InputSpec]:
    """First every input by itself, then how some follow from others: in any order, never in a circle."""
    rows: dict[str, Fields] = {}
    plain: dict[str, InputSpec] = {}
    for name in section.tree.entries:
        try:
            rows[name] = section.fields(name)
            plain[name] = _plain(name, rows[name])
        except Skip:
            continue
    _inherit_fields(rows, plain)
    known = Known(plain, attributes)
    found = {name: _derived(spec, rows[name], known) for name, spec in plain.items()}
    for name in found:
        rows[name].close()
        if _reaches(name, name, found, set()):
            section.report(name, "的计算引用了自己（循环引用）")
    return found


def _plain(name: str, fields: Fields, types: tuple[str, ...] = tuple(TYPES)) -> InputSpec:
    kind = fields.one_of("type", types, "number")
    if "@" in name:
        fields.report("title", "：输入名不得含 @，往年数用 derive: prior")
    spec = InputSpec(
        name=name,
        title=fields.text("title"),
        unit=fields.text("unit", ""),
        type=kind,
        low=fields.optional_number("min"),
        high=fields.optional_number("max"),
        choices=read_choices(fields) if kind in OF_CHOICES else (),
        digits=fields.count("digits", 2, 6),
        fields=_fields(fields) if kind == "records" and fields.has("fields") else (),
    )
    if spec.low is not None and spec.high is not None and spec.low > spec.high:
        fields.report("min", "大于 max")
    return spec


def _fields(fields: Fields) -> tuple[InputSpec, ...]:
    rows = fields.fields("fields")
    found = []
    for name in rows.tree.entries:
        row = rows.fields(name)
        found.append(_plain(name, row, SCALARS))
        row.close()
    return tuple(found)


def read_choices(fields: Fields) -> tuple[tuple[str, str], ...]:
    values = fields.fields("values")
    return tuple((code, values.text(code)) for code in values.tree.entries)


def _inherit_fields(rows: Mapping[str, Fields], plain: dict[str, InputSpec]) -> None:
    """Filtered records have the fields of those that they come from."""
    for name, spec in plain.items():
        seen, at = {name}, spec
        while at.type == "records" and not at.fields and rows[at.name].has("derive"):
            of = _source(rows[at.name])
            if of not in plain or of in seen:
                break
            seen.add(of)
            at = plain[of]
        if spec.type == "records" and not spec.fields and at.fields:
            plain[name] = replace(spec, fields=at.fields)
        elif spec.type == "records" and not spec.fields:
            rows[name].report("fields", "没有填写：记录清单须声明各字段")


def _source(row: Fields) -> str:
    try:
        return row.fields("derive").text("of", "")
    except Skip:
        return ""


def _derived(spec: InputSpec, row: Fields, known: Known) -> InputSpec:
    if not row.has("derive"):
        return spec
    try:
        derivation = read_derivation(row.fields("derive"), known)
    except Skip:
        return spec
    if derivation.gives != spec.type:
        row.report("type", f"应为 {derivation.gives}：{derivation.title}得出的是{TYPES[derivation.gives]}")
    low = numbers.ZERO if derivation.counts and spec.low is None else spec.low
    return replace(spec, derive=derivation, low=low)


def _reaches(start: str, target: str, found: Mapping[str, InputSpec], seen: set[str]) -> bool:
    seen.add(start)
    derive = found[start].derive
    for name in derive.reads() if derive else ():
        if name == target:
            return True
        if name in found and name not in seen and _reaches(name, target, found, seen):
            return True
    return False
