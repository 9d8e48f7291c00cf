"""Officials' edits of the plan: a target's words, 口径 and duties, a mechanism's units, a reading."""

from collections.abc import Iterable
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed, created, edit, removed, updated
from guandu.audit.changes import Change, object_key, snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from targets.models import Ambiguity, Mechanism, Plan, QualitativeAim, Target, TargetUnit

PLAN_EDITABLE = frozenset({"title", "issuer"})
# Value and deadline change by a document, in plan_terms.revise.
TARGET_EDITABLE = frozenset({"title", "metric", "unit", "deadline_note", "baseline_note", "caliber", "waits_for"})
AIM_EDITABLE = frozenset({"title"})
MECHANISM_EDITABLE = frozenset({"title", "content"})
AMBIGUITY_EDITABLE = frozenset({"question", "reading"})
Seen = dict[str, Any] | None


@action("plan.update")
def update_plan(*, plan: Plan, values: dict[str, Any], seen: Seen = None, by: Actor) -> Plan:
    """Change what PLAN_EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.PLAN_EDIT, plan, to="修改行动计划")
    return edit(plan, values, editable=PLAN_EDITABLE, seen=seen)


@action("target.update")
def update_target(
    *,
    target: Target,
    values: dict[str, Any],
    leads: Iterable[Unit] | None = None,
    responsible: Iterable[Unit] | None = None,
    seen: Seen = None,
    by: Actor,
) -> Target:
    """Change what TARGET_EDITABLE names, and who owes the target where units are given.

    Raises NotAllowed, Conflict, and Invalid for a unit named twice or a target that nobody would lead.
    """
    require(by, Permission.PLAN_EDIT, target, to="修改计划目标")
    about(target)
    target = edit(target, values, editable=TARGET_EDITABLE, seen=seen)
    if leads is not None and responsible is not None:
        _set_duties(target, list(leads), list(responsible))
    return target


@action("aim.update")
def update_aim(*, aim: QualitativeAim, values: dict[str, Any], seen: Seen = None, by: Actor) -> QualitativeAim:
    """Change what AIM_EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.PLAN_EDIT, aim, to="修改定性目标")
    return edit(aim, values, editable=AIM_EDITABLE, seen=seen)


@action("mechanism.update")
def update_mechanism(
    *,
    mechanism: Mechanism,
    values: dict[str, Any],
    leads: Iterable[Unit] | None = None,
    responsible: Iterable[Unit] | None = None,
    seen: Seen = None,
    by: Actor,
) -> Mechanism:
    """Change what MECHANISM_EDITABLE names, and its units. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.PLAN_EDIT, mechanism, to="修改工作机制")
    about(mechanism)
    mechanism = edit(mechanism, values, editable=MECHANISM_EDITABLE, seen=seen)
    for name, wanted in (("leads", leads), ("responsible", responsible)):
        if wanted is not None:
            _set_members(mechanism, name, list(wanted))
    return mechanism


@action("ambiguity.update")
def update_ambiguity(*, ambiguity: Ambiguity, values: dict[str, Any], seen: Seen = None, by: Actor) -> Ambiguity:
    """Change what AMBIGUITY_EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.PLAN_EDIT, ambiguity, to="修改口径疑点")
    return edit(ambiguity, values, editable=AMBIGUITY_EDITABLE, seen=seen)


def _set_duties(target: Target, leads: list[Unit], responsible: list[Unit]) -> None:
    if not leads:
        sentence = "目标须有牵头单位，请至少选择一个。"
        raise Invalid(sentence, errors=[("leads", sentence)])
    twice = "、".join(unit.name for unit in leads if unit in responsible)
    if twice:
        sentence = f"{twice}既是牵头单位又是责任单位，请只选一处。"
        raise Invalid(sentence, errors=[("responsible", sentence)])
    wanted = {unit.pk: leads_it for units, leads_it in ((leads, True), (responsible, False)) for unit in units}
    for duty in target.duties.select_related("unit"):
        if duty.unit_id not in wanted:
            removed(duty)
            duty.delete()
        elif duty.leads != wanted.pop(duty.unit_id):
            before = snapshot(duty)
            duty.leads = not duty.leads
            duty.save(update_fields=["leads"])
            updated(duty, before)
    for unit_id, leads_it in wanted.items():
        created(TargetUnit.objects.create(target=target, unit_id=unit_id, leads=leads_it))


def _set_members(obj: Mechanism, name: str, wanted: list[Unit]) -> None:
    before = sorted(getattr(obj, name).values_list("code", flat=True))
    after = sorted(unit.code for unit in wanted)
    if before != after:
        getattr(obj, name).set(wanted)
        changed([Change(obj._meta.label_lower, object_key(obj), str(obj)[:200], {name: before}, {name: after})])
