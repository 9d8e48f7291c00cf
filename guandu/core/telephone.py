"""A telephone number: how it is written, and what of it may be shown in a list."""

import re
import unicodedata

from guandu.core.errors import Invalid

MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
LANDLINE = re.compile(r"(?P<area>0\d{2,3})-?(?P<number>\d{7,8})(?P<extension>-\d{1,6})?", re.ASCII)
HIDDEN = "****"
SHORT = 6
# Never repeats what was typed: the sentence may stand in a log.
WRONG = "电话应为 11 位手机号，或带区号的座机号，例如 0871-67170000。"


def normalised(text: str) -> str:
    """11 digits, or area and number with a hyphen; "" for nothing. Raises Invalid."""
    cleaned = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", text)).replace("—", "-").replace("–", "-")
    cleaned = cleaned.removeprefix("+86").removeprefix("-")
    if not cleaned:
        return ""
    if MOBILE.fullmatch(cleaned.replace("-", "")):
        return cleaned.replace("-", "")
    landline = LANDLINE.fullmatch(cleaned)
    if landline is None:
        raise Invalid(WRONG, errors=[("phone", WRONG)])
    return f"{landline['area']}-{landline['number']}{landline['extension'] or ''}"


def masked(number: str) -> str:
    """138****0000, 0871-****0000: enough to tell two numbers of one person apart. Of what is no number as
    `normalised` writes it nothing but the last two digits of a long one is left."""
    if MOBILE.fullmatch(number):
        return f"{number[:3]}{HIDDEN}{number[-4:]}"
    landline = LANDLINE.fullmatch(number)
    if landline:
        return f"{landline['area']}-{HIDDEN}{landline['number'][-4:]}"
    digits = re.sub(r"\D", "", number)
    tail = digits[-2:] if len(digits) > SHORT else ""
    return f"{HIDDEN}{tail}" if number.strip() else ""
