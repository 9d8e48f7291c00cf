"""导入: a file is kept with what would come of it, confirmed, and written as one set, all or nothing.

Checking does what writing does and undoes it, so that the two cannot differ. Confirming checks again:
where the register has moved since, the person sees the new result first.
"""

from datetime import timedelta

from django.db.models import Sum

from guandu.accounts.checks import require, require_service
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed, concerning
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.exchange.models import Upload
from guandu.exchange.received import Received
from guandu.exchange.registers import BULK_ROWS, Table, table_of
from guandu.exchange.reports import Report, report_of
from guandu.exchange.uploaded_rows import Rows, unpacked, without_repeats
from guandu.jobs.queue import enqueue

MOST_WAITING = 3
MOST_BYTES_A_DAY = 200 * 1024 * 1024
KEPT = timedelta(hours=24)
KEPT_WRITTEN = timedelta(days=30)
CHECK_JOB, WRITE_JOB = "exchange.check", "exchange.write"
State = Upload.State


class _Looked(Exception):
    """Carries what a check found out of the transaction that it undoes."""

    def __init__(self, report: Report) -> None:
        self.report = report


class Faulty(Invalid):
    """Nothing was written; `report` says why."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"文件有 {report.fault_count} 处需要改正，没有导入任何内容。")
        self.report = report


class Moved(Conflict):
    """The register has changed since the file was looked at; `report` is what it would do now."""

    def __init__(self, report: Report) -> None:
        super().__init__("核对之后登记内容有变动，没有导入任何内容。请看过新的核对结果后再确认。")
        self.report = report


def look(*, table: Table, rows: Rows, by: Actor) -> Report:
    """What the file would do. Nothing of it stays. Raises NotAllowed."""
    try:
        check(table=table, rows=rows, by=by)
    except _Looked as looked:
        return looked.report
    raise AssertionError("A check ends by undoing itself.")


@action("register.import")
def check(*, table: Table, rows: Rows, by: Actor) -> None:
    """Always undone, by raising what it found."""
    _require(table, by)
    raise _Looked(_run(table, rows, by, write=False))


@action("register.import")
def import_rows(*, upload: Upload, by: Actor) -> Report:
    """Write the file's rows, all or none. Raises NotAllowed, NotReady, Faulty, Moved."""
    row = _locked(upload, by)
    table = table_of(row.table)
    _require(table, by)
    if row.state not in {State.READY, State.WRITING}:
        raise NotReady(f"这份文件{row.get_state_display()}，不需要再确认。")
    _refuse_old(row)
    subject = (table.resource._meta.model._meta.label_lower, table.code, table.name)
    concerning(*subject)
    report = _run(table, unpacked(row.rows), by, write=True, expected=row.report["digest"])
    told = (
        f"新登记 {report.new} 条，修改 {report.changed} 条；文件 {row.file_name}，摘要 {row.file_digest[:16]}"
    )
    concerning(*subject, reason=told)
    row.state, row.written_at, row.rows, row.report = State.WRITTEN, clock.now(), b"", report.as_json()
    row.expires_at = row.written_at + KEPT_WRITTEN
    row.save()
    return report


@action("upload.keep")
def keep(*, table: Table, file: Received, report: Report | None = None, by: Actor) -> Upload:
    """Keep the file with what it would do; without a report it is looked at in the background.

    Raises NotAllowed, NotReady where too many wait already.
    """
    _require(table, by)
    if not isinstance(by, User):
        raise NotAllowed("导入文件由个人上传、核对和确认。")
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    refuse_more(by=by, size=file.file_size)
    _forget_faulty(table, by)
    now = clock.now()
    upload = Upload(
        owner=by, table=table.code, file_name=file.file_name, file_digest=file.file_digest, file_size=file.file_size,
        state=State.CHECKING, rows=file.rows.packed(), created_at=now, expires_at=now + KEPT,
    )  # fmt: skip
    if report:
        _settle(upload, report)
    upload.save(force_insert=True)
    if report is None:
        upload.job_number = enqueue(CHECK_JOB, by=by, key=str(upload.pk), upload=upload.pk).pk
        upload.save(update_fields=["job_number"])
    _recorded(upload, "")
    return upload


@action("upload.check")
def settle(*, upload: Upload, report: Report, by: Actor) -> Upload:
    """Lay down what the file would do now. Raises NotAllowed, NotReady."""
    row = _locked(upload, by)
    _require(table_of(row.table), by)
    if row.state not in Upload.WAITING:
        raise NotReady(f"这份文件{row.get_state_display()}，不再核对。")
    before = row.state
    _settle(row, report)
    row.save()
    return _recorded(row, before)


