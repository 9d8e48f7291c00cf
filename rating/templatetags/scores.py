"""How a score's parts are written."""

import re
from decimal import Decimal

from django import template

from rating.engine.inputs import Reading

register = template.Library()

GATE_TONES = {"passed": "done", "failed": "late", "pending": "warn", "exempt": "done", "met": "done", "unmet": "idle"}
GATE_WORDS = {
    "passed": "通过",
    "failed": "未通过",
    "pending": "待核",
    "exempt": "免于要求",
    "met": "符合",
    "unmet": "不符合",
}
ITEM_TONES = {"scored": "done", "missing": "warn", "excluded": "idle", "blocked": "late"}
ITEM_WORDS = {"missing": "缺数据，按规则计分", "excluded": "不参评", "blocked": "暂不评定"}
STAR_NAMES = {5: "五星级", 4: "四星级", 3: "三星级", 2: "二星级", 1: "一星级"}
_WHOLE_PART = re.compile(r"\d+")
# A whole part of four digits or more that is neither a year nor part of a code.
_LONG_NUMBER = re.compile(r"(?<![A-Za-z\d.-])\d{4,}(?![\d年Q-])")


@register.filter
def reading_value(reading: Reading) -> str:
    """The value with its unit, thousands separated: 1,200,000 万元."""
    if not isinstance(reading.value, Decimal):
        return reading.shown
    return _WHOLE_PART.sub(lambda whole: f"{int(whole[0]):,}", reading.shown, count=1)


@register.filter
def grouped(sentence: str) -> str:
    """The sentence with its numbers' thousands separated."""
    return _LONG_NUMBER.sub(lambda whole: f"{int(whole[0]):,}", sentence)


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
