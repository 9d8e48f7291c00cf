"""How a score's parts are written."""

from decimal import Decimal

from django import template

from rating import wording
from rating.engine import numbers
from rating.wording import GATE_WORDS, ITEM_WORDS

register = template.Library()

GATE_TONES = {"passed": "done", "failed": "late", "pending": "warn", "exempt": "done", "met": "done", "unmet": "idle"}
ITEM_TONES = {"scored": "done", "missing": "warn", "excluded": "idle", "blocked": "late"}
RAW_DIGITS = 6
STAR_NAMES = {5: "五星级", 4: "四星级", 3: "三星级", 2: "二星级", 1: "一星级"}

reading_value = register.filter(wording.reading_value)
grouped = register.filter(wording.grouped)
source_words = register.filter(wording.source_words)
held_against = register.filter(wording.held_against)


@register.filter
def signed(value: Decimal, digits: int) -> str:
    """A change in points: +1.50, −2.00."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{wording.points(abs(value), digits)}"


@register.filter
def exactly(value: Decimal) -> str:
    """Points before they were limited and rounded, to six decimals at most."""
    return numbers.shown(value, RAW_DIGITS)


@register.filter
def row_kind(row: object) -> str:
    """Which kind of row of a score's tree it is: item, part or step."""
    return type(row).__name__.lower()


@register.filter
def gate_tone(status: str) -> str:
    return GATE_TONES[status]


@register.filter
def gate_word(status: str) -> str:
    return GATE_WORDS[status]


@register.filter
def item_tone(status: str) -> str:
    return ITEM_TONES[status]


@register.filter
def item_word(status: str) -> str:
    return ITEM_WORDS.get(status, "")


@register.filter
def star_name(count: int) -> str:
    return STAR_NAMES[count]


@register.filter
def stars(count: int | None) -> str:
    return "★" * (count or 0)
