"""What a column of an office's own workbook drops down: words in the rule itself, or in cells of some sheet."""

import re
from collections.abc import Sequence

from guandu.exchange.workbooks import Sheet
from targets.dispatch_grid import number_of, readable

MOST_WORDS = 50
_STRETCH = re.compile(r"([A-Z]{1,3})(\d+)(?::([A-Z]{1,3})(\d+))?")
_PLACE = re.compile(r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)")


def offered_in(letter: str, row: int, sheet: Sheet, sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """The words that the cell offers; nothing where it offers none, or by a formula that is no plain place."""
    formula = next((formula for cells, formula in sheet.lists if _covers(cells, letter, row)), "").strip()
    if formula.startswith('"'):
        return _words(formula.strip('"').split(","))
    found = _PLACE.fullmatch(formula)
    if not found:
        return ()
    name = (found["sheet"] or sheet.name).strip("'").replace("''", "'")
    source = next((each for each in sheets if each.name == name), None)
    return _words(_texts(source, *found.groups()[1:])) if source else ()


def _covers(cells: str, letter: str, row: int) -> bool:
    column = number_of(letter)
    for found in _STRETCH.finditer(cells.replace("$", "")):
        right, bottom = found[3] or found[1], int(found[4] or found[2])
        if number_of(found[1]) <= column <= number_of(right) and int(found[2]) <= row <= bottom:
            return True
    return False


def _texts(sheet: Sheet, left: str, top: str, right: str, bottom: str) -> list[str]:
    columns = range(number_of(left), number_of(right) + 1)
    return [
        cell.text for row in sheet.rows if int(top) <= row.number <= int(bottom)
        for letter, cell in row.cells.items() if number_of(letter) in columns
    ]  # fmt: skip


def _words(texts: Sequence[str]) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word for text in texts if (word := readable(text))))
    return words if 2 <= len(words) <= MOST_WORDS else ()
