"""The ways in which an indicator can be computed, and what each must say. One table, and the checks behind it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from guandu.core.errors import Invalid
from targets.checks.expressions import Expression, When, parse
from targets.definitions.population import population_errors
from targets.definitions.values import DECIMALS
from targets.enums import IndicatorKind
from targets.registered import PARAMETERS_OF_DEFINITION, source_errors

ADDED = frozenset(
    {
        IndicatorKind.FLOW, IndicatorKind.STOCK, IndicatorKind.SINGLE, IndicatorKind.COUNT, IndicatorKind.REGISTERED,
        IndicatorKind.FORMULA,
    }
)  # fmt: skip
MEASURED = ADDED | {IndicatorKind.MEASURE, IndicatorKind.RATIO}
YEAR_BEFORE = "year_before"
_YEAR = re.compile(r"20\d\d")


@dataclass(frozen=True)
class Part:
    """What a definition has to know of an indicator."""

    kind: str
    scale: int
    definition: Mapping = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        return self.kind in ADDED and not self.definition.get("den")

    @property
    def kept_scale(self) -> int:
        """Decimals of a park's number where it is read by another definition."""
        return DECIMALS if self.kind == IndicatorKind.RATIO else self.scale


@dataclass(frozen=True)
class Op:
    """`named`: key → kinds of indicators it may name; `bounds`: keys of which at least one is a number."""

    kind: str
    words: str
    named: Mapping[str, frozenset] = field(default_factory=dict)
    optional: frozenset = frozenset()
    bounds: tuple[str, ...] = ()
    keys: frozenset = frozenset()


OPS: dict[str, Op] = {
    "ratio": Op(IndicatorKind.RATIO, "比率", {"num": ADDED, "den": ADDED}),
    "share": Op(IndicatorKind.SHARE, "占比", {"num": ADDED, "den": ADDED}),
    "count_over_line": Op(IndicatorKind.COUNT, "达标个数", {"of": MEASURED}, bounds=("at_least", "below")),
    "choose_by_type": Op(IndicatorKind.MEASURE, "按类型选用", keys=frozenset({"map"})),
    "registered": Op(IndicatorKind.REGISTERED, "登记册计数", keys=frozenset({"source"})),
    "average": Op(IndicatorKind.AVERAGE, "平均值", {"of": MEASURED, "weight": ADDED}, frozenset({"weight"})),
    "growth": Op(IndicatorKind.GROWTH, "增长率", {"of": ADDED}, keys=frozenset({"base"})),
    "annual_growth": Op(IndicatorKind.ANNUAL_GROWTH, "年均增速", {"of": ADDED}, keys=frozenset({"base"})),
    "single": Op(IndicatorKind.SINGLE, "当季数", {"of": frozenset({IndicatorKind.FLOW})}),
    "all_of": Op(IndicatorKind.ALL_OF, "各园区均符合", {"of": MEASURED}, bounds=("at_least", "at_most")),
    "formula": Op(IndicatorKind.FORMULA, "公式", keys=frozenset({"num", "den"})),
}
_FREE = frozenset({"registered"})  # its other keys are its source's


