"""Evidence of a return: attached while it is filled in, frozen and sealed with the version."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, removed
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from guandu.files.actions import add, remove
from guandu.files.inspection import Checked
from targets.actions.attached import ON_CELL, refuse_evidence
from targets.actions.return_moves import locked
from targets.models import Evidence, EvidenceSeal, Return, ReturnVersion, TemplateCell
from targets.queries.evidence import evidence_digest
from targets.queries.locks import open_correction

GONE = "这份佐证材料已被移除，请刷新页面查看。"


@action("evidence.attach")
def attach(*, return_: Return, code: str = "", file: Checked, by: Actor) -> Evidence:
    """Attach the file to the cell `code` of the draft, or to the return as a whole. The same file at the
    same cell is there once. Raises NotAllowed, NotReady once it is filed, Invalid, StorageAway."""
    require(by, Permission.RETURN_FILE, return_, to="填报这张报表")
    fresh = locked(return_)
    about(fresh)
    refuse_evidence(fresh, by)
    indicator_id = _indicator_of(fresh, code) if code else None
    _refuse_settled(fresh, code)
    attachment = add(kind=ON_CELL, owner=fresh, file=file, by=by)
    row, is_new = Evidence.objects.get_or_create(
        version=fresh.draft, indicator_id=indicator_id, attachment=attachment
    )
    if is_new:
        created(row)
    return row


@action("evidence.detach")
def detach(*, evidence: Evidence, by: Actor) -> Return:
    """Take the file away from its cell of the draft; where no other cell or version has it, from the return.
    Raises NotAllowed, NotReady once it is filed, Conflict where it is gone already."""
    return_ = evidence.version.return_of
    require(by, Permission.RETURN_FILE, return_, to="填报这张报表")
    fresh = locked(return_)
    about(fresh)
    refuse_evidence(fresh, by)
    row = Evidence.objects.filter(pk=evidence.pk, version=fresh.draft).select_related("attachment", "indicator").first()
    if row is None:
        raise Conflict(GONE)
    _refuse_settled(fresh, row.indicator.code if row.indicator else "")
    _drop(row)
    if not row.attachment.evidence.exists():
        remove(attachment=row.attachment, owner=fresh, by=by)
    return fresh


def _refuse_settled(return_: Return, code: str) -> None:
    """What stands at a cell that a 数据订正 did not open was approved with it."""
    correction = open_correction(return_)
    if code and correction and code not in correction.codes:
        raise Invalid("这一项已核定锁定，不在本次数据订正之内，佐证材料不能增减。", errors=[("file", "请放在开放订正的指标下。")])


def carry_evidence(from_version: ReturnVersion, to_version: ReturnVersion) -> None:
    """Within the action that copies a filed version into a draft: the draft has the same evidence."""
    rows = [
        Evidence(version=to_version, indicator_id=row.indicator_id, attachment_id=row.attachment_id)
        for row in from_version.evidence.order_by("pk")
    ]
    Evidence.objects.bulk_create(rows)


def seal_evidence(version: ReturnVersion) -> EvidenceSeal:
    """Within the action that freezes a version: keep what it is filed with."""
    seal = EvidenceSeal.objects.create(
        version=version, count=version.evidence.count(), digest=evidence_digest(version)
    )
    created(seal)
    return seal


def drop_evidence(version: ReturnVersion) -> None:
    """Within the action that takes a draft back: its evidence goes with it, and is kept in the trail."""
    for row in version.evidence.select_related("attachment"):
        _drop(row)
        if not row.attachment.evidence.exists():
            removed(row.attachment)
            row.attachment.delete()


def _drop(row: Evidence) -> None:
    removed(row)
    # Django forgets the key of what it deletes; the page still names the row.
    key = row.pk
    row.delete()
    row.pk = key


def _indicator_of(return_: Return, code: str) -> int:
    cell = TemplateCell.objects.filter(template=return_.cycle.template_id, indicator__code=code).first()
    if cell is None:
        raise Invalid("本表没有这项指标。", errors=[("code", "本表没有这项指标，请从列表中选择。")])
    return cell.indicator_id
