"""校验码: eight letters and digits on the printed sheet, by which people tell its version by eye.

No 0 and O, no 1 and I: 32 signs, so that eight of them say the first forty bits of a digest.
"""

import unicodedata

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
_DIGITS = LENGTH * 5 // 4


def check_code(digest: str) -> str:
    """The code of a version's digest (hexadecimal), without its hyphen."""
    number = int(digest[:_DIGITS], 16)
    return "".join(SIGNS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def grouped(code: str) -> str:
    """As it is printed: 4-4."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def typed_code(text: str) -> str:
    """What somebody typed, as the code is kept: full-width signs, small letters, blanks and hyphens are
    forgiven."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(sign for sign in plain if sign.isalnum())
