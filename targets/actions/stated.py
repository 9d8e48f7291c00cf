"""What a person states beside an act: words that must be there, numbers, periods. Refused at their field."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from guandu.core.errors import Invalid
from guandu.core.numbers import parse_decimal
from guandu.core.periods import Period

REFUSED = "填写内容有误，请按提示修改。"


class Words(NamedTuple):
    """`what` completes 请填写…; `most` is how many characters there may be."""

    field: str
    text: str
    what: str
    most: int
    required: bool = True


def words(*asked: Words) -> dict[str, str]:
    """Field → its text as it is kept. Raises Invalid with a sentence at each that is missing or too long."""
    kept = {each.field: (each.text or "").strip() for each in asked}
    faults = [(each.field, fault) for each in asked if (fault := _fault(each, kept[each.field]))]
    refuse(faults)
    return kept


def _fault(asked: Words, text: str) -> str:
    if asked.required and not text:
        return f"请填写{asked.what}。"
    if len(text) > asked.most:
        return f"{asked.what}最长 {asked.most} 字，现有 {len(text)} 字，请精简。"
    return ""


def refuse(faults: Iterable[tuple[str, str]]) -> None:
    """Raise Invalid where there are faults, each a (field, sentence)."""
    faults = list(faults)
    if faults:
        raise Invalid(faults[0][1] if len(faults) == 1 else REFUSED, errors=faults)


def number(text: str, field: str, what: str, most: int) -> Decimal:
    """A number that must be there, in at most `most` characters as it is kept. Raises Invalid at the field."""
    try:
        value = parse_decimal(text)
    except Invalid as wrong:
        raise Invalid(wrong.message, errors=[(field, wrong.message)]) from wrong
    if value is None:
        refuse([(field, f"请填写{what}。")])
    if len(plain(value)) > most:
        refuse([(field, "数字过长，请核对后重填。")])
    return value


def plain(value: Decimal) -> str:
    """As the plan's rows keep a number: 12.5, without an exponent."""
    return f"{value:f}"


def period(code: str, field: str) -> Period:
    try:
        return Period.parse(code)
    except Invalid as wrong:
        raise Invalid(wrong.message, errors=[(field, wrong.message)]) from wrong
