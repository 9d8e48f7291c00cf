"""What a value of the register must look like."""

import re
import unicodedata
from operator import mul

from stdnum.cn import uscc

from guandu.core.errors import Invalid

CODE_LENGTH = 18
# GB 32100: digits and capitals without I, O, S, V and Z; the check character may be any of them.
ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
DIGITS = frozenset("0123456789")
# GB 11714, the organisation's own code inside the long one: positions 9 to 16, checked by position 17.
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_LETTERS = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_WRITTEN = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_VALUES = bytes.maketrans(_LETTERS, bytes(range(31)))
# The last character weighs one, so that the whole comes to a multiple of 31.
_WEIGHTS = [*(pow(3, place, 31) for place in range(17)), 1]


def credit_code(text: str) -> str:
    """统一社会信用代码 as GB 32100 writes it; "" while it is not known. Raises Invalid."""
    code = normalised_code(text)
    if not code:
        return ""
    if not _is_written_right(code):
        raise _refusal(
            f"“{text.strip()[:40]}”不是统一社会信用代码：应为 18 位数字和大写字母（不含 I、O、S、V、Z），"
            "其中第 3 至 8 位为数字。"
        )
    if uscc.calc_check_digit(code[:-1]) != code[-1]:
        raise _refusal(f"“{text.strip()}”的校验位不对，请与营业执照核对。")
    return code


def is_credit_code(text: str) -> bool:
    """Whether the text is a code as the register writes it, check character included; for thousands of them."""
    return bool(_WRITTEN.fullmatch(text)) and sum(map(mul, text.encode().translate(_VALUES), _WEIGHTS)) % 31 == 0


def normalised_code(text: str) -> str:
    """Half-width capitals without spaces, right or wrong as they may be."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def credit_code_warning(code: str) -> str:
    """What is odd about a code that is right as a whole; "" when nothing is. Old codes with a wrong
    inner check digit are in use, so this refuses nothing."""
    if not code or inner_check(code[8:16]) == code[16]:
        return ""
    return f"{code} 的主体标识码（第 9 至 17 位）校验位不符，请与营业执照核对后再用。"


def _is_written_right(code: str) -> bool:
    return len(code) == CODE_LENGTH and ALPHABET.issuperset(code) and DIGITS.issuperset(code[2:8])


def inner_check(body: str) -> str:
    """The check digit of an organisation's own eight characters."""
    total = sum(int(letter, 36) * weight for letter, weight in zip(body, INNER_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def _refusal(sentence: str) -> Invalid:
    return Invalid(sentence, errors=[("credit_code", sentence)])
