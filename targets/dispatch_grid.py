"""A sheet of an office's own workbook as a grid: which text stands over which cell, merged ones included."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, reduce

from guandu.exchange.workbooks import Cell, Sheet

_UNSTORABLE = {"Cc", "Cs"}
_SPAN = re.compile(r"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)")


def number_of(letters: str) -> int:
    """A → 1, AA → 27."""
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters, 0)


def letters_of(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class Span:
    """A merged stretch, by numbers from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_wide(self) -> bool:
        return self.right > self.left

    def covers(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True)
class Grid:
    sheet: Sheet

    @cached_property
    def rows(self) -> dict[int, dict[str, Cell]]:
        """The rows that the file names, blank ones included → the cells that are filled."""
        return {
            row.number: {letter: cell for letter, cell in row.cells.items() if cell.text.strip()}
            for row in self.sheet.rows
        }

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        found = (_SPAN.fullmatch(each.replace("$", "")) for each in self.sheet.merged)
        return tuple(
            Span(int(each[2]), number_of(each[1]), int(each[4]), number_of(each[3])) for each in found if each
        )

    @cached_property
    def last_row(self) -> int:
        return max(self.rows, default=0)

    def is_hidden(self, letter: str) -> bool:
        return any(first <= number_of(letter) <= last for first, last in self.sheet.hidden_columns)

    def filled(self, row: int) -> list[Cell]:
        """The filled cells of the row, from left to right; a merged stretch is one."""
        cells = self.rows.get(row, {})
        return [cells[letter] for letter in sorted(cells, key=number_of)]

    def over(self, row: int) -> dict[str, tuple[str, str]]:
        """Letter → (address that holds it, text) of what one reads in the row: a merged stretch gives its text to
        every cell that it covers."""
        found = {letter: (cell.address, readable(cell.text)) for letter, cell in self.rows.get(row, {}).items()}
        for span in self.spans:
            if span.top <= row <= span.bottom:
                first = self.rows.get(span.top, {}).get(letters_of(span.left))
                if first:
                    columns = range(span.left, span.right + 1)
                    found |= {letters_of(column): (first.address, readable(first.text)) for column in columns}
        return found


def readable(text: str) -> str:
    """Blanks and line breaks taken together, without what no database stores."""
    return " ".join("".join(letter if unicodedata.category(letter) not in _UNSTORABLE else " " for letter in text).split())
