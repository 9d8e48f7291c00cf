"""What stands beside a number: how much of it is reported, 初步, 待更新, and which 计算批次 made it."""

from datetime import timedelta
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from targets.enums import Basis, FigureScope

register = template.Library()


@register.filter
def down(key: str) -> str:
    """A column's name in the address, when its numbers fall."""
    return f"-{key}"


@register.filter
def of_scope(scope: str, name: str) -> str:
    """A number with whose it is; 全区税收 says so itself."""
    return name if name.startswith(scope) else f"{scope}{name}"


@register.filter
def took(value: timedelta) -> str:
    """How long something lasted: 0.4 秒, 12 秒, 3 分 5 秒."""
    seconds = value.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f} 秒"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"


@register.simple_tag
def figure_marks(figure: Any, waits: bool = False) -> SafeString:
    """Marks in words, each only where it says something. A park's own number has no coverage but itself."""
    marks = []
    if figure is not None and figure.value is not None:
        if figure.scope_kind != FigureScope.PARK and figure.reported < figure.expected:
            words = f"已核定 {figure.reported}，应报 {figure.expected}"
            marks.append(("coverage", words, f"{figure.reported}/{figure.expected}"))
        if figure.basis == Basis.FILED:
            marks.append(("basis-filed", "按已报送、尚未核定的数计算", "初步"))
    if waits:
        marks.append(("stale-mark", "有新的核定数据，正在重新汇总", "待更新"))
    return format_html_join("", '<small class="{}" title="{}">{}</small>', marks)
