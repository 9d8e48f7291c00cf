"""The trail as a file: every row carries who took it and when, at its end."""

import csv
from collections.abc import Iterable
from io import StringIO

from guandu.audit.models import AuditEvent
from guandu.audit.words import type_in_words, verb_in_words
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.exchange.writer import TYPE, WrittenColumn, write_workbook

COLUMNS = (
    ("序号", 9), ("时间", 20), ("姓名", 14), ("账号", 16), ("操作", 18), ("结果", 8), ("对象类型", 14), ("对象", 28),
    ("对象编号", 18), ("原因", 28), ("来源地址", 16), ("请求编号", 14), ("校验值", 20),
)  # fmt: skip
TYPES = {"xlsx": TYPE, "csv": "text/csv; charset=utf-8"}


def as_file(events: Iterable[AuditEvent], kind: str, by: Actor) -> bytes:
    """`events` as `kind` (xlsx or csv), with a last line that says who took them out and when."""
    rows = [_row(event) for event in events]
    mark = f"由{by.actor_name}（{by.actor_key}）于 {_moment(clock.now())} 导出，共 {len(rows)} 条，仅限审计使用。"
    if kind == "xlsx":
        columns = [WrittenColumn(title, width) for title, width in COLUMNS]
        return write_workbook("审计记录", columns, [*rows, [mark]])
    out = StringIO()
    writer = csv.writer(out)
    writer.writerows(
        [[title for title, _ in COLUMNS], *([_harmless(text) for text in row] for row in rows), [mark]]
    )
    return out.getvalue().encode("utf-8-sig")


def _row(event: AuditEvent) -> list[str]:
    return [
        str(event.seq), _moment(event.at), event.actor_name, event.actor_key, verb_in_words(event.verb),
        event.get_outcome_display(), type_in_words(event.object_type) if event.object_type else "",
        event.object_name, event.object_key, event.reason, event.address, event.request_id, event.hash,
    ]  # fmt: skip


def _moment(at) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _harmless(text: str) -> str:
    """A cell that a spreadsheet would take for a formula is shown as text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
