"""Recognitions of firms: given for a stretch of time, renewed by a new one, corrected, revoked."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, edit, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from parks.models import Enterprise, Honour, HonourKind, HonourRule

EDITABLE = frozenset({"level", "document", "issuer", "batch", "certificate", "first_recognised_on", "valid_to"})


@action("honour.award")
def award(
    *,
    enterprise: Enterprise,
    kind: HonourKind,
    on: date,
    until: date | None = None,
    level: str = "",
    document: str = "",
    issuer: str = "",
    batch: str = "",
    certificate: str = "",
    first_recognised_on: date | None = None,
    by: Actor,
) -> Honour:
    """The firm holds the recognition from `on`, to `until` (that day not counted).

    What is not said comes from the rule of that day: how long, who gives it; and the first recognition from
    what the firm held before. Raises NotAllowed, and Invalid where it holds the same already.
    """
    require(by, Permission.PARK_EDIT, enterprise, to="登记企业荣誉")
    firm = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    about(firm)
    rule = rule_on(kind, on)
    until = until or _end(on, rule)
    _refuse_overlap(firm, kind, on, until)
    honour = Honour(
        enterprise=firm, kind=kind, valid_from=on, valid_to=until, level=level or kind.level, document=document,
        issuer=issuer or (rule.issuer if rule else ""), batch=batch, certificate=certificate,
        first_recognised_on=first_recognised_on or _first(firm, kind, on),
    )  # fmt: skip
    checked(honour).save(force_insert=True)
    created(honour)
    return honour


@action("honour.correct")
def correct(*, honour: Honour, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor) -> Honour:
    """Change what EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.PARK_EDIT, honour.enterprise, to="更正企业荣誉")
    if "valid_to" in values:
        until = values["valid_to"]
        _refuse_overlap(honour.enterprise, honour.kind, honour.valid_from, until, besides=honour.pk)
    return edit(honour, values, editable=EDITABLE, seen=seen)


@action("honour.revoke")
def revoke(*, honour: Honour, on: date, because: str, by: Actor) -> Honour:
    """The recognition counts no longer from `on`. Raises NotAllowed, NotReady, Invalid."""
    require(by, Permission.PARK_EDIT, honour.enterprise, to="撤销企业荣誉")
    row = Honour.objects.select_for_update(of=("self",)).get(pk=honour.pk)
    about(row, reason=because)
    if row.revoked_on:
        raise NotReady(f"这项荣誉已于 {row.revoked_on} 撤销。")
    if row.valid_to and on >= row.valid_to:
        raise Invalid("这项荣誉在该日之前已经到期，不必撤销。", errors=[("on", "请填写有效期内的日期。")])
    if on > clock.today():
        raise Invalid("撤销日期不能晚于今天。", errors=[("on", "不能晚于今天。")])
    if not because.strip():
        raise Invalid("请写明撤销原因。", errors=[("because", "请写明撤销原因。")])
    before = snapshot(row)
    row.revoked_on, row.revoked_because = on, because.strip()
    checked(row).save()
    updated(row, before)
    return row


def rule_on(kind: HonourKind, day: date) -> HonourRule | None:
    """The rule under which a recognition of `day` was given; None where the district has not entered one."""
    return HonourRule.objects.on(day).filter(kind=kind).first()


def _end(on: date, rule: HonourRule | None) -> date | None:
    if rule is None or rule.years is None:
        return None
    return _years_later(on, rule.years)


def _years_later(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _refuse_overlap(
    firm: Enterprise, kind: HonourKind, on: date, until: date | None, besides: int | None = None
) -> None:
    same = Honour.objects.filter(enterprise=firm, kind=kind).exclude(pk=besides)
    meeting = same.filter(Q(valid_to=None) | Q(valid_to__gt=on)).filter(Q(revoked_on=None) | Q(revoked_on__gt=on))
    if until is not None:
        meeting = meeting.filter(valid_from__lt=until)
    held = meeting.order_by("valid_from").first()
    if held:
        last = held.revoked_on or held.valid_to
        words = f"至 {last - timedelta(days=1)}" if last else "长期"
        raise Invalid(
            f"该企业自 {held.valid_from} 起已持有{kind.name}（{words}有效），期限不能重叠。",
            errors=[("on", "与已登记的期限重叠，请核对日期。")],
        )


def _first(firm: Enterprise, kind: HonourKind, on: date) -> date:
    earlier = Honour.objects.filter(enterprise=firm, kind=kind, valid_from__lt=on).order_by("valid_from").first()
    return (earlier.first_recognised_on or earlier.valid_from) if earlier else on
