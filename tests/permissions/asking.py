"""Asking every cell, and judging the whole of each answer: its status, what it shows, what it wrote."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode

from django.db import transaction
from django.http.response import HttpResponseBase

from guandu.web.logs import JsonLine
from tests.permissions.canaries import Canary, Net, net, parts_of
from tests.permissions.matrix import Cell
from tests.permissions.pages import forms_of
from tests.permissions.rows import LEFT_BY_READING, written
from tests.permissions.world import World

SHOWN = 60
HTMX = {"hx-request": "true"}


@dataclass(frozen=True)
class Mismatch:
    cell: Cell
    found: str

    def __str__(self) -> str:
        return f"{self.cell} expected {self.cell.status}, {self.found}"


class Lines(logging.Handler):
    """What the production formatter writes."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLine())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@contextmanager
def log_lines() -> Iterator[Lines]:
    """Every line of the portal's own loggers; nothing of it reaches the report of the run."""
    lines, logger = Lines(), logging.getLogger("guandu")
    before = logger.level, logger.propagate
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield lines
    finally:
        logger.removeHandler(lines)
        logger.level, logger.propagate = before


@dataclass
class Asker:
    """Asks cells of one world and keeps count."""

    world: World
    net: Net = field(default_factory=net)
    answers: int = 0
    pages: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def ask(self, asked: Iterable[Cell]) -> list[Mismatch]:
        """Every cell whose answer is not the expected one, shows what its role must not see, or wrote
        what it must not. Each is asked of the world as it was built."""
        with log_lines() as lines:
            return [mismatch for cell in asked for mismatch in self._judged(cell, lines)]

    def first_mismatch(self, asked: Iterable[Cell]) -> Mismatch | None:
        with log_lines() as lines:
            return next((mismatch for cell in asked for mismatch in self._judged(cell, lines)), None)

    def _judged(self, cell: Cell, lines: Lines) -> Iterator[Mismatch]:
        self.answers += 1
        lines.written.clear()
        body = self.body_of(cell)
        with transaction.atomic():
            with written() as touched:
                response = self._answer(cell, body)
                shown = self.net.caught_in(response)
            acted, changed = self.world.acted()
            transaction.set_rollback(True)
        if response.status_code != cell.status:
            yield Mismatch(cell, f"found {response.status_code}")
        yield from self._leaks(cell, body, shown)
        for canary in self.net.caught("\n".join(lines.written).encode()):
            yield Mismatch(cell, f"writes {canary} to the log")
        if cell.acts not in (None, acted):
            yield Mismatch(cell, "acted" if acted else "did nothing")
        if changed and not cell.may_change:
            yield Mismatch(cell, "changed a row")
        if cell.method != "POST" and touched - LEFT_BY_READING:
            yield Mismatch(cell, f"wrote to {sorted(touched - LEFT_BY_READING)}")

    def _answer(self, cell: Cell, body: str) -> HttpResponseBase:
        return self.world.answer(
            cell.role, cell.method, cell.path, body, **(HTMX if cell.expected.asked.htmx else {})
        )

    def _leaks(self, cell: Cell, body: str, shown: dict[Canary, str]) -> Iterator[Mismatch]:
        """What the role itself said in the address or the body is no news to it."""
        forbidden = [canary for canary in shown if not canary.may_meet(cell.role, cell.path)]
        if forbidden:
            said = self.net.caught(f"{cell.path}\n{body}".encode())
            yield from (
                Mismatch(cell, f"shows {each} in {shown[each]}") for each in forbidden if each not in said
            )

    def body_of(self, cell: Cell) -> str:
        fill = cell.expected.asked.fill
        if not fill or cell.method != "POST":
            return cell.body
        fields = self._fields(cell.filler, cell.path) if cell.filler else {}
        return urlencode(fields | parse_qs(fill, keep_blank_values=True), doseq=True)

    def _fields(self, role: str, path: str) -> dict[str, list[str]]:
        """What the longest form of the page at `path` would send back unchanged."""
        if path not in self.pages:
            with transaction.atomic():
                response = self.world.answer(role, "GET", path)
                page = dict(parts_of(response))["body"].decode()
                transaction.set_rollback(True)
            forms = [form.sent for form in forms_of(page, path)]
            self.pages[path] = max(forms, key=len, default={})
            self.pages[path].pop("csrfmiddlewaretoken", None)
        return self.pages[path]


def table(mismatches: list[Mismatch]) -> str:
    """What a person reads when the matrix is red."""
    more = [f"… and {len(mismatches) - SHOWN} more"] if len(mismatches) > SHOWN else []
    return "\n".join([f"{len(mismatches)} cells differ:", *map(str, mismatches[:SHOWN]), *more])
