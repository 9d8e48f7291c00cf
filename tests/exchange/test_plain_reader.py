"""The fast reader takes plain workbooks only, and what it takes it reads as the exact reader does."""

from contextlib import suppress
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest

from guandu.core.errors import Invalid
from guandu.exchange import plain_workbooks
from guandu.exchange.plain_workbooks import read_plain
from guandu.exchange.tables import Column, read_table
from guandu.exchange.uploaded_rows import rows_of, unpacked
from guandu.exchange.workbooks import read_workbook
from tests.exchange.test_hostile import HOSTILE, bomb
from tests.exchange.workbooks import MAIN, book, number, packed, parts, row, sheet, text

pytestmark = [pytest.mark.once, pytest.mark.feature("X7")]
COLUMNS = (Column("name", "名称", required=True, longest=10), Column("count", "数量"), Column("day", "日期"))
HEAD = row(1, text("A1", "名称*") + text("B1", "数量") + text("C1", "日期"))


def plain(*sheets: str, **how) -> bytes:
    """Without the Chinese format of days, which alone leaves a workbook to the exact reader."""
    return packed({**parts(*sheets, names=("填报",), **how), "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>'})


def made(data: str, **how) -> bytes:
    return plain(sheet(HEAD + data, **how))


def fast(data: bytes):
    return read_plain(data, "表.xlsx", "填报", COLUMNS)


def exact(data: bytes):
    return rows_of(read_table(read_workbook(data), "填报", COLUMNS, most=100_000))


def typed(*rows: tuple) -> bytes:
    """As openpyxl writes it: texts shared, numbers and days typed."""
    made = openpyxl.Workbook()
    page = made.active
    page.title = "填报"
    for cells in (("名称", "数量", "日期"), *rows):
        page.append(cells)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


ALIKE = {
    "texts": lambda: made(row(2, text("A2", "甲") + text("B2", " 1  2 ")) + row(3, text("A3", "=1+1"))),
    "blank rows and gaps": lambda: made(row(2, text("A2", "甲")) + row(3, "") + row(7, text("C7", "2024-01-01"))),
    "a dimension that lies (M1)": lambda: made(
        "".join(row(n, text(f"A{n}", f"第{n}行")) for n in range(2, 103)), before='<dimension ref="A1:B2"/>'
    ),
    "numbers": lambda: typed(("甲", 1), ("乙", 1.1), ("丙", 1234567890.25), ("丁", 0), ("戊", 1e-7), ("己", 123456789012345)),
    "days": lambda: typed(("甲", None, date(2024, 2, 29)), ("乙", True, date(1999, 12, 31))),
    "what is lacking and too long": lambda: typed((None, 1), ("长" * 11, 2)),
    "columns in another order": lambda: plain(
        sheet(row(1, text("A1", "日期") + text("B1", "名称") + text("C1", "数量")) + row(2, text("B2", "甲")))
    ),
}  # fmt: skip


@pytest.mark.feature("A8")
@pytest.mark.parametrize("kind", ALIKE)
def test_both_readers_say_the_same(kind):
    data = ALIKE[kind]()
    assert fast(data) == exact(data)
    assert unpacked(fast(data).packed()) == fast(data)


UNSURE = {
    "a formula": lambda: made(row(2, text("A2", "甲") + '<c r="B2"><f>1+1</f><v>2</v></c>')),
    "an error": lambda: made(row(2, text("A2", "甲") + '<c r="B2" t="e"><v>#N/A</v></c>')),
    "a hidden row": lambda: made(row(2, text("A2", "甲"), ' hidden="1"')),
    "a merged cell": lambda: made(row(2, text("A2", "甲")), after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'),
    "quotes of the other kind": lambda: made(row(2, text("A2", "甲"), " hidden='1'")),
    "a comment": lambda: made(row(2, text("A2", "甲")) + "<!-- <row r='9'/> -->"),
    "an escaped character": lambda: made(row(2, text("A2", "甲_x0007_"))),
    "a number of many digits": lambda: made(row(2, text("A2", "甲") + number("B2", "12345678901234567.89"))),
    "a moment": lambda: typed(("甲", None, datetime(2024, 1, 1, 12, 30))),
    "the system of 1904": lambda: plain(sheet(HEAD + row(2, text("A2", "甲"))), is_1904=True),
    "a date in Chinese": lambda: book(sheet(HEAD + row(2, text("A2", "甲") + number("B2", "46295", 2))), names=("填报",)),
    "rows backwards": lambda: made(row(5, text("A5", "甲")) + row(2, text("A2", "乙"))),
    "a column of its own": lambda: plain(sheet(row(1, text("A1", "名称") + text("B1", "数量") + text("C1", "日期") + text("D1", "评级")))),
    "a text beside the table": lambda: made(row(2, text("A2", "甲") + text("F2", "旁注"))),
    "another sheet": lambda: book(sheet(HEAD), names=("别的",)),
    "a cell in the last corner (M2)": lambda: made(row(1048576, text("XFD1048576", "x"))),
    "a cell in the last row": lambda: made(row(1048576, text("A1048576", "x"))),
    "nothing": lambda: plain(sheet("")),
}


@pytest.mark.parametrize("kind", UNSURE)
def test_what_is_not_plain_is_left_to_the_exact_reader(kind):
    assert fast(UNSURE[kind]()) is None


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_hostile_file_is_taken(kind):
    """Refused before the child, or left to the exact reader, which refuses it."""
    data, taken = HOSTILE[kind][0](), None
    with suppress(Invalid):
        taken = fast(data)
    assert taken is None


def test_a_child_that_dies_leaves_the_file_to_the_exact_reader(monkeypatch, tmp_path):
    child = tmp_path / "child.py"
    child.write_text("import os; os.abort()")
    monkeypatch.setattr(plain_workbooks, "READER", child)
    assert fast(typed(("甲", 1))) is None


def test_a_bomb_is_refused_before_any_child():
    with pytest.raises(Invalid, match="超过 200 MB"):
        fast(bomb(296))
