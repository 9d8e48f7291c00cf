"""Credit codes for tests: right in both check digits, and fictitious."""

from stdnum.cn import uscc

from parks.validators import INNER_WEIGHTS


def code_number(number: int) -> str:
    """The code of the firm with this number."""
    body = f"MA6{number:05d}"
    total = sum(int(letter, 36) * weight for letter, weight in zip(body, INNER_WEIGHTS, strict=True))
    whole = f"91530111{body}{'0123456789X0'[11 - total % 11]}"
    return whole + uscc.calc_check_digit(whole)
