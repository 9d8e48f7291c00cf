"""Credit codes for tests: right in both check digits, and fictitious."""

from stdnum.cn import uscc

from parks.validators import inner_check


def code_number(number: int) -> str:
    """The code of the firm with this number."""
    body = f"MA6{number:05d}"
    whole = f"91530111{body}{inner_check(body)}"
    return whole + uscc.calc_check_digit(whole)


GOOD_CODES = (code_number(1), code_number(2))
