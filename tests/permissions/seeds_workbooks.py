"""Workbooks that came back for each side's draft, one that was given up, and batches that the office received."""

from guandu.accounts.models import User
from guandu.exchange.bundles import bundle_of, bundled
from guandu.files.models import Attachment
from targets.actions import rechecks, workbook_batches, workbooks
from targets.actions.attached import ON_WORKBOOK
from targets.actions.cycles import open_cycle
from targets.enums import BatchState
from targets.exchange.received import receive
from targets.exchange.return_writer import write_return
from targets.models import Indicator, Return, ReturnTemplate, ReturnWorkbook, WorkbookBatch
from targets.queries.workbooks import PARTS, outgoing
from tests.factories import make_template
from tests.permissions.seeds_returns import filled
from tests.permissions.sides import Side, keys
from tests.targets.workbooks import filled_in

DRAFT, RECEIVED = "2026Q3", "2026Q1"


def rows(own: Side, other: Side, revenue: Indicator, office: User) -> dict[str, dict[str, str]]:
    """Kind → keys by case; `shut` is one that is over."""
    template = make_template(revenue, code="MAIL-Q", name="代收表", route=[{"step": "confirm"}])
    given_up = workbooks.drop(workbook=_kept(own, "given up"), by=own.filer)
    books = {side.name: _kept(side, "ready") for side in (own, other)}
    received = {side.name: _received(side, template, office) for side in (own, other)}
    cycle = open_cycle(template=template, period="2026Q2", by=office)
    batches = {case: _batch(cycle, case, office) for case in ("own", "shut")}
    book = _kept(own, "received", by=office, batch=batches["own"])
    files = {name: Attachment.objects.of(ON_WORKBOOK, each).get() for name, each in books.items()}
    return {
        "workbook": keys(books | {"shut": given_up}),
        "workbook's file": keys(files),
        "return to receive": keys(received | {"shut": own.returns["2026Q2"]}),
        "cycle handed out": keys({"own": cycle, "shut": own.returns[DRAFT].cycle}),
        "workbook batch": keys(batches),
        "recheck": keys({"own": rechecks.ask(cycle=cycle, rules=template, by=office)}),
        "cycle to recheck": {
            "own": f"{own.returns[DRAFT].cycle_id}|{own.returns[DRAFT].cycle.template_id}",
            "shut": f"{cycle.pk}|{own.returns[DRAFT].cycle.template_id}",
            "none": f"0|{template.pk}",
        },
        "book in its batch": {case: f"{key}|{book.pk}&n-{book.pk}=李四" for case, key in keys(batches).items()},
    }


def file_of(return_: Return, by: User, **cells: object) -> bytes:
    """The return's workbook, filled in."""
    fresh = Return.objects.select_related(*PARTS).get(pk=return_.pk)
    data = write_return(outgoing(fresh, by))
    return filled_in(data, {f"填报!{address}": value for address, value in cells.items()})


def _kept(side: Side, note: str, by: User | None = None, batch: WorkbookBatch | None = None) -> ReturnWorkbook:
    by = by or side.filer
    return_ = Return.objects.select_related(*PARTS).get(pk=side.returns[DRAFT].pk)
    data = file_of(return_, by, H5=note)
    received = receive(return_, data, f"{side.mark('book')}.xlsx", by)
    outlook = workbooks.look(return_=return_, reading=received.reading, by=by)
    return workbooks.keep(
        return_=return_, file=received.file, reading=received.reading, outlook=outlook, batch=batch, by=by
    )


def _received(side: Side, template: ReturnTemplate, office: User) -> Return:
    """A draft that the office has loaded for whoever sent it by mail."""
    return_ = Return.objects.select_related(*PARTS).get(pk=filled(side, template, RECEIVED, office).pk)
    received = receive(return_, file_of(return_, office, E5=side.returned), f"{side.mark('mailed')}.xlsx", office)
    outlook = workbooks.look(return_=return_, reading=received.reading, by=office)
    book = workbooks.keep(return_=return_, file=received.file, reading=received.reading, outlook=outlook, by=office)
    workbooks.load(
        workbook=book, reading=received.reading, filled_by=side.mark("typist"), came_by="电子邮件", by=office
    )
    return return_


def _batch(cycle, case: str, office: User) -> WorkbookBatch:
    file = bundle_of(bundled([(f"{case}.txt", case.encode())]), f"{case}.zip")
    row = workbook_batches.keep(cycle=cycle, file=file, count=1, by=office)
    if case == "own":
        WorkbookBatch.objects.filter(pk=row.pk).update(state=BatchState.READ)
    return row
