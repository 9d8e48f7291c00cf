"""Returns as owners of files: evidence belongs to whoever fills in, paper to whoever files or confirms."""

from django.db.models import Q

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed, NotReady
from guandu.files.kinds import BUNDLE, SCANS, XLSX
from guandu.files.owners import OwnerKind
from targets.enums import WorkbookState
from targets.models import Evidence, Return, ReturnWorkbook, WorkbookBatch
from targets.queries.locks import lock_of

ON_CELL, ON_PAPER, ON_WORKBOOK, ON_BATCH = "return.evidence", "return.paper", "return.workbook", "return.batch"
CLOSED = "报表现在是“{state}”，不能增减佐证材料。需要补充的，请联系审核人退回。"
NOT_FILED = "报表还没有报送，没有可以签字的版本。请先报送，再打印签字。"


def refuse_evidence(return_: Return, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now add evidence to the return and take it away."""
    require(by, Permission.RETURN_FILE, return_, to="填报这张报表")
    if not return_.is_open:
        raise NotReady(CLOSED.format(state=return_.get_state_display()))
    lock = lock_of(return_)
    if lock:
        raise NotReady(lock.sentence)


def refuse_paper(return_: Return, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now put a signed sheet to what was filed."""
    if not any(allowed(by, each, return_) for each in (Permission.RETURN_FILE, Permission.RETURN_CONFIRM)):
        raise NotAllowed("您没有登记这张报表签字扫描件的权限。如确需办理，请联系园区发展办。")
    if return_.filed_id is None or return_.is_open:
        raise NotReady(NOT_FILED)


def refuse_workbook(workbook: ReturnWorkbook, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now put a file to the workbook: itself, or the scan of its print."""
    return_ = workbook.return_of
    if not any(allowed(by, each, return_) for each in (Permission.RETURN_FILE, Permission.RETURN_RECEIVE)):
        raise NotAllowed("您没有用工作簿填报这张报表的权限。如确需办理，请联系园区发展办。")
    if workbook.state not in {WorkbookState.READY, WorkbookState.FAULTY}:
        raise NotReady(f"这份工作簿{workbook.get_state_display()}，原件已经封存，不能增减。")


def refuse_batch(batch: WorkbookBatch, by: Actor) -> None:
    require(by, Permission.RETURN_RECEIVE, to="代收报送工作簿")


def _filed_or_own(actor: Actor) -> Q:
    """What a draft has, its filers alone see; what a version was filed with, whoever sees the return."""
    own = Return.objects.visible_to(actor, Permission.RETURN_FILE).order_by()
    filed = Evidence.objects.filter(version__frozen_at__isnull=False)
    return Q(owner_key__in=own.values("pk")) | Q(pk__in=filed.values("attachment"))


EVIDENCE_KIND = OwnerKind(
    ON_CELL, "报表佐证材料", Return.objects.visible_to, refuse_evidence, shown=_filed_or_own
)
PAPER_KIND = OwnerKind(ON_PAPER, "报表签字扫描件", Return.objects.visible_to, refuse_paper, SCANS)
WORKBOOK_KIND = OwnerKind(
    ON_WORKBOOK, "报送工作簿", ReturnWorkbook.objects.visible_to, refuse_workbook, (XLSX, *SCANS)
)
BATCH_KIND = OwnerKind(ON_BATCH, "批量代收的压缩包", WorkbookBatch.objects.visible_to, refuse_batch, (BUNDLE,))
