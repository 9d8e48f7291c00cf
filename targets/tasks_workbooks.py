"""Many workbooks at once, in the background: each is read, and loaded, for itself."""

from guandu.accounts.permissions import Permission
from guandu.core.errors import PortalError
from guandu.exchange.bundles import members_of
from guandu.files import storage
from guandu.files.models import Attachment
from guandu.jobs.registry import job
from guandu.jobs.worker import JobContext
from targets.actions import returns, workbook_batches, workbooks
from targets.actions.attached import ON_BATCH
from targets.actions.workbook_batches import LOAD_JOB, READ_JOB
from targets.enums import BatchState
from targets.exchange.received import read_again, receive_for
from targets.models import Return, WorkbookBatch
from targets.queries.workbooks import PARTS

NEEDED = Permission.RETURN_RECEIVE


@job(READ_JOB, title="核对代收的工作簿", needs=NEEDED, queue="import")
def read_workbooks(context: JobContext, *, batch: int) -> None:
    """Find the return of each file and say what loading it would do. Run again, it comes to the same."""
    row = WorkbookBatch.objects.select_related("cycle").get(pk=batch)
    if row.state != BatchState.READING:
        return
    of = Attachment.objects.of(ON_BATCH, row).select_related("file").get()
    with storage.opened(of.file.digest, of.file.size) as file:
        data = file.read()
    refused = []
    seen: dict[int, str] = {}
    for number, (name, content) in enumerate(members_of(data)):
        context.report(number, row.file_count, f"核对 {name}")
        try:
            return_, received = receive_for(_returns(row, context), content, name, context.actor)
            if return_.pk in seen:
                raise _Twice(seen[return_.pk])
            outlook = workbooks.look(return_=return_, reading=received.reading, by=context.actor)
            with context.writing():
                workbooks.keep(
                    return_=return_, file=received.file, reading=received.reading, outlook=outlook, batch=row, by=context.actor
                )
            seen[return_.pk] = name
        except PortalError as wrong:
            refused.append((name, wrong.message))
    with context.finishing(row.file_count, f"收到 {len(seen)} 份，未接收 {len(refused)} 份"):
        workbook_batches.settle(batch=row, refused=refused, by=context.actor)


@job(LOAD_JOB, title="载入代收的工作簿", needs=NEEDED, queue="import")
def load_workbooks(context: JobContext, *, batch: int, names: dict[str, str], came_by: str, files: bool) -> None:
    """Load the chosen workbooks, each all or nothing, and hand the returns in where asked to."""
    row = WorkbookBatch.objects.get(pk=batch)
    if row.state != BatchState.LOADING:
        return
    books = row.workbooks.filter(pk__in=names).select_related(*(f"return_of__{part}" for part in PARTS))
    refused, total = [], len(names)
    for number, book in enumerate(books):
        context.report(number, total, f"载入 {book.return_of.subject_name}")
        try:
            if book.loaded_at is None:
                _, reading = read_again(book, book.return_of, context.actor)
                with context.writing():
                    workbooks.load(
                        workbook=book, reading=reading, filled_by=names[str(book.pk)], came_by=came_by, by=context.actor
                    )
            if files:
                _hand_in(context, book.return_of_id)
        except PortalError as wrong:
            more = "；".join(text for _, text in getattr(wrong, "errors", ())) or "；".join(getattr(wrong, "missing", ()))
            refused.append((book.file_name, f"{wrong.message}{more}"))
    with context.finishing(total, f"办理 {total - len(refused)} 份，未办成 {len(refused)} 份"):
        workbook_batches.settle(batch=row, refused=refused, by=context.actor)


def _hand_in(context: JobContext, pk: int) -> None:
    return_ = Return.objects.select_related(*PARTS).get(pk=pk)
    if return_.is_open:
        with context.writing():
            returns.receive(return_=return_, by=context.actor)


def _returns(row: WorkbookBatch, context: JobContext):
    return Return.objects.visible_to(context.actor, NEEDED).filter(cycle=row.cycle)


class _Twice(PortalError):
    """A second file for the same return."""

    def __init__(self, first: str) -> None:
        super().__init__(f"与“{first}”是同一张报表的工作簿，只收前一份。请核对哪一份是最后的。")
