"""What a person typed into a cell of a workbook, as a number or a text. Tolerant of habits, exact about the rest.

Full-width digits, blanks, thousands separators, a percent sign or the cell's own unit behind the number are
taken; another unit, a date, a formula without its result are refused in a sentence, never read as nothing.
"""

import unicodedata
from decimal import Decimal

from guandu.core.errors import Invalid
from guandu.core.numbers import parse_decimal
from guandu.exchange.workbooks import Cell

PERCENT = "%"
# Spelt as people spell them behind a number; the longer first.
UNITS = tuple("万平方米 平方米 平方公里 万美元 美元 亿元 万元 千元 元 公顷 亩 万人 人 户 家 个 项 件".split())
REFUSED = {
    "formula": "公式没有计算结果：请用 WPS 或 Excel 打开，重新保存后再上传，或直接填写数字",
    "error": "公式结果有误（{text}），请改为数字",
    "date": "“{text}”是日期，这里应填数字；如果是误设的日期格式，请把单元格改为“常规”后重填",
    "flag": "“{text}”不是数字，请填写数字",
}


def number_typed(cell: Cell | None, unit: str = "") -> Decimal | None:
    """The number in the cell's unit; None for an empty cell or a dash. Raises Invalid, its sentence without a full stop."""
    if cell is None:
        return None
    if cell.kind in REFUSED:
        raise Invalid(REFUSED[cell.kind].format(text=_shown(cell)))
    if cell.kind == "percent":
        return _percent(Decimal(shown_percent(cell.text)), unit)
    return number_from_text(cell.text, unit)


def text_typed(cell: Cell | None) -> str:
    """The text, blanks taken together. Raises Invalid for a formula without a result and what cannot be stored."""
    if cell is None:
        return ""
    if cell.kind in {"formula", "error"}:
        raise Invalid(REFUSED[cell.kind].format(text=cell.text).replace("数字", "具体内容"))
    text = " ".join(_shown(cell).split())
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
        raise Invalid("含有无法保存的字符，请删去后重新输入")
    return text


def _shown(cell: Cell) -> str:
    """As the person sees it."""
    return {"1": "TRUE", "0": "FALSE"}.get(cell.text, cell.text) if cell.kind == "flag" else cell.text


def shown_percent(text: str) -> str:
    """The digits that a cell shows before its percent sign: 0.125 is 12.5."""
    shown = f"{Decimal(text) * 100:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def number_from_text(text: str, unit: str = "") -> Decimal | None:
    """The same of a text. Raises Invalid, its sentence without a full stop."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    if plain.endswith(PERCENT):
        number = _parsed(plain.removesuffix(PERCENT), text)
        return None if number is None else _percent(number, unit)
    named = next((each for each in (*UNITS, unit) if each and plain.endswith(each)), "")
    if named and named != unit and _is_number(plain.removesuffix(named)):
        raise Invalid(f"“{text.strip()}”的单位是{named}，本项{_in(unit)}，请换算后只填数字")
    return _parsed(plain.removesuffix(unit) if named == unit else plain, text)


def _percent(number: Decimal, unit: str) -> Decimal:
    if unit != PERCENT:
        raise Invalid(f"“{number.normalize():f}%”是百分数，本项{_in(unit)}，请只填数字")
    return number


def _in(unit: str) -> str:
    return f"以{unit}为单位" if unit else "没有单位"


def _is_number(text: str) -> bool:
    try:
        return parse_decimal(text) is not None
    except Invalid:
        return False


def _parsed(plain: str, text: str) -> Decimal | None:
    try:
        return parse_decimal(plain)
    except Invalid as wrong:
        said = wrong.message.replace(f"“{plain}”", f"“{text.strip()[:40]}”")
        raise Invalid(said.removesuffix("。")) from wrong
