"""How a figure comes about, in one sentence. Grain: one figure."""

from decimal import Decimal

from guandu.core.periods import Period
from targets.checks.expressions import parsed
from targets.definitions.graph import operands
from targets.definitions.shapes import YEAR_BEFORE
from targets.enums import FigureScope, IndicatorKind, OverSpace, OverTime
from targets.models import Figure, Indicator

YEAR_WORDS = {
    OverTime.LAST: "全年数取年报数，没有年报的取第四季度末数。",
    OverTime.SUM: "全年数为各季度数相加，缺报的季度不计入，也不按零计算。",
    OverTime.AVERAGE: "全年数为有数的各季度平均。",
    OverTime.MAX: "全年数取各季度中最大的数。",
    OverTime.RECOMPUTE: "全年数按全年的分子、分母重算。",
}
SPACE_WORDS = {
    OverSpace.AVERAGE: "范围内有核定数的园区简单平均。",
    OverSpace.MAX: "取范围内数值最大的园区，不相加。",
}


def names_in(figure: Figure) -> dict[str, str]:
    """The names of the indicators that the figure's definition reads."""
    codes = operands(figure.indicator_version.definition)
    return dict(Indicator.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}


def formula_words(figure: Figure, names: dict[str, str]) -> str:
    """How the figure comes about, in one sentence."""
    definition = figure.indicator_version.definition
    write = _WORDS.get(definition.get("op", ""))
    told = write(definition, names, figure) if write else _filed_words(figure)
    return told + (YEAR_WORDS.get(figure.indicator.over_time, "") if figure.of_year else "")


def _filed_words(figure: Figure) -> str:
    flow = figure.indicator.kind == IndicatorKind.FLOW
    when = "年初至报告期末的累计数" if flow else "报告期末的数"
    if figure.scope_kind == FigureScope.PARK:
        return f"园区报送并核定的{when}。"
    if figure.indicator.level == "district":
        return f"由{figure.indicator.certifying_unit or '主管部门'}报送并核定的全区数，{when}。"
    if figure.indicator.over_space in SPACE_WORDS:
        return f"{SPACE_WORDS[figure.indicator.over_space]}{when}；未核定的园区不计入，也不按零计算。"
    return f"{figure.scope_name}范围内各园区核定值相加，{when}；未核定的园区不计入，也不按零计算。"


def _ratio_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    above, below = names.get(definition["num"], "分子"), names.get(definition["den"], "分母")
    together = "" if figure.scope_kind == FigureScope.PARK else "分子、分母分别相加后再除，不取各园区比率的平均。"
    return f"{above} ÷ {below} × 100%。{together}"


def _share_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    above, below = names.get(definition["num"], "分子"), names.get(definition["den"], "全区数")
    whose = "各园区" if figure.scope_kind == FigureScope.DISTRICT else figure.scope_name
    together = "" if figure.scope_kind == FigureScope.PARK else "合计"
    return f"{whose}{above}{together} ÷ {below} × 100%。"


def _count_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    low, high = definition.get("at_least"), definition.get("below")
    line = f"达到 {Decimal(low):,f}" if low else ""
    line += f"{'、' if low and high else ''}不足 {Decimal(high):,f}" if high else ""
    return f"“{names.get(definition['of'], '')}”{line}（单位：万元）的园区，每个计 1；数据不全的园区暂不判断。"


def _measure_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    chosen = names.get(definition["map"].get(figure.chain_code, ""), "")
    if figure.scope_kind == FigureScope.PARK and chosen:
        return f"按园区所属产业链选用指标，本园区选用“{chosen}”。"
    return "按园区所属产业链选用营业收入、销售额或产值作为园区规模。"


def _registered_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    since = definition.get("since")
    when = f"自 {since} 起至报告期末" if since else "报告期末"
    if str(definition.get("source", "")).startswith("firms."):
        return f"企业登记册中{when}符合条件的在园企业，一户企业在同一范围内只计一次。"
    return f"园区登记册中{when}符合条件的园区，一个园区计一次。"


def _average_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    of, weight = names.get(definition["of"], ""), definition.get("weight")
    if weight:
        return f"各园区“{of}”以“{names.get(weight, '')}”加权平均；两项缺一的园区不计入。"
    return f"有数的各园区“{of}”相加，除以有数的园区个数。"


def _growth_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    base = "上年同期" if definition["base"] == YEAR_BEFORE else f"{definition['base']}年"
    return f"“{names.get(definition['of'], '')}”较{base}的增长额 ÷ 基期数 × 100%；只计两期都有数的园区和企业。"


def _annual_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    years = Period.parse(figure.period).year - int(definition["base"])
    return f"“{names.get(definition['of'], '')}”自{definition['base']}年起 {years} 年的年均增速，按报告期数与基期数之比开方一次。"


def _single_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    told = f"“{names.get(definition['of'], '')}”本期累计数减上期累计数，只计两期都有数的填报对象。"
    return told + ("迁入、迁出企业的影响另列。" if figure.roster_effect is not None else "")


def _all_of_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    low, high = definition.get("at_least"), definition.get("at_most")
    line = f"不低于 {low}" if low is not None else ""
    line += f"{'且' if line and high is not None else ''}不超过 {high}" if high is not None else ""
    return f"“{names.get(definition['of'], '')}”{line}的园区个数；缺数的园区不评定，全部符合才算完成。"


def _written_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    above = parsed(definition["num"]).in_words(names)
    return f"（{above}）÷（{parsed(definition['den']).in_words(names)}）。" if definition.get("den") else f"{above}。"


_WORDS = {
    "ratio": _ratio_words,
    "share": _share_words,
    "count_over_line": _count_words,
    "choose_by_type": _measure_words,
    "registered": _registered_words,
    "average": _average_words,
    "growth": _growth_words,
    "annual_growth": _annual_words,
    "single": _single_words,
    "all_of": _all_of_words,
    "formula": _written_words,
}
