"""A return's workbook as an operator handles it: taken out, filled in with another program, sent back."""

from collections.abc import Callable, Mapping
from io import BytesIO

import openpyxl

from guandu.accounts.models import User
from guandu.exchange.workbooks import read_workbook
from targets.actions import workbooks
from targets.exchange.received import receive
from targets.exchange.return_reader import identity_in, read_return
from targets.exchange.return_writer import write_return
from targets.models import Return, ReturnWorkbook
from targets.queries.workbooks import PARTS, outgoing
from targets.readings import Reading

NAME = "演示园区.xlsx"
MAIN, LINES = "填报", "企业明细"


def fresh(return_: Return) -> Return:
    return Return.objects.select_related(*PARTS).get(pk=return_.pk)


def taken_out(return_: Return, user: User) -> bytes:
    return write_return(outgoing(fresh(return_), user))


def filled_in(data: bytes, cells: Mapping[str, object] = {}, change: Callable | None = None) -> bytes:
    """The workbook with `cells` ("填报!E5" → value) typed in; `change` does what else a person may do to it."""
    book = openpyxl.load_workbook(BytesIO(data))
    for place, value in cells.items():
        sheet, address = place.split("!")
        book[sheet][address] = value
    if change:
        change(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: bytes, return_: Return, user: User) -> Reading:
    sheets = read_workbook(data, NAME)
    return read_return(sheets, outgoing(fresh(return_), user), identity_in(sheets))


def sent_back(data: bytes, return_: Return, user: User, name: str = NAME) -> ReturnWorkbook:
    """Kept as the page keeps it."""
    received = receive(fresh(return_), data, name, user)
    outlook = workbooks.look(return_=return_, reading=received.reading, by=user)
    return workbooks.keep(return_=return_, file=received.file, reading=received.reading, outlook=outlook, by=user)


def loaded(data: bytes, return_: Return, user: User, **how) -> ReturnWorkbook:
    book = sent_back(data, return_, user)
    return workbooks.load(workbook=book, reading=read(data, return_, user), by=user, **how)