@action("upload.send")
def send(*, upload: Upload, by: Actor) -> Upload:
    """Have a long file written in the background. Raises NotAllowed, NotReady."""
    row = _locked(upload, by)
    _require(table_of(row.table), by)
    if row.state != State.READY:
        raise NotReady(f"这份文件{row.get_state_display()}，不需要再确认。")
    _refuse_old(row)
    row.state = State.WRITING
    row.job_number = enqueue(WRITE_JOB, by=by, key=str(row.pk), upload=row.pk).pk
    row.save()
    return _recorded(row, State.READY)


@action("upload.discard")
def discard(*, upload: Upload, by: Actor) -> Upload:
    """Give the file up. Raises NotAllowed, NotReady once it is being written."""
    row = _locked(upload, by)
    if row.state in {State.WRITTEN, State.WRITING}:
        raise NotReady(f"这份文件{row.get_state_display()}，不能放弃。")
    before = row.state
    row.state, row.rows = State.DROPPED, b""
    row.save()
    return _recorded(row, before)


@action("upload.purge")
def purge(*, by: Actor) -> int:
    """Forget what nobody confirmed in time; how many."""
    require_service(by, to="过期导入文件的清理")
    count = Upload.objects.filter(expires_at__lt=clock.now()).delete()[0]
    changed([Change("exchange.upload", "", "过期导入文件", None, {"uploads": count})])
    return count


@action("register.export")
def record_export(*, table: Table, kind: str, count: int, by: Actor) -> None:
    """Say who takes out how much of which table. Raises NotAllowed."""
    require(by, table.view, to=f"导出{table.name}")
    model = table.resource._meta.model._meta.label_lower
    concerning(model, table.code, table.name, reason=f"{kind}，{count} 条")


def refuse_more(*, by: User, size: int = 0) -> None:
    """Raise NotReady where the person has as many files waiting, or sent as much today, as one may."""
    now = clock.now()
    mine = Upload.objects.filter(owner=by)
    if mine.waiting(now).count() >= MOST_WAITING:
        raise NotReady(f"您已有 {MOST_WAITING} 份文件等待确认，请先确认或放弃其中一份。")
    sent = mine.filter(created_at__gt=now - KEPT).aggregate(total=Sum("file_size"))["total"] or 0
    if sent + size > MOST_BYTES_A_DAY:
        raise NotReady("您一天内上传的文件超过 200 MB，请明天再传，或联系系统管理员。")


def is_long(table: Table, count: int) -> bool:
    """Whether a file of so many rows is worked on in the background."""
    return count > table.inline


def _require(table: Table, by: Actor) -> None:
    if not table.takes_files:
        raise NotAllowed(f"“{table.name}”只供导出，不接收导入文件。")
    require(by, table.enter, to=f"登记{table.name}")
    require(by, table.change, to=f"修改{table.name}")


def _run(table: Table, rows: Rows, by: Actor, *, write: bool, expected: str = "") -> Report:
    """Check and save by the table's own way; where `write`, only what the person has agreed to."""
    resource = table.resource(by)
    bulk = table.bulk(resource) if table.bulk and len(rows) >= BULK_ROWS else None
    lines, faults = bulk.plan(rows) if bulk else resource.import_rows(rows.records)
    report = report_of(rows=rows, lines=lines, faults=without_repeats(rows.faults, faults))
    if write and not report.is_fine:
        raise Faulty(report)
    if write and report.digest != expected:
        raise Moved(report)
    if write and bulk:
        bulk.write()
    return report


def _settle(upload: Upload, report: Report) -> None:
    upload.state = State.READY if report.is_fine else State.FAULTY
    upload.report = report.as_json()
    if not report.is_fine:
        upload.rows = b""


def _locked(upload: Upload, by: Actor) -> Upload:
    row = Upload.objects.select_for_update(of=("self",)).select_related("owner").get(pk=upload.pk)
    if row.owner.actor_key != by.actor_key:
        raise NotAllowed("导入文件由上传的人自己确认或放弃。")
    return row


def _refuse_old(upload: Upload) -> None:
    if upload.expires_at <= clock.now():
        raise NotReady("核对结果已过期，请重新上传文件。")


def _forget_faulty(table: Table, by: User) -> None:
    """A new try takes the place of the one that was wrong."""
    Upload.objects.filter(owner=by, table=table.code, state=State.FAULTY).update(
        state=State.DROPPED, report={}
    )


def _recorded(upload: Upload, before: str) -> Upload:
    about(upload)
    after = {"table": upload.table, "state": upload.state, "file_digest": upload.file_digest}
    changed(
        [
            Change(
                "exchange.upload",
                str(upload.pk),
                upload.file_name,
                {"state": before} if before else None,
                after,
            )
        ]
    )
    return upload


NEEDED = Permission.PARK_VIEW
