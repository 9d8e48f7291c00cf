"""The issued file beside its draft: is it this document, and which numbers does it say otherwise."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.documents.blocks import Paper
from guandu.documents.numbers import MOST_NUMBERS, Apart, apart, numbers_of
from guandu.documents.printable import printable
from targets.papers.words import day_words

_DIGITS = str.maketrans("1234", "一二三四")
_QUARTER = re.compile(r"(20\d\d)\s*年\s*第?\s*([一二三四1-4])\s*季度")
AGAIN = "请核对后重新选择文件。"


def refuse_other(lines: Sequence[str], quarter: Period) -> None:
    """Raise Invalid where the file names another quarter first, or none."""
    found = _QUARTER.search("\n".join(lines))
    if found is None:
        raise _refused(f"文件中没有写明“{quarter.label}”，不像是这份公文。{AGAIN}")
    named = f"{found[1]}年第{found[2].translate(_DIGITS)}季度"
    if named != quarter.label:
        raise _refused(f"上传的文件是{named}的，这份公文是{quarter.label}的，没有办理印发。{AGAIN}")


def numbers_apart(
    paper: Paper, lines: Sequence[str], *, number: str, issued_on: date, is_pdf: bool
) -> list[Apart]:
    """What the file says otherwise than the draft; its 文号, its days and the draft's small print left out."""
    draft = replace(paper, mark="", number="", dated=None, colophon=())
    known = (*paper.colophon, number, day_words(issued_on), paper.date_words)
    said, issued = (numbers_of(_without(text, known).split("\n")) for text in ("\n".join(draft.texts()), "\n".join(lines)))
    if len(issued) > MOST_NUMBERS:
        raise _refused(f"文件中的数字超过 {MOST_NUMBERS} 个，不像是这份公文。{AGAIN}")
    return apart(said, issued, loose=is_pdf)


def _without(text: str, known: Iterable[str]) -> str:
    """A PDF breaks a line anywhere."""
    for each in known:
        signs = [re.escape(sign) for sign in printable(each) if not sign.isspace()]
        text = re.sub(r"\s*".join(signs), "", text) if signs else text
    return text


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, errors=[("file", sentence)])
