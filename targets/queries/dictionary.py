"""The dictionary of indicators. Grain: one indicator with its versions."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from guandu.core.actors import Actor
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

    op = definition.get("op")
    if op == "ratio":
        return f"{name(definition['num'])} ÷ {name(definition['den'])}"
    if op == "share":
        return f"{name(definition['num'])} ÷ {name(definition['den'])}（全区）"
    if op == "count_over_line":
        below = definition.get("below")
        band = f"不低于 {definition['at_least']}" + (f"、低于 {below}" if below else "")
        return f"{name(definition['of'])}{band} 的园区数"
    if op == "choose_by_type":
        return "按园区类型取：" + "、".join(dict.fromkeys(map(name, definition["map"].values())))
    return ""