def definition_errors(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    """Sentences about what is wrong with `own`'s definition; `known` are the indicators it may name."""
    definition = own.definition
    name = str(definition.get("op"))
    if name not in OPS:
        yield f"不认识的算法“{name}”，可填：{'、'.join(OPS)}。"
        return
    op = OPS[name]
    if own.kind != op.kind:
        yield f"算法“{name}”只用于类型为 {op.kind} 的指标。"
    yield from _key_errors(name, op, definition)
    if "population" in definition:
        yield from population_errors(definition["population"])
    wrong = list(_named_errors(op, definition, known))
    yield from wrong
    if not wrong:
        yield from _CHECKS.get(name, _nothing)(own, known)


def _key_errors(name: str, op: Op, definition: Mapping) -> Iterator[str]:
    possible = {"op", "population", *op.named, *op.bounds, *op.keys}
    for key in definition:
        if key not in possible and name not in _FREE:
            yield f"算法“{name}”中的“{key}”看不懂，可写：{'、'.join(sorted(possible - {'op'}))}。"


def _named_errors(op: Op, definition: Mapping, known: Mapping[str, Part]) -> Iterator[str]:
    for key, kinds in op.named.items():
        code = definition.get(key)
        if code is None and key in op.optional:
            continue
        if not isinstance(code, str) or code not in known:
            yield f"算法中的指标“{code}”不存在。"
        elif known[code].kind not in kinds or (kinds == ADDED and not known[code].adds_up):
            label = IndicatorKind(known[code].kind).label
            yield f"算法中的指标“{code}”是{label}，不能用来计算{op.words}。"
    for code in _chosen(definition):
        if not isinstance(code, str) or code not in known:
            yield f"算法中的指标“{code}”不存在。"


def _chosen(definition: Mapping) -> list:
    by_type = definition.get("map")
    return list(by_type.values()) if isinstance(by_type, Mapping) else []


def _nothing(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    return iter(())


def _alike(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    above, below = known[own.definition["num"]], known[own.definition["den"]]
    if above.scale != below.scale:
        yield f"分子存 {above.scale} 位小数，分母存 {below.scale} 位小数，两者必须一致；不一致的请改用公式（formula）。"


def _bounds(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    keys = OPS[str(own.definition["op"])].bounds
    given = {key: own.definition[key] for key in keys if own.definition.get(key) is not None}
    if not given:
        yield f"应写明界限：{'、'.join(keys)}至少一项。"
    for key, text in given.items():
        number = _number(text)
        if number is None:
            yield f"界限 {key} 的“{text}”不是数字。"
        elif -number.as_tuple().exponent > known[own.definition["of"]].kept_scale:
            yield f"界限 {key} 的“{text}”小数位数多于所取指标。"


def _number(text: object) -> Decimal | None:
    try:
        number = Decimal(str(text))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _fine_enough(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    need = known[own.definition["of"]].kept_scale
    if own.scale < need:
        yield f"小数位至少 {need} 位，与所取指标“{own.definition['of']}”一致。"


def _chosen_alike(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    if any(known[code].scale != own.scale for code in _chosen(own.definition)):
        yield "所选用的指标与本指标的小数位必须一致。"


def _based(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    base = str(own.definition.get("base"))
    annual = own.definition["op"] == "annual_growth"
    if not _YEAR.fullmatch(base) and (annual or base != YEAR_BEFORE):
        yield f"基期“{base}”应写成年份，例如 2023{'' if annual else '，或写 year_before（上年同期）'}。"
    yield from _fine_enough(own, known)


def _formula(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    codes = {code: code for code in known}
    for side in ("num", "den"):
        text = own.definition.get(side)
        if text is None and side == "den":
            continue
        try:
            expression = parse(str(text or ""), codes, among="指标字典")
        except Invalid as wrong:
            yield wrong.message
            continue
        yield from _expression_errors(expression, own, known)


def _expression_errors(expression: Expression, own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    if expression.constant or not expression.terms:
        yield "公式只由指标组成，不能另加一个固定的数。"
    if any(term.when is not When.NOW for term in expression.terms):
        yield "公式只取本期数，上期、上年同期请用当季数或增长率。"
    for term in expression.terms:
        if not known[term.code].adds_up:
            yield f"算法中的指标“{term.code}”是{IndicatorKind(known[term.code].kind).label}，不能用来计算公式。"
        elif term.factor * Fraction(10**own.scale, 10 ** known[term.code].scale) % 1:
            yield f"小数位不足，“{term.code}”乘以系数后存不下，请增加小数位。"


def _registered(own: Part, known: Mapping[str, Part]) -> Iterator[str]:
    parameters = {key: value for key, value in own.definition.items() if key not in PARAMETERS_OF_DEFINITION}
    yield from source_errors(str(own.definition.get("source")), parameters)


_CHECKS = {
    "registered": _registered,
    "ratio": _alike,
    "share": _alike,
    "count_over_line": _bounds,
    "choose_by_type": _chosen_alike,
    "average": _fine_enough,
    "growth": _based,
    "annual_growth": _based,
    "single": _fine_enough,
    "all_of": _bounds,
    "formula": _formula,
}
