"""Results of a cohort as a file: whole and explained (.json), or a row an entity with every item (.csv, .xlsx)."""

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO

from guandu.exchange.writer import WrittenColumn, write_workbook
from rating.engine import Result, Scheme, Scored

KINDS = (".json", ".csv", ".xlsx")


def write_results(scheme: Scheme, scored: Scored, kind: str) -> bytes:
    """The file's bytes. The same results always give the same text."""
    if kind == ".json":
        return _as_json(scored)
    header, *rows = _table(scheme, scored)
    if kind == ".csv":
        out = StringIO()
        csv.writer(out, lineterminator="\r\n").writerows([header, *map(_harmless, rows)])
        return b"\xef\xbb\xbf" + out.getvalue().encode()
    return write_workbook("评分结果", [WrittenColumn(title) for title in header], rows)


def _as_json(scored: Scored) -> bytes:
    content = {
        "references": json.loads(scored.references.to_json()),
        "results": [json.loads(result.to_json()) for result in scored.results],
    }
    return BytesIO(
        json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    ).getvalue()


def _table(scheme: Scheme, scored: Scored) -> Iterator[list[str]]:
    nodes = [node for node in scheme.root.walk() if node.code != "total"]
    yield [
        "entity",
        "名称",
        "总分",
        "满分",
        "等级",
        "名次",
        "说明",
        *(f"{node.code} {node.title}" for node in nodes),
    ]
    for result in scored.results:
        yield _row(result, [node.code for node in nodes])


def _row(result: Result, codes: list[str]) -> list[str]:
    points = {node.code: node for node in result.root.walk()}
    cells = [
        "" if code not in points or points[code].status == "blocked" else _plain(points[code].points)
        for code in codes
    ]
    total = "" if result.status == "blocked" else _plain(result.total)
    place = "" if not result.grade.place else str(result.grade.place)
    head = [
        result.entity,
        result.entity_name,
        total,
        _plain(result.full),
        result.grade.title,
        place,
        result.sentence,
    ]
    return [*head, *cells]


def _plain(number: Decimal) -> str:
    return format(number, "f")


def _harmless(row: list[str]) -> list[str]:
    """Text that a spreadsheet would take for a formula is led by an apostrophe; numbers stay numbers."""
    return [
        f"'{cell}" if cell[:1] in "=+@\t\r" or (cell[:1] == "-" and not cell[1:2].isdigit()) else cell
        for cell in row
    ]
