"""Texts as they may stand in a paper: whatever was typed stays, but for what no paper can hold."""

import re

# What XML 1.0 cannot hold, and marks that turn the direction of the text around them.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def printable(text: str) -> str:
    """One line of text; `A&B<C>` whole."""
    return " ".join(re.split(r"[\t\n\r\u2028\u2029]+", _UNPRINTABLE.sub("", text))).strip(" ")
