"""Counter-signing: the audit administrator confirms, by name, how far the trail had come."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit import anchors
from guandu.audit.actions import action, changed, concerning
from guandu.audit.changes import Change
from guandu.audit.models import AuditArchive, AuditEvent
from guandu.audit.records import written
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.jobs import queue
from guandu.oversight.kinds import ENTER_JOB

LABEL = "audit.anchor"


@action("audit.countersign")
def countersign(*, number: int, by: Actor) -> anchors.Line:
    """Confirm the anchor on line `number` of the file. Its own line there is written by a job, never
    within the request. Raises NotAllowed, Invalid, NotReady where the trail no longer says the same."""
    require(by, Permission.AUDIT_VIEW, to="会签审计锚定")
    line = next(
        (
            each
            for each in anchors.trusted(anchors.lines())
            if each.number == number and each.kind == anchors.ANCHOR
        ),
        None,
    )
    if line is None:
        raise Invalid(f"锚定文件中没有第 {number} 行锚定。请刷新页面后重试。")
    name = f"第 {line.seq} 条，校验码 {line.code}"
    concerning(LABEL, str(number), name)
    _still_so(line)
    if _signed(line, by):
        raise NotReady(f"您已会签过{name}。")
    said = {"seq": line.seq, "hash": line.hash, "at": written(line.at)}
    changed([Change(LABEL, str(number), name, None, said)])
    queue.enqueue(ENTER_JOB, by=by, key="anchors")
    return line


def _still_so(line: anchors.Line) -> None:
    stored = AuditEvent.objects.filter(seq=line.seq).values_list("hash", flat=True).first()
    if stored is not None and stored != line.hash:
        raise NotReady(f"第 {line.seq} 条审计记录与锚定时不同，不能会签。请立即校验并保护现场。")
    if stored is None and not _archived(line.seq):
        raise NotReady(f"第 {line.seq} 条审计记录已不存在，不能会签。请立即校验并保护现场。")


def _archived(seq: int) -> bool:
    return AuditArchive.objects.filter(from_seq__lte=seq, to_seq__gte=seq).exists()


def _signed(line: anchors.Line, by: Actor) -> bool:
    events = AuditEvent.objects.filter(
        object_type=LABEL, object_key=str(line.number), verb=anchors.COUNTERSIGN_VERB, outcome="done"
    )
    return events.filter(actor_key=by.actor_key).exists()
