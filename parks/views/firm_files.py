"""A list of firms as a file: the rows that the page shows, with who took them out, when and what for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import FileResponse, HttpRequest

from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.exchange.streamed import Cell, stream_workbook
from guandu.exchange.writer import TYPE, WrittenColumn
from parks.actions import exports

MOST = 50_000
PURPOSE = "purpose"  # what a form that asks for such a file says


@dataclass(frozen=True)
class FirmList:
    """A list by name: its columns, its rows when they are asked for, how many there are at most MOST + 1,
    and what was chosen, in words."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Callable[[], Iterable[Sequence[Cell]]]
    count: int
    conditions: str = ""


def as_file(request: HttpRequest, listed: FirmList) -> FileResponse:
    """The answer to a POST that says what for. Raises Invalid; then nothing left the portal."""
    purpose = exports.purpose_of(request.POST.get(PURPOSE, ""))
    if listed.count > MOST:
        raise Invalid(f"一次最多导出 {MOST:,} 家，请先缩小筛选范围。")
    columns = [WrittenColumn(title, width) for title, width in listed.columns]
    counted = _Counted(listed.rows())
    stream = stream_workbook(listed.name[:31], columns, counted, mark=_mark(request, listed, purpose))
    name = f"{listed.name}（{listed.conditions}）" if listed.conditions else listed.name
    exports.export(name=name, purpose=purpose, count=counted.number, by=request.user)
    file_name = f"{listed.name}-{clock.today():%Y%m%d}.xlsx"
    return FileResponse(stream, as_attachment=True, filename=file_name, content_type=TYPE)


class _Counted:
    """Rows that are counted as they pass."""

    def __init__(self, rows: Iterable[Sequence[Cell]]) -> None:
        self.rows = rows
        self.number = 0

    def __iter__(self):
        for row in self.rows:
            self.number += 1
            yield row


def _mark(request: HttpRequest, listed: FirmList, purpose: str) -> str:
    at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    chosen = f"条件：{listed.conditions}。" if listed.conditions else ""
    user = request.user
    return f"内部资料。{user.actor_name}（{user.actor_key}）于 {at} 导出，用途：{purpose}。{chosen}"
