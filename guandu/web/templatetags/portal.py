"""How numbers, periods and states are written on every page."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.http import QueryDict
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from guandu.core import telephone
from guandu.core.numbers import from_units, round_half_up
from guandu.core.periods import Period

register = template.Library()

MISSING = "—"
NOT_REPORTED = "本期没有核定的数据"
RATIO_DECIMALS = 2
# How a state is drawn: done, active, warn, late or idle (see _components/status.html).
TONES = {
    "draft": "idle",
    "filed": "active",
    "sent_back": "late",
    "reviewed": "active",
    "locked": "done",
    "exempt": "idle",
    "issued": "idle",
    "sent": "active",
    "accepted": "done",
    "asked": "active",
    "opened": "active",
    "granted": "done",
    "declined": "late",
    "withdrawn": "idle",
    "met": "done",
    "behind": "late",
    "on_track": "active",
    "at_risk": "warn",
    "veiled": "warn",
    "pending": "idle",
    "candidate": "idle",
    "applied": "active",
    "awarded": "done",
    "lapsed": "warn",
    "planned": "idle",
    "open": "done",
    "closed": "warn",
    "free": "done",
    "taken": "active",
    "promised": "active",
    "in": "done",
    "coming": "active",
    "held": "done",
    "ending": "warn",
    "ended": "idle",
    "revoked": "late",
    "to_come": "active",
    "nurtured": "idle",
    "reached": "active",
    "entered": "done",
    "left": "warn",
    "queued": "idle",
    "running": "active",
    "done": "done",
    "failed": "late",
    "parked": "late",
    "cancelled": "idle",
    "checking": "active",
    "ready": "active",
    "faulty": "late",
    "writing": "active",
    "written": "done",
    "loaded": "done",
    "reading": "active",
    "read": "done",
    "loading": "active",
    "dropped": "idle",
    "stored": "active",
    "signed": "done",
}


def written(value: Decimal | int | None, decimals: int | None = None) -> str:
    """`value` with thousands separators, rounded half up once to `decimals`; "—" for None.

    Without `decimals` every digit is kept.
    """
    if value is None:
        return MISSING
    exact = Decimal(value)
    return f"{exact:,f}" if decimals is None else f"{round_half_up(exact, decimals):,f}"


@register.filter
def number(value: Decimal | int | None, decimals: int | None = None) -> str:
    return written(value, decimals)


@register.filter
def scaled(units: int | None, scale: int) -> str:
    """A stored whole number of 10**-scale, as it reads."""
    return written(None if units is None else from_units(units, scale), scale)


@register.filter
def signed(value: Decimal | None, decimals: int = RATIO_DECIMALS) -> str:
    """Growth with sign and arrow: ▲ +3.20, ▼ −1.05, 0.00."""
    if value is None:
        return MISSING
    text = written(abs(value), decimals)
    if not re.search(r"[1-9]", text):
        return text
    return f"▲ +{text}" if value > 0 else f"▼ −{text}"


@register.simple_tag
def number_cell(value: Decimal | int | None, decimals: int | None = None, reason: str = NOT_REPORTED) -> SafeString:
    """The number, or a dash that says why there is none."""
    if value is None:
        return format_html(
            '<span class="missing" tabindex="0" title="{}">{}<span class="visually-hidden">{}</span></span>',
            reason, MISSING, reason,
        )  # fmt: skip
    return format_html('<span class="number">{}</span>', written(value, decimals))


@register.filter
def figure_decimals(figure: Any) -> int:
    return RATIO_DECIMALS if figure.is_ratio else figure.indicator_version.display_decimals


@register.filter
def figure_unit(figure: Any) -> str:
    return "%" if figure.is_ratio else figure.indicator_version.unit


@register.filter
def figure_context(figure: Any) -> str:
    """What a number must not stand without: period, unit, 初步/核定, reported/expected, as-of time."""
    moment = written_moment(figure.computed_at)
    return (
        f"{period_label(figure.period)} · 单位：{figure_unit(figure)} · {figure.get_basis_display()} · "
        f"已核定 {figure.reported}/应报 {figure.expected}{f' · {words}' if (words := backfilled_words(figure)) else ''}"
        f" · 截至 {moment}{f' · 计算批次 {run}' if (run := getattr(figure, 'run', 0)) else ''}"
    )


@register.filter
def backfilled_words(figure: Any) -> str:
    """补录 for a number that was entered afterwards from old documents; how many of its parts were, where not
    all; empty for any other."""
    count = getattr(figure, "backfilled", 0)
    if not count or figure.value is None:
        return ""
    return "补录" if count >= figure.reported else f"含补录 {count} 项"


@register.simple_tag
def backfilled_badge(figure: Any) -> SafeString:
    """The mark of such a number, to stand beside it."""
    words = backfilled_words(figure)
    return format_html('<span class="backfilled">{}</span>', words) if words else SafeString("")


@register.simple_tag
def figure_link(figure: Any, reason: str = NOT_REPORTED, decimals: int | None = None) -> SafeString:
    """The number as a link to what it is made of; its context in the tooltip. A dash without one.

    `decimals` replaces the indicator's own where fewer would hide on which side of a line it lies.
    """
    if figure is None:
        return number_cell(None, reason=reason)
    text = written(figure.value, figure_decimals(figure) if decimals is None else decimals)
    partial = " is-partial" if figure.value is not None and figure.reported < figure.expected else ""
    return format_html(
        '<a class="figure-link{}" href="{}" title="{}" aria-label="{}">{}</a>{}',
        partial if figure.value is not None else " missing",
        reverse("targets:figure", args=[figure.pk]),
        figure_context(figure),
        f"{figure.indicator.name} {figure.scope_name} {text} {figure_context(figure)}",
        text,
        backfilled_badge(figure),
    )


@register.filter
def period_label(code: str) -> str:
    """2026Q1-3 → 2026年1—9月."""
    return Period.parse(code).label


@register.filter
def day(value: date | None) -> str:
    return MISSING if value is None else f"{value.year}年{value.month}月{value.day}日"


def written_moment(value: datetime) -> str:
    local = timezone.localtime(value)
    return f"{local:%Y-%m-%d %H:%M}"


@register.filter
def moment(value: datetime | None) -> str:
    """A stamp in the district's own time."""
    return MISSING if value is None else written_moment(value)


@register.filter
def due_words(value: date | None, today: date) -> str:
    """还有 3 天, 今天截止, 已逾期 2 天."""
    if value is None:
        return ""
    left = (value - today).days
    if left > 0:
        return f"还有 {left} 天"
    return "今天截止" if left == 0 else f"已逾期 {-left} 天"


@register.filter
def masked(number: str) -> str:
    """A telephone number as a list may show it."""
    return telephone.masked(number)


@register.filter
def clause(code: str) -> str:
    """一(二)¶1 → 一（二）第1段, as officials cite a clause."""
    return re.sub(r"¶(\d+)", r"第\1段", code.replace("(", "（").replace(")", "）"))


@register.filter
def tone(state: str) -> str:
    return TONES.get(state, "idle")


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    return format_html(
        '<svg class="glyph {}" width="20" height="20" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        extra, static("img/glyphs.svg"), name,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """The present query string with `changes`; an empty value drops its key."""
    query: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = value
    return f"?{query.urlencode()}" if query else "?"
