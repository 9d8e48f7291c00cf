"""How one cell of a return is named in a form, in a file and in an error: REV, REV:base, REV@E-00012."""

from dataclasses import dataclass

BASE = ":base"
LINE = "@"


@dataclass(frozen=True)
class CellKey:
    """`line` is empty for the return's own line, else the code of the firm or park that the cell is about."""

    code: str
    is_base: bool = False
    line: str = ""

    @classmethod
    def parse(cls, text: str) -> "CellKey":
        head, _, line = text.partition(LINE)
        return cls(head.removesuffix(BASE), head.endswith(BASE), line)

    def __str__(self) -> str:
        return f"{self.code}{BASE if self.is_base else ''}{LINE + self.line if self.line else ''}"

    @property
    def within_line(self) -> str:
        """The cell as its own line names it."""
        return f"{self.code}{BASE if self.is_base else ''}"
