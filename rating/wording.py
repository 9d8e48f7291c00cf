"""How the parts of a score are written, on pages and in papers alike."""

import re
from decimal import Decimal

from rating.engine import numbers
from rating.engine.inputs import Reading

GATE_WORDS = {
    "passed": "通过",
    "failed": "未通过",
    "pending": "待核",
    "exempt": "免于要求",
    "met": "符合",
    "unmet": "不符合",
}
ITEM_WORDS = {"missing": "缺数据，按规则计分", "excluded": "不参评", "blocked": "暂不评定"}
ABSENT = "—"
_WHOLE_PART = re.compile(r"\d+")
# A whole part of four digits or more that is neither a year nor part of a code.
_LONG_NUMBER = re.compile(r"(?<![A-Za-z\d.-])\d{4,}(?![\d年Q-])")


def reading_value(reading: Reading) -> str:
    """The value with its unit, thousands separated: 1,200,000 万元."""
    if not isinstance(reading.value, Decimal):
        return reading.shown
    return _WHOLE_PART.sub(lambda whole: f"{int(whole[0]):,}", reading.shown, count=1)


def grouped(sentence: str) -> str:
    """The sentence with its numbers' thousands separated."""
    return _LONG_NUMBER.sub(lambda whole: f"{int(whole[0]):,}", sentence)


def cited(basis: str) -> str:
    """行动计划一(二)¶2 → 行动计划一（二）第2段, as officials cite a clause."""
    return re.sub(r"¶(\d+)", r"第\1段", basis.replace("(", "（").replace(")", "）"))


def points(value: Decimal, digits: int) -> str:
    """Exactly, with at least so many decimals."""
    return f"{value:.{digits}f}" if -value.as_tuple().exponent <= digits else numbers.plain(value)


def source_words(reading: Reading) -> str:
    """Where a given input is from: 2026年1—9月核定数据，第 2 版（校验码 ABCD-EFGH）."""
    version, code = reading.reference.get("version"), str(reading.reference.get("code") or "")
    revision = f"，报表第 {version} 版" if version else ""
    return f"{reading.source}{revision}{f'（校验码 {code[:4]}-{code[4:]}）' if code else ''}" if reading.source else ""


def held_against(reading: Reading) -> str:
    """What a derived input was held against when it was computed: the cohort's size, the row of a table."""
    count, table = reading.reference.get("cohort"), reading.reference.get("table")
    if count is not None:
        kind = str(reading.reference.get("class") or "")
        return f"计算时同批{f'（{kind}）' if kind else ''} {count} 个园区有数据"
    return f"按{table}年的参照值" if str(table or "").isdigit() else f"按“{table}”的参照值" if table else ""
