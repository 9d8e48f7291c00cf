"""What the codes of chains, streets, areas and departments stand for."""

from collections.abc import Iterable

from guandu.accounts.models import Unit
from parks.models import Area, Chain
from targets.enums import FigureScope
from targets.queries.explorer import UNPLACED

UNPLACED_WORD = "未定"


def names_of(kind: str) -> dict[str, str]:
    """Code → name in the register's order. One query."""
    if kind == FigureScope.CHAIN:
        return dict(Chain.objects.order_by("position", "code").values_list("code", "name"))
    if kind == FigureScope.AREA:
        return dict(Area.objects.order_by("code").values_list("code", "name"))
    return dict(Unit.objects.filter(kind=kind).order_by("code").values_list("code", "name"))


def narrowing_words(within: Iterable[tuple[str, str]]) -> list[str]:
    """What park figures are narrowed to: 产业链“数字”, 街道未定."""
    words = []
    for kind, code in within:
        label = FigureScope(kind).label
        words.append(
            f"{label}{UNPLACED_WORD}" if code == UNPLACED else f"{label}“{names_of(kind).get(code, code)}”"
        )
    return words
