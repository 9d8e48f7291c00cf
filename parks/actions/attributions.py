"""税收归属 and 统计归属: who counts a firm, from a day on. Streets claim, the office settles."""

from datetime import date, timedelta

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.audit.actions import about, action, checked, created, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed, NotReady
from parks.enums import AttributionKind
from parks.models import Attribution, AttributionClaim, Enterprise

State = AttributionClaim.State
LONGEST = 200


@action("attribution.attribute")
def attribute(
    *,
    enterprise: Enterprise,
    kind: str,
    on: date,
    street: Unit | None = None,
    elsewhere: str = "",
    document: str = "",
    by: Actor,
) -> Attribution:
    """The firm's `kind` counts with `street`, or `elsewhere` outside the district, from `on`; what was in
    force before ends there. A row that began on the very day is corrected.
    Raises NotAllowed, Invalid when something later is in force already.
    """
    require(by, Permission.ATTRIBUTION_SETTLE, enterprise, to="确定企业归属")
    firm = _locked(enterprise)
    about(firm)
    if street is not None and street.kind != Unit.Kind.STREET:
        raise Invalid("归属街道只能选择街道。", errors=[("street", "只能选择街道。")])
    return _succeed(firm, kind, on, {"street": street, "elsewhere": elsewhere.strip(), "document": document})


@action("attribution.claim")
def claim(*, enterprise: Enterprise, kind: str, street: Unit, ground: str, by: Actor) -> AttributionClaim:
    """`street` says that the firm's `kind` counts with it. A street speaks for itself only.
    Raises NotAllowed, Invalid when it counts there already or waits already."""
    require(by, Permission.ATTRIBUTION_CLAIM, enterprise, to="主张这家企业的归属")
    _require_own(by, street)
    firm = _locked(enterprise)
    about(firm)
    if not 0 < len(ground.strip()) <= LONGEST:
        raise Invalid(f"请写明主张的理由，最多 {LONGEST} 个字。", errors=[("ground", "请写明理由。")])
    if firm.attributions.on(clock.today()).filter(kind=kind, street=street).exists():
        raise Invalid(f"该企业的{AttributionKind(kind).label}现在就是{street.name}，不需要主张。")
    if AttributionClaim.objects.filter(enterprise=firm, kind=kind, street=street, state=State.OPEN).exists():
        raise Invalid(f"{street.name}已提出过同一主张，正在等待确认。")
    row = AttributionClaim(
        enterprise=firm,
        kind=kind,
        street=street,
        ground=ground.strip(),
        claimed_by=by,
        claimed_at=clock.now(),
    )
    row.save(force_insert=True)
    created(row)
    return row


@action("attribution.withdraw")
def withdraw(*, claim: AttributionClaim, by: Actor) -> AttributionClaim:
    """The street takes its claim back. Raises NotAllowed, NotReady when it is settled already."""
    require(by, Permission.ATTRIBUTION_CLAIM, to="撤回归属主张")
    _require_own(by, claim.street)
    about(claim)
    return _close(claim, State.WITHDRAWN, "", by)


@action("attribution.settle")
def settle(
    *,
    claim: AttributionClaim,
    upheld: bool,
    answer: str = "",
    on: date | None = None,
    document: str = "",
    by: Actor,
) -> AttributionClaim:
    """The office upholds the claim, from `on`, and refuses the competing ones with it; or refuses it, in
    words. Raises NotAllowed, NotReady when it is settled already, Invalid."""
    require(by, Permission.ATTRIBUTION_SETTLE, claim.enterprise, to="确认归属主张")
    firm = _locked(claim.enterprise)
    about(claim, reason=answer)
    if not upheld:
        if not answer.strip():
            raise Invalid("不采纳请写明意见，主张的街道会看到。", errors=[("answer", "请写明意见。")])
        return _close(claim, State.REFUSED, answer.strip(), by)
    if on is None:
        raise Invalid("请填写归属自何日起。", errors=[("on", "请填写日期。")])
    settled = _close(claim, State.UPHELD, answer.strip(), by)
    attribute(enterprise=firm, kind=claim.kind, street=claim.street, on=on, document=document, by=by)
    competing = AttributionClaim.objects.filter(enterprise=firm, kind=claim.kind, state=State.OPEN)
    for other in competing.select_related("street").order_by("pk"):
        _close(other, State.REFUSED, f"已确认归属{claim.street.name}。", by)
    return settled


def _locked(enterprise: Enterprise) -> Enterprise:
    """The firm's row is the parent that concurrent changes wait for."""
    return Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)


def _require_own(by: Actor, street: Unit) -> None:
    if by.actor_kind == "service":
        return
    if street.code not in by.scopes_with(Permission.ATTRIBUTION_CLAIM).get(ScopeKind.STREET, set()):
        raise NotAllowed("街道只能为本街道提出或撤回主张。")


def _close(claim: AttributionClaim, state: str, answer: str, by: Actor) -> AttributionClaim:
    """A guarded step out of OPEN: of two people who decide at once, the second hears of it."""
    before = snapshot(claim)
    row = (
        AttributionClaim.objects.select_for_update(of=("self",))
        .select_related("enterprise", "street")
        .get(pk=claim.pk)
    )
    if row.state != State.OPEN:
        raise NotReady(f"这项主张{row.get_state_display()}，不能再办理，请刷新页面查看。")
    row.state, row.answer, row.settled_by, row.settled_at = state, answer, by, clock.now()
    checked(row).save()
    updated(row, before)
    return row


def _succeed(firm: Enterprise, kind: str, on: date, values: dict) -> Attribution:
    """The row of `kind` with `values` from `on`, half-open: the former one ends where it begins."""
    last = firm.attributions.filter(kind=kind).order_by("valid_from").last()
    new = Attribution(enterprise=firm, kind=kind, valid_from=on, **values)
    if last is None or (last.valid_to is not None and last.valid_to <= on):
        return enter(new)
    if last.valid_from > on or last.valid_to is not None:
        until = f"至 {last.valid_to - timedelta(days=1)}" if last.valid_to else "起"
        sentence = f"该企业已有 {last.valid_from} {until}的{new.get_kind_display()}，新的起始日期与它重叠，请改用更晚的日期。"
        raise Invalid(sentence, errors=[("on", sentence)])
    if (last.street_id, last.elsewhere) == (new.street_id, new.elsewhere):
        return _put(last, {"document": values["document"] or last.document})
    if last.valid_from == on:
        return _put(last, values)
    _put(last, {"valid_to": on})
    return enter(new)


def _put(row: Attribution, values: dict) -> Attribution:
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    checked(row).save()
    updated(row, before)
    return row
