"""临时调度表 on each side: the own one sent by the sponsoring department, the other by the office."""

from functools import cache
from io import BytesIO

import openpyxl

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.exchange.workbooks import read_workbook
from guandu.files.inspection import Checked, check
from guandu.files.kinds import XLSX
from targets.actions import dispatch, dispatch_answers
from targets.dispatch_layout import layout_of, sheet_of
from targets.models import DispatchReceiver, DispatchTable
from tests.factories import shanghai
from tests.permissions.sides import People, Side, keys

DUE = shanghai(2099, 11, 30, 18)


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    """By kind: a draft, one that is answered, one to be chased, one taken back; and what is to be answered."""
    department, office = own.reviewer, people[RoleCode.OFFICE]
    senders = ((own, department), (other, office))
    answered = {side.name: _answered(side, by) for side, by in senders}
    waiting = {side.name: _sent(side, by) for side, by in senders}
    over = dispatch.close(table=_sent(own, department), by=department)
    answers = {name: receiver_of(table) for name, table in answered.items()}
    return {
        "dispatch draft": keys({side.name: _draft(side, by) for side, by in senders} | {"shut": over}),
        "dispatch table": keys(answered),
        "dispatch to chase": keys(waiting | {"shut": over}),
        "dispatch not answered": keys(waiting),
        "dispatch to reopen": keys({"own": over, "shut": waiting["own"]}),
        "dispatch answer": keys(answers | {"shut": receiver_of(over)}),
        "dispatch workbook": keys({name: table.workbook for name, table in answered.items()}),
    }


def more(third: Side, people: People) -> None:
    _answered(third, people[RoleCode.OFFICE])


def receiver_of(table: DispatchTable) -> DispatchReceiver:
    return DispatchReceiver.objects.get(table=table)


def workbook(name: str) -> Checked:
    return check(_two_columns(), f"{name}.xlsx", (XLSX,))


@cache
def _two_columns() -> bytes:
    """Made once: a workbook bears the second in which it was made."""
    made = openpyxl.Workbook()
    made.active.append(["园区名称", "进展"])
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()


def _draft(side: Side, by: User) -> DispatchTable:
    file = workbook(side.mark("weeklyfile"))
    layout = layout_of(sheet_of(read_workbook(file.data)))
    return dispatch.create(title=side.mark("weekly"), file=file, layout=layout, by=by)


def _sent(side: Side, by: User) -> DispatchTable:
    return dispatch.send(
        table=_draft(side, by), units=[], parks=[side.park], due_at=DUE, takes_many=False,
        instructions=side.mark("weeklytext"), contact="", by=by,
    )  # fmt: skip


def _answered(side: Side, by: User) -> DispatchTable:
    table = _sent(side, by)
    dispatch_answers.file(receiver=receiver_of(table), rows=[{"B": side.mark("weeklyanswer")}], by=side.filer)
    return table
