"""A file's name as somebody sent it, made harmless: text, never a path."""

import unicodedata

LONGEST_NAME = 120


def harmless_name(name: str) -> str:
    """The last part of a file's name as text: composed, without what turns a line around or ends it."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if unicodedata.category(letter) not in {"Cc", "Cf", "Cs"})
    stem, dot, kind = plain.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(kind) - 1]}{dot}{kind}"[-LONGEST_NAME:]
