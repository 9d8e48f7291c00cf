"""统一社会信用代码: any one wrong character is noticed, width and case are not, an odd inner digit is told."""

import pytest
from hypothesis import given, strategies as st
from stdnum.cn import uscc

from guandu.core.errors import Invalid
from parks.validators import ALPHABET, credit_code, credit_code_warning, normalised_code

pytestmark = [pytest.mark.once, pytest.mark.feature("A6")]

# Fictitious; both check digits are right.
RIGHT = ("91530111MA6K00006G", "91530111719400005P", "125301114312000045", "92530111MA6L00015X")
# The whole is right, the inner check digit is not.
ODD = "91530111MA6K0000XP"
LETTERS = "".join(sorted(ALPHABET))
FULL_WIDTH = str.maketrans({letter: chr(ord(letter) + 0xFEE0) for letter in LETTERS + LETTERS.lower()})
digits = st.text("0123456789", min_size=6, max_size=6)


@st.composite
def codes(draw) -> str:
    """Any right code: the body at random, the check character as the standard says."""
    body = (
        draw(st.text(LETTERS, min_size=2, max_size=2))
        + draw(digits)
        + draw(st.text(LETTERS, min_size=9, max_size=9))
    )
    return body + uscc.calc_check_digit(body)


def refused(text: str) -> str:
    with pytest.raises(Invalid) as refusal:
        credit_code(text)
    ((field, sentence),) = refusal.value.errors
    assert field == "credit_code"
    assert sentence.endswith("。")
    return sentence


@pytest.mark.parametrize("code", [*RIGHT, ODD])
def test_every_other_letter_of_the_alphabet_in_every_place_is_refused(code):
    assert credit_code(code) == code
    for place in range(18):
        for letter in LETTERS + "IOSVZ":
            if letter != code[place]:
                refused(code[:place] + letter + code[place + 1 :])


@given(code=codes(), place=st.integers(0, 17), letter=st.characters(codec="utf-8"))
def test_one_character_changed_into_anything_else_is_refused(code, place, letter):
    changed = code[:place] + letter + code[place + 1 :]
    if normalised_code(changed) == code:
        assert credit_code(changed) == code
    else:
        refused(changed)


@given(code=codes(), lower=st.booleans(), wide=st.booleans(), space=st.sampled_from(["", " ", "　", "\t"]))
def test_width_case_and_spaces_are_made_one(code, lower, wide, space):
    written = code.lower() if lower else code
    written = written.translate(FULL_WIDTH) if wide else written
    assert credit_code(f"{space}{written[:8]}{space}{written[8:]}{space}") == code


@given(code=codes(), other=st.integers(0, 17))
def test_a_character_missing_or_doubled_is_refused(code, other):
    refused(code[:other] + code[other + 1 :])
    refused(code[:other] + code[other] + code[other:])


def test_a_code_of_another_register_than_the_market_bureaus_is_right():
    """机构编制 has 1, 民政 5, 农业农村 N: the first two places may be letters."""
    body = "N2530111MF0000016"
    assert credit_code(body + uscc.calc_check_digit(body))


@pytest.mark.parametrize("empty", ["", "  ", "　"])
def test_nothing_is_not_known_yet(empty):
    assert credit_code(empty) == ""


def test_an_odd_inner_digit_is_told_and_not_refused():
    assert credit_code(ODD) == ODD
    assert "第 9 至 17 位" in credit_code_warning(ODD)
    assert [credit_code_warning(code) for code in (*RIGHT, "")] == [""] * 5


def test_the_sentence_says_what_is_wrong():
    assert "校验位不对" in refused("91530111MA6K00006H")
    assert "18 位" in refused("9153")
    assert "18 位" in refused("91530111MA6K0000IG")
