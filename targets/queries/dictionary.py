"""The dictionary of indicators. Grain: one indicator with its versions."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from guandu.core.actors import Actor
from targets.checks.expressions import parsed
from targets.definitions.shapes import YEAR_BEFORE
from targets.enums import IndicatorKind
from targets.models import Indicator, IndicatorVersion


@dataclass(frozen=True)
class Entry:
    """`version` is the one in force on the day asked for, None where none is."""

    indicator: Indicator
    version: IndicatorVersion | None
    others: tuple[IndicatorVersion, ...]
    formula: str

    @property
    def waits_for_source(self) -> bool:
        """Counted from the register, but nothing counts it yet."""
        return self.indicator.kind == IndicatorKind.REGISTERED and not (self.version and self.version.definition)

    @property
    def factor_words(self) -> str:
        """How the version follows from the one before; empty for the first."""
        if self.version is None or self.version.number == 1:
            return ""
        if not self.version.factor:
            return f"自 {self.version.valid_from} 起口径改变，与此前的数不可比"
        return f"自 {self.version.valid_from} 起改版，新数 = 旧数 × {self.version.factor}"


def dictionary(user: Actor, day: date) -> list[Entry]:
    """Every indicator that the person may see, in the dictionary's order. Two queries."""
    versions: dict[int, list[IndicatorVersion]] = defaultdict(list)
    for version in IndicatorVersion.objects.order_by("number"):
        versions[version.indicator_id].append(version)
    indicators = list(Indicator.objects.visible_to(user))
    names = {each.code: each.name for each in indicators}
    found = []
    for indicator in indicators:
        own = versions[indicator.pk]
        current = next((each for each in own if each.in_force(day)), None)
        others = tuple(each for each in own if each is not current)
        found.append(Entry(indicator, current, others, formula_words(current.definition if current else {}, names)))
    return found


def formula_words(definition: Mapping, names: Mapping[str, str]) -> str:
    """A formula by the names that people know; empty for what is filed or counted."""

    def name(code: str) -> str:
        return names.get(code, code)

    write = _WORDS.get(definition.get("op", ""))
    return write(definition, name) if write else ""


Name = Callable[[str], str]


def _band(definition: Mapping) -> str:
    bounds = (("at_least", "不低于"), ("below", "低于"), ("at_most", "不超过"))
    return "、".join(f"{words} {definition[key]}" for key, words in bounds if definition.get(key) is not None)


def _base(definition: Mapping) -> str:
    return "上年同期" if definition["base"] == YEAR_BEFORE else f"{definition['base']}年"


def _written(definition: Mapping, name: Name) -> str:
    sides = [parsed(definition[side]) for side in ("num", "den") if definition.get(side)]
    words = [side.in_words({code: name(code) for code in side.codes}) for side in sides]
    return words[0] if len(words) == 1 else f"（{words[0]}）÷（{words[1]}）"


_WORDS: dict[str, Callable[[Mapping, Name], str]] = {
    "ratio": lambda d, name: f"{name(d['num'])} ÷ {name(d['den'])}",
    "share": lambda d, name: f"{name(d['num'])} ÷ {name(d['den'])}（全区）",
    "count_over_line": lambda d, name: f"{name(d['of'])}{_band(d)} 的园区数",
    "choose_by_type": lambda d, name: "按园区类型取：" + "、".join(dict.fromkeys(map(name, d["map"].values()))),
    "average": lambda d, name: f"各园区{name(d['of'])}的{'加权' if d.get('weight') else '简单'}平均",
    "growth": lambda d, name: f"{name(d['of'])}较{_base(d)}增长",
    "annual_growth": lambda d, name: f"{name(d['of'])}自{_base(d)}起的年均增速",
    "single": lambda d, name: f"{name(d['of'])}本期累计数 − 上期累计数",
    "all_of": lambda d, name: f"{name(d['of'])}{_band(d)} 的园区数，须全部符合",
    "formula": _written,
}
