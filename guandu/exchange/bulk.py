"""How a table takes thousands of rows: checked and written by sets, with the result of the slow way."""

from typing import Protocol

from guandu.exchange.resources import Line
from guandu.exchange.tables import Fault
from guandu.exchange.uploaded_rows import Rows


class Bulk(Protocol):
    """`plan` writes nothing that lasts; `write` stores what `plan` found, inside the running action."""

    def plan(self, rows: Rows) -> tuple[list[Line], list[Fault]]: ...

    def write(self) -> None: ...
