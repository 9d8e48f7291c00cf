"""The printed sheet and the signed one: names for printing, the scan, and the second person who compares it."""

from datetime import date

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files.actions import add
from guandu.files.inspection import Checked
from targets.actions.attached import ON_PAPER, refuse_paper
from targets.actions.return_moves import locked
from targets.check_codes import LENGTH, typed_code
from targets.enums_paper import PaperState, PaperStep
from targets.models import PrintedSheet, Return, ReturnVersion, SignedSheet
from targets.queries.paper import CHECKERS, code_of, steps_to_record

LONGEST_REASON = 300
OWN_RECORD = "这份扫描件由您录入，须由其他人核对。"


@action("paper.print")
def name_signers(
    *, return_: Return, preparer_name: str, reviewer_name: str, head_name: str, by: Actor
) -> PrintedSheet:
    """Keep the three names that the printed sheet of the filed version bears. Raises NotAllowed, NotReady
    before it is filed, Invalid."""
    fresh = locked(return_)
    about(fresh)
    refuse_paper(fresh, by)
    names = {
        "preparer_name": preparer_name.strip(),
        "reviewer_name": reviewer_name.strip(),
        "head_name": head_name.strip(),
    }
    values = names | {"printed_by": by.actor_name, "printed_at": clock.now()}
    sheet = PrintedSheet.objects.filter(version=fresh.filed).first()
    before = snapshot(sheet) if sheet else None
    sheet = sheet or PrintedSheet(version=fresh.filed)
    for name, value in values.items():
        setattr(sheet, name, value)
    checked(sheet).save()
    if before is None:
        created(sheet)
    else:
        updated(sheet, before)
    return sheet


@action("paper.record")
def record(
    *, return_: Return, step: str, signer_name: str, signed_on: date, code: str, file: Checked, by: Actor
) -> SignedSheet:
    """Record the scan of the signed sheet under the 校验码 that stands on it. Raises NotAllowed, NotReady
    (not filed, or one is there already), Invalid (another version's code among others), StorageAway."""
    fresh = locked(return_)
    about(fresh)
    refuse_paper(fresh, by)
    _refuse_step(fresh, step, by)
    _refuse_code(fresh, code)
    if signed_on > clock.today():
        raise Invalid("签批日期不能晚于今天。", errors=[("signed_on", "签批日期不能晚于今天。")])
    there = SignedSheet.objects.filter(version=fresh.filed, step=step).exclude(state=PaperState.REFUSED)
    if there.exists():
        raise NotReady("这一版已有扫描件。需要更换的，请核对人先退回原件。")
    scan = add(kind=ON_PAPER, owner=fresh, file=file, by=by)
    sheet = SignedSheet(
        version=fresh.filed,
        step=step,
        signer_name=signer_name.strip(),
        signed_on=signed_on,
        check_code=typed_code(code),
        scan=scan,
        recorded_by=by.actor_key,
        recorded_name=by.actor_name,
        recorded_at=clock.now(),
    )
    checked(sheet).save(force_insert=True)
    created(sheet)
    return sheet


@action("paper.check")
def confirm_scan(*, sheet: SignedSheet, by: Actor) -> SignedSheet:
    """A second person finds that the scan is of this version, signed. Raises NotAllowed, NotReady, Conflict."""
    return _settle(sheet, PaperState.CHECKED, "", by)


@action("paper.refuse")
def refuse_scan(*, sheet: SignedSheet, reason: str, by: Actor) -> SignedSheet:
    """A second person finds that it is not, in his words. Raises NotAllowed, NotReady, Conflict, Invalid."""
    return _settle(sheet, PaperState.REFUSED, reason.strip(), by)


def _settle(sheet: SignedSheet, state: PaperState, reason: str, by: Actor) -> SignedSheet:
    row = SignedSheet.objects.select_related("version__return_of").get(pk=sheet.pk)
    return_ = locked(row.version.return_of)
    about(return_)
    if not any(allowed(by, each, return_) for each in CHECKERS):
        raise NotAllowed("您没有核对签字扫描件的权限。如确需办理，请联系园区发展办。")
    if row.recorded_by == by.actor_key:
        raise NotAllowed(OWN_RECORD)
    if row.state != PaperState.WAITING:
        raise NotReady(f"这份扫描件{row.get_state_display()}，不需要再核对。")
    if return_.filed_id != row.version_id or return_.is_open:
        raise NotReady(f"这份扫描件是第 {row.version.number} 版的，报表已不是这一版，不需要再核对。")
    if state == PaperState.REFUSED:
        _refuse_unsaid(reason)
    before = snapshot(row)
    values = {
        "state": state,
        "checked_by": by.actor_key,
        "checked_name": by.actor_name,
        "checked_at": clock.now(),
        "refused_because": reason,
    }
    if not SignedSheet.objects.filter(pk=row.pk, state=PaperState.WAITING).update(**values):
        raise Conflict("这份扫描件刚刚有人核对过，请刷新页面查看。")
    for name, value in values.items():
        setattr(row, name, value)
    updated(row, before)
    return row


def _refuse_unsaid(reason: str) -> None:
    if not reason:
        raise Invalid("请写明退回原因。", errors=[("reason", "请写明退回原因，让录入人知道要换什么。")])
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"退回原因最长 {LONGEST_REASON} 字，请精简。", errors=[("reason", "请精简退回原因。")])


def _refuse_step(return_: Return, step: str, by: Actor) -> None:
    """What was signed at a step of the route, the office's clerk records."""
    if step not in PaperStep.values:
        raise Invalid("请选择扫描件的用途。", errors=[("step", "请选择扫描件的用途。")])
    if step != PaperStep.FILE:
        require(by, Permission.RETURN_CONFIRM, return_, to="录入线下签批")
    if step not in dict(steps_to_record(return_, by)):
        raise Invalid("这张报表没有这一步。", errors=[("step", "这张报表的审核流程没有这一步。")])


def _refuse_code(return_: Return, code: str) -> None:
    """The code on the paper must be that of the version under review."""
    typed, filed = typed_code(code), return_.filed
    if typed == code_of(filed):
        return
    other = next((each for each in _earlier(return_) if typed == code_of(each)), None)
    if other is not None:
        sentence = f"这是第 {other.number} 版的校验码，现在要的是第 {filed.number} 版。请重新打印第 {filed.number} 版签字。"
    elif len(typed) != LENGTH:
        sentence = f"校验码是 {LENGTH} 个字母和数字，请照纸面右上角填写。"
    else:
        sentence = f"校验码与第 {filed.number} 版不一致。请核对纸面右上角的校验码，确认扫描的是这一版。"
    raise Invalid("校验码不一致，没有登记。", errors=[("code", sentence)])


def _earlier(return_: Return) -> list[ReturnVersion]:
    return list(return_.versions.filter(number__lt=return_.filed.number).exclude(digest=""))
