"""The rules of reminding as a data file. `read_rules(root)` reads it or raises BrokenFiles; no database."""

from collections.abc import Iterator
from pathlib import Path

from guandu.exchange.marked_yaml import BrokenFiles, Field, FileError, Reader, Row
from guandu.notices.enums import Audience, DayUnit, Grouping, RuleEvent

FILE = "targets/reference/reminders.yaml"
RULE = {
    "code": Field(),
    "name": Field(),
    "series": Field(required=False),
    "event": Field(choices=tuple(RuleEvent.values)),
    "offset": Field("number"),
    "unit": Field(choices=tuple(DayUnit.values)),
    "audience": Field(choices=tuple(Audience.values)),
    "grouping": Field(choices=tuple(Grouping.values)),
    "is_on": Field("flag", required=False),
    "note": Field(required=False),
}


def read_rules(root: Path) -> tuple[Row, ...]:
    reader = Reader(root / FILE, FILE)
    rows = reader.read({"reminder_rules": RULE})["reminder_rules"]
    errors = [*reader.errors, *_wrong(rows)]
    if errors:
        raise BrokenFiles(errors)
    return rows


def _wrong(rows: tuple[Row, ...]) -> Iterator[FileError]:
    first: dict[str, Row] = {}
    for row in rows:
        if row.code and row.code in first:
            yield row.error("code", f"编码“{row.code}”与第 {first[row.code].line} 行重复。")
        first.setdefault(row.code, row)
        offset = row["offset"]
        if offset is not None and offset != int(offset):
            yield row.error("offset", "天数应当是整数。")
        elif row["event"] == RuleEvent.WAITING and offset is not None and offset < 1:
            yield row.error("offset", "等待审核从报送后起算，天数须为 1 以上。")
        if row["event"] == RuleEvent.WAITING and row["audience"] == Audience.FILER:
            yield row.error("audience", "等待审核不提醒填报单位。")
        if row["event"] == RuleEvent.DUE and row["audience"] == Audience.REVIEWER:
            yield row.error("audience", "审核单位按“报送后等待审核”提醒。")
