"""代收: workbooks of a cycle that the office received at once. Each stands for itself once it is read."""

from collections.abc import Sequence

from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.files.actions import add
from guandu.files.inspection import Checked
from guandu.jobs.queue import enqueue
from targets.actions.attached import ON_BATCH
from targets.actions.workbooks import refuse_more
from targets.enums import BatchState
from targets.models import Cycle, WorkbookBatch

READ_JOB, LOAD_JOB = "returns.read_workbooks", "returns.load_workbooks"
MOST_REFUSED = 500

Refused = Sequence[tuple[str, str]]


@action("workbook_batch.keep")
def keep(*, cycle: Cycle, file: Checked, count: int, by: Actor) -> WorkbookBatch:
    """Keep the files as they came and have them read in the background. The same again while they are being read
    is the same batch. Raises NotAllowed, NotReady, StorageAway."""
    require(by, Permission.RETURN_RECEIVE, to="代收报送工作簿")
    if not isinstance(by, User):
        raise NotAllowed("报送工作簿由个人代收。")
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    refuse_more(by=by, size=file.size)
    former = WorkbookBatch.objects.filter(owner=by, cycle=cycle, state=BatchState.READING, file_digest=file.digest)
    if there := former.first():
        return there
    row = WorkbookBatch.objects.create(
        cycle=cycle, owner=by, file_name=file.name, file_digest=file.digest, file_count=count,
        state=BatchState.READING, created_at=clock.now(),
    )  # fmt: skip
    add(kind=ON_BATCH, owner=row, file=file, by=by)
    row.job_number = enqueue(READ_JOB, by=by, key=str(row.pk), batch=row.pk).pk
    row.save(update_fields=["job_number"])
    created(row)
    return row


@action("workbook_batch.settle")
def settle(*, batch: WorkbookBatch, refused: Refused, by: Actor) -> WorkbookBatch:
    """All files were looked at; `refused` says which could not be taken and why. Raises NotAllowed."""
    row = _locked(batch, by)
    before = snapshot(row)
    row.state, row.refused = BatchState.READ, [list(each) for each in refused][:MOST_REFUSED]
    row.save(update_fields=["state", "refused"])
    updated(row, before)
    return row


@action("workbook_batch.send")
def send(*, batch: WorkbookBatch, picks: Sequence[int], names: dict[int, str], came_by: str, files: bool, by: Actor) -> WorkbookBatch:
    """Have the chosen workbooks loaded in the background, and the returns handed in where `files`. `names`: who filled
    each in. Raises NotAllowed, Invalid without one, NotReady while the batch is at work."""
    row = _locked(batch, by)
    if row.state != BatchState.READ:
        raise NotReady("这一批正在办理，请稍后再办。")
    books = list(row.workbooks.filter(pk__in=picks).select_related("return_of"))
    if not books:
        raise Invalid("请勾选要载入的工作簿。", errors=[("pick", "请勾选要载入的工作簿。")])
    nameless = [book for book in books if not names.get(book.pk, "").strip()]
    if nameless:
        errors = [(f"n-{book.pk}", f"{book.return_of.subject_name}：请填写填报人姓名。") for book in nameless]
        raise Invalid("代收代录须写明由谁填报。", errors=errors)
    before = snapshot(row)
    told = {str(book.pk): names[book.pk].strip() for book in books}
    job = enqueue(LOAD_JOB, by=by, key=str(row.pk), batch=row.pk, names=told, came_by=came_by, files=files)
    row.state, row.job_number = BatchState.LOADING, job.pk
    row.save(update_fields=["state", "job_number"])
    updated(row, before)
    return row


def _locked(batch: WorkbookBatch, by: Actor) -> WorkbookBatch:
    require(by, Permission.RETURN_RECEIVE, to="代收报送工作簿")
    row = WorkbookBatch.objects.select_for_update(of=("self",)).select_related("cycle__template").get(pk=batch.pk)
    about(row)
    return row
