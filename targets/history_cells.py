"""What people type into a workbook of old numbers, read exactly: kinds of scope, periods, numbers.

Readers raise Invalid with a sentence without its full stop.
"""

import re
import unicodedata
from collections.abc import Sequence

from guandu.core.errors import Invalid
from guandu.core.numbers import to_units
from guandu.core.periods import Period, PeriodKind
from guandu.exchange.typed import number_from_text
from targets.enums import SubjectKind

SCOPES = (SubjectKind.PARK, SubjectKind.AREA, SubjectKind.CHAIN, SubjectKind.STREET, SubjectKind.DISTRICT)
KIND_WORDS = "、".join(str(kind.label) for kind in SCOPES)
PERIOD_WORDS = "2023（全年）、2024Q1、2024Q1-3（1—9月）、2024H1（上半年）或 2024-09"
# Whole numbers of so many digits fit, whatever they are.
SURE_DIGITS = 18
_KINDS = {str(kind.label): kind for kind in SCOPES} | {
    "全区合计": SubjectKind.DISTRICT, "区": SubjectKind.DISTRICT,
    "产业链条": SubjectKind.CHAIN, "链": SubjectKind.CHAIN, "街道办": SubjectKind.STREET,
    "街道办事处": SubjectKind.STREET, "聚集区": SubjectKind.AREA, "产业园区": SubjectKind.PARK,
}  # fmt: skip
_DAY = re.compile(r"(20\d\d)[-/.](\d{1,2})[-/.]\d{1,2}(?: 00:00:00)?")
_MONTH = re.compile(r"(20\d\d)[-/.年](\d{1,2})月?(?:份)?")
_SPAN = re.compile(r"(20\d\d)年?1月?[-—–~至到]+(\d{1,2})月(?:份|累计)?")
_QUARTER = re.compile(r"(20\d\d)年?(?:第?([一二三四1-4])季度?|Q([1-4]))")
_YEAR = re.compile(r"(20\d\d)(?:年|年度|年全年|全年)?")
_HALF = re.compile(r"(20\d\d)年?(?:上半年|H1|1[-—–~至到]+6月)")
_UPTO = re.compile(r"(20\d\d)年?(?:Q1[-—–~]Q?|前)([23三])(?:季度?)?")
_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}


def joined(text: str) -> str:
    """Half width, without blanks: how names and periods are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def scope_kind(text: str) -> SubjectKind:
    kind = _KINDS.get(joined(text))
    if kind is None:
        raise Invalid(f"“{text}”不是范围类型，请填{KIND_WORDS}之一")
    return kind


def period(text: str) -> Period:
    """The reporting period that a cell means: flows are year-to-date at its end, so 1—9月 is 2024Q3, as in
    every form of the portal; the year stays the year."""
    found = _said(joined(text).upper())
    if found is None:
        raise Invalid(f"“{text}”不是报告期，请写成 {PERIOD_WORDS}")
    return Period.quarter(found.year, found.last // 3) if found.kind is PeriodKind.CUMULATIVE else found


def period_in_words(period: Period) -> str:
    """As whoever entered it may have written it: a quarter's flows are those since January."""
    if period.kind is PeriodKind.QUARTER and period.last > 3:
        return f"{period.to_date.label}（{period.label}）"
    return period.label


def _said(text: str) -> Period | None:
    if found := _DAY.fullmatch(text) or _MONTH.fullmatch(text):
        month = int(found[2])
        return Period(int(found[1]), month, month) if 1 <= month <= 12 else None
    if found := _SPAN.fullmatch(text):
        last = int(found[2])
        return Period(int(found[1]), 1, last) if last in {3, 6, 9, 12} else None
    if found := _HALF.fullmatch(text):
        return Period(int(found[1]), 1, 6)
    if found := _UPTO.fullmatch(text):
        return Period(int(found[1]), 1, 3 * int(_DIGITS.get(found[2], found[2])))
    if found := _QUARTER.fullmatch(text):
        said = found[2] or found[3]
        return Period.quarter(int(found[1]), int(_DIGITS.get(said, said)))
    if found := _YEAR.fullmatch(text):
        return Period(int(found[1]), 1, 12)
    return None


def units(text: str, scale: int, unit: str) -> int | None:
    """A cell as a whole number of 10**-scale; None for a blank or a dash."""
    number = number_from_text(text, unit)
    try:
        return None if number is None else to_units(number, scale)
    except Invalid as refusal:
        raise Invalid(refusal.message.removesuffix("。")) from refusal


def column_units(texts: Sequence[str], scale: int, unit: str) -> tuple[list[int | None], dict[int, str]]:
    """Every cell of a column as `units` reads it, and place → sentence of those that cannot be read."""
    if _all_plain(texts, scale):
        # 10**scale, and what the digits behind a point leave of it by the point's place from the end.
        tens = [10 ** (scale - digits) for digits in range(scale + 1)]
        return [
            None if not text
            else int(text) * tens[0] if (point := text.find(".")) < 0
            else int(text[:point] + text[point + 1 :]) * tens[len(text) - point - 1]
            for text in texts
        ], {}  # fmt: skip
    found: list[int | None] = [None] * len(texts)
    wrong: dict[int, str] = {}
    for at, text in enumerate(texts):
        try:
            found[at] = units(text, scale, unit) if text else None
        except Invalid as refusal:
            wrong[at] = refusal.message
    return found, wrong


def _all_plain(texts: Sequence[str], scale: int) -> bool:
    """Whether every cell is blank, or digits with at most one point that fit whatever they are."""
    part = rf"(?:[.]\d{{1,{scale}}})?" if scale else ""
    cell = rf"(?:\d{{1,{SURE_DIGITS - scale}}}{part})?"
    return re.fullmatch(rf"{cell}(?:\n{cell})*", "\n".join(texts), re.ASCII) is not None
