"""Numbers of two texts beside each other: what an issued document says otherwise than its draft."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from difflib import SequenceMatcher

MOST_NUMBERS = 6000
AROUND = 14
_NUMBER = re.compile(r"(?<![\d.])[-−－]?\d+(?:,\d{3})*(?:\.\d+)?")
_WIDE = str.maketrans("０１２３４５６７８９．％，", "0123456789.%,")
_NEAR = 4


@dataclass(frozen=True)
class Found:
    """A number where it stands: `value` without its separators, `before` and `after` the text around it."""

    value: str
    before: str
    after: str

    @property
    def place(self) -> tuple[str, str]:
        """The words since the number before, and what follows."""
        words = re.sub(r"[.,%\s]", "", re.split(r"\d", self.before)[-1])
        return words[-_NEAR:], self.after.lstrip()[:1]


@dataclass(frozen=True)
class Apart:
    """One difference; `draft` or `issued` is empty where only the other has the number."""

    draft: str
    issued: str
    around: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def numbers_of(lines: Iterable[str]) -> list[Found]:
    text = " ".join(" ".join(line.translate(_WIDE).split()) for line in lines)
    found = []
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        before = text[max(0, start - AROUND) : start].lstrip()
        after = text[end : end + AROUND // 2].rstrip()
        found.append(Found(_value(match[0]), before, after))
    return found


def _value(text: str) -> str:
    number = Decimal(text.replace(",", "").translate(str.maketrans("−－", "--")))
    return format(number.normalize(), "f") if number else "0"


def apart(draft: Sequence[Found], issued: Sequence[Found], *, loose: bool = False) -> list[Apart]:
    """The differences in the order of the issued text. `loose`: the issued text repeats what the draft says once (the
    heads of a table on every page of a PDF), so a number that only it has counts where the draft never says it."""
    matcher = SequenceMatcher(
        None,
        [(each.place, each.value) for each in draft],
        [(each.place, each.value) for each in issued],
        autojunk=False,
    )
    known = Counter(each.value for each in draft)
    found: list[Apart] = []
    for kind, from_, to, from_issued, to_issued in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, come = list(draft[from_:to]), list(issued[from_issued:to_issued])
        found += _changed(gone, come)
        found += [Apart(each.value, "", _around(each)) for each in gone]
        found += [Apart("", each.value, _around(each)) for each in come if not (loose and known[each.value])]
    return found


def _changed(gone: list[Found], come: list[Found]) -> list[Apart]:
    """Numbers of one place, taken out of both lists; those that are alike, here or a little aside, are none."""
    pairs = []
    for old in list(gone):
        if alike := next((each for each in come if (each.place, each.value) == (old.place, old.value)), None):
            gone.remove(old)
            come.remove(alike)
    for old in list(gone):
        new = next((each for each in come if each.place == old.place), None)
        if new is None:
            continue
        gone.remove(old)
        come.remove(new)
        if old.value != new.value:
            pairs.append(Apart(old.value, new.value, _around(new)))
    for old in list(gone):
        if aside := next((each for each in come if each.value == old.value), None):
            gone.remove(old)
            come.remove(aside)
    return pairs


def _around(found: Found) -> str:
    return f"{found.before}【{found.value}】{found.after}"
