"""临时调度表 by stage, for tests."""

from datetime import datetime, timedelta

from guandu.accounts.models import Unit, User
from guandu.core import clock
from guandu.exchange.workbooks import read_workbook
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from parks.models import Park
from targets.actions import dispatch, dispatch_answers
from targets.dispatch_layout import layout_of, sheet_of
from targets.models import DispatchReceiver, DispatchTable
from targets.queries.dispatch import board
from targets.queries.dispatch_books import merged_book, read_answer
from tests.targets.office_tables import book

# The office's table: a title, a line above the header, three rows to fill in, a total and a note.
ROWS = [
    ["园区重点项目周调度表", None, None, None, None, None],
    ["填报日期：", None, None, None, None, "单位：万元"],
    ["序号", "园区名称", "项目名称", "完成投资（万元）", "是否开工", "备注"],
    [None] * 6,
    [None] * 6,
    ["合计", None, None, "=SUM(D4:D5)", None, None],
    ["注：按项目逐个填报。", None, None, None, None, None],
]
MERGED = ["A1:F1", "A7:F7"]
GOOD = {"C": "标准厂房二期", "D": "1,200.5", "E": "是"}


def office_book(rows=None, merged=None, **options) -> bytes:
    given = {"head": 3, "body": (4, 5), "widths": (6, 30, 30, 16, 10, 20)} if rows is None else {}
    return book(rows or ROWS, MERGED if merged is None and rows is None else merged or (), **{**given, **options})


def in_days(days: float) -> datetime:
    return clock.now() + timedelta(days=days)


def made(by: User, data: bytes | None = None, title: str = "园区重点项目周调度表", name: str = "周调度.xlsx") -> DispatchTable:
    data = data or office_book()
    layout = layout_of(sheet_of(read_workbook(data)))
    return dispatch.create(title=title, file=check(data, name, (XLSX,)), layout=layout, by=by)


def sent(
    by: User, *receivers: Park | Unit, data: bytes | None = None, takes_many: bool = True, due_at: datetime | None = None,
    table: DispatchTable | None = None, **values,
) -> DispatchTable:  # fmt: skip
    given = {"instructions": "请逐个项目填报", "contact": "王科 0871-63100000", **values}
    return dispatch.send(
        table=table or made(by, data),
        units=[each for each in receivers if isinstance(each, Unit)],
        parks=[each for each in receivers if isinstance(each, Park)],
        due_at=due_at or in_days(3), takes_many=takes_many, by=by, **given,
    )  # fmt: skip


def receiver_of(table: DispatchTable, subject: Park | Unit) -> DispatchReceiver:
    rows = DispatchReceiver.objects.select_related("table__sender", "table__workbook__file", "park", "unit")
    return rows.get(table=table, **{"park" if isinstance(subject, Park) else "unit": subject})


def filed(table: DispatchTable, subject: Park | Unit, by: User, *rows: dict[str, str]) -> DispatchReceiver:
    return dispatch_answers.file(receiver=receiver_of(table, subject), rows=rows or [GOOD], by=by)


def loaded(table: DispatchTable, subject: Park | Unit, by: User, data: bytes) -> DispatchReceiver:
    receiver = receiver_of(table, subject)
    handed = read_answer(receiver, data, "填好.xlsx")
    return dispatch_answers.load(receiver=receiver, handed=handed, workbook=check(data, "填好.xlsx", (XLSX,)), by=by)


def merged(table: DispatchTable, by: User) -> bytes:
    table = DispatchTable.objects.select_related("sender", "workbook__file").get(pk=table.pk)
    return merged_book(table, board(by, table), mark="内部资料。测试导出。")
