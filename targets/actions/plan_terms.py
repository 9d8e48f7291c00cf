"""What a target is held to: its line changed by a document, its baseline, stages and reading, the rule of status.

Each asks for the standings anew, so that what is stored follows.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, edit, enter, removed, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from guandu.core.periods import Period, PeriodKind
from targets.actions.figures import ask_standings
from targets.actions.stated import Words, number, period as stated_period, plain, refuse, words
from targets.models import Checkpoint, Plan, StatusRule, Target, TargetReading, TargetRevision

LINE = frozenset({"value", "deadline"})
BASELINE = frozenset({"baseline_value", "baseline_period", "baseline_source"})
LONGEST = {"document": 120, "document_number": 60, "reason": 300, "source": 200}
LONGEST_VALUE, LONGEST_NUMBER = 20, 24
STAGES = frozenset({PeriodKind.YEAR, PeriodKind.QUARTER})
# What a target and its other readings say of where the number is from; exchanged together with the label.
READ_BY = ("indicator", "minus", "scope_kind", "scope_code", "counts")
UNNAMED = "原口径"
MOST_PER_CENT = 200


@action("target.revise")
def revise(
    *,
    target: Target,
    value: str,
    deadline: date | None,
    document: str,
    document_number: str,
    in_force_from: date | None,
    reason: str,
    by: Actor,
) -> TargetRevision:
    """Change the value and the deadline of the target by a document; what they were is kept.

    `value` is text as it was typed, empty where the target asks for no number. In force from a day that has come:
    the target's row says what holds today, and `line_on` what held before. Raises NotAllowed; Invalid without a
    document, its number, a day or a reason, for what is no line of the plan, and where nothing changes.
    """
    require(by, Permission.PLAN_EDIT, target, to="调整计划目标")
    fresh = _locked(target)
    said = words(
        _words("document", document, "文件名称"),
        _words("document_number", document_number, "文号"),
        _words("reason", reason, "调整理由"),
    )
    about(fresh, reason=said["reason"])
    new = {"value": _new_value(fresh, value), "deadline": _new_deadline(fresh, deadline)}
    if new == {"value": fresh.value, "deadline": fresh.deadline}:
        raise Invalid("目标值和完成时限都没有变化，不需要登记调整。")
    last = fresh.revisions.last()
    since = _in_force_from(fresh.plan, in_force_from, last)
    revision = TargetRevision(
        target=fresh, number=last.number + 1 if last else 1, in_force_from=since, old_value=fresh.value,
        new_value=new["value"], old_deadline=fresh.deadline, new_deadline=new["deadline"], revised_by=by.actor_name,
        revised_at=clock.now(), **said,
    )  # fmt: skip
    edit(fresh, new, editable=LINE)
    enter(revision)
    ask_standings(by=by)
    return revision


def _new_value(target: Target, text: str) -> str:
    if not target.value:
        if text and text.strip():
            refuse([("value", "这项目标没有数值，只能调整完成时限。")])
        return ""
    value = number(text, "value", "目标值", LONGEST_VALUE)
    if value <= 0:
        refuse([("value", "目标值应大于 0，请核对文件后重填。")])
    # 8.0 is no other line than 8.
    return target.value if value == Decimal(target.value) else plain(value)


def _new_deadline(target: Target, deadline: date | None) -> date | None:
    if deadline is None:
        if target.deadline:
            refuse([("deadline", "请填写完成时限；没有变化的照原时限填写。")])
        return None
    if deadline < target.plan.starts_on:
        refuse([("deadline", f"完成时限应在计划开始（{target.plan.starts_on}）之后。")])
    after = [each.period for each in target.checkpoints.all() if Period.parse(each.period).last_day >= deadline]
    if after:
        names = "、".join(Period.parse(code).label for code in after)
        refuse([("deadline", f"{names}的阶段目标不在新的完成时限之前，请先删除。")])
    return deadline


def _in_force_from(plan: Plan, day: date | None, last: TargetRevision | None) -> date:
    faults = []
    if day is None:
        faults = [("in_force_from", "请填写生效日期。")]
    elif day > clock.today():
        faults = [("in_force_from", "生效日期还没有到，请在生效当日登记。")]
    elif day < plan.starts_on:
        faults = [("in_force_from", f"生效日期应在计划开始（{plan.starts_on}）之后。")]
    elif last and day < last.in_force_from:
        faults = [("in_force_from", f"上一次调整自 {last.in_force_from} 起生效，这一次不能早于它。")]
    refuse(faults)
    return day


@action("target.set_baseline")
def set_baseline(
    *, target: Target, value: str, period: str, source: str, reason: str = "", by: Actor
) -> Target:
    """Keep what the target is measured from, in its unit. It may be set once; later with a reason only, which stays
    in the trail. Raises NotAllowed; Invalid for no number, no source, a period that does not end before the plan."""
    require(by, Permission.PLAN_EDIT, target, to="登记基期数")
    fresh = _locked(target)
    about(fresh)
    _refuse_without_number(fresh)
    kept = plain(number(value, "value", "基期数", LONGEST_NUMBER))
    base = stated_period(period, "period")
    if base.last_day >= fresh.plan.starts_on:
        refuse([("period", f"基期应在计划开始（{fresh.plan.starts_on}）之前，例如 {fresh.plan.starts_on.year - 1}。")])
    said = words(_words("source", source, "来源"), _words("reason", reason, "更换理由", required=bool(fresh.baseline_value)))
    new = {"baseline_value": kept, "baseline_period": base.code, "baseline_source": said["source"]}
    if all(getattr(fresh, name) == text for name, text in new.items()):
        raise Invalid("基期数没有变化，不需要重新登记。")
    about(fresh, reason=said["reason"])
    saved = edit(fresh, new, editable=BASELINE)
    ask_standings(by=by)
    return saved


@action("target.set_checkpoint")
def set_checkpoint(*, target: Target, period: str, value: str, source: str, by: Actor) -> Checkpoint:
    """Keep what the target is to have reached at the end of a year or quarter, in its unit; the one of that period is
    replaced. Raises NotAllowed; Invalid for a period outside the plan or not before the deadline, no number, no source."""
    require(by, Permission.PLAN_EDIT, target, to="设置阶段目标")
    fresh = _locked(target)
    about(fresh)
    _refuse_without_number(fresh)
    stage = _stage(fresh, period)
    kept = plain(number(value, "value", "阶段目标值", LONGEST_NUMBER))
    said = words(_words("source", source, "依据"))
    row = fresh.checkpoints.filter(period=stage.code).first()
    if row is None:
        row = enter(Checkpoint(target=fresh, period=stage.code, value=kept, **said))
    else:
        _change(row, {"value": kept, **said})
    ask_standings(by=by)
    return row


def _stage(target: Target, code: str) -> Period:
    stage, plan = stated_period(code, "period"), target.plan
    if stage.kind not in STAGES:
        refuse([("period", "阶段目标按年或按季设置，例如 2025 或 2025Q2。")])
    if stage.first_day < plan.starts_on or stage.last_day > plan.ends_on:
        refuse([("period", f"阶段应在计划期内（{plan.starts_on} 至 {plan.ends_on}）。")])
    if target.deadline and stage.last_day >= target.deadline:
        refuse([("period", f"阶段应在完成时限（{target.deadline}）之前；到期的要求就是目标值。")])
    return stage


@action("target.drop_checkpoint")
def drop_checkpoint(*, checkpoint: Checkpoint, by: Actor) -> None:
    """Take the stage away; the trail keeps it. Raises NotAllowed, Conflict where it is gone already."""
    target = checkpoint.target
    require(by, Permission.PLAN_EDIT, target, to="删除阶段目标")
    fresh = _locked(target)
    about(fresh)
    row = fresh.checkpoints.filter(pk=checkpoint.pk).first()
    if row is None:
        raise Conflict("这项阶段目标已被删除，请刷新页面查看。")
    removed(row)
    row.delete()
    ask_standings(by=by)


@action("target.choose_reading")
def choose_reading(
    *, target: Target, reading: TargetReading, reason: str, document_number: str = "", seen: str = "", by: Actor
) -> Target:
    """Exchange the reading in force, which stands on the target, with `reading`: what the target said, label and all,
    stands in that row from then on and may be chosen back. Reason and document stay in the trail. `seen` is the label
    that the person chose by. Raises NotAllowed; Invalid without a reason, for another target's reading; Conflict where
    the row has another label by now."""
    require(by, Permission.PLAN_EDIT, target, to="更换目标口径")
    fresh = _locked(target)
    about(fresh)
    row = fresh.other_readings.select_related("indicator", "minus").filter(pk=reading.pk).first()
    if row is None:
        raise Invalid("这个口径不属于这项目标，请刷新页面后重新选择。")
    if seen and seen != row.label:
        raise Conflict("这项目标的口径刚刚更换过，请刷新页面查看。")
    said = words(
        _words("reason", reason, "采用理由"), _words("document_number", document_number, "文号", required=False)
    )
    about(fresh, reason="，".join(each for each in (said["reason"], said["document_number"]) if each))
    chosen = {name: getattr(row, name) for name in READ_BY} | {"reading": row.label}
    former = {name: getattr(fresh, name) for name in READ_BY} | {"label": fresh.reading or UNNAMED}
    if fresh.indicator is None:
        # Nothing was counted by it: there is nothing to come back to.
        removed(row)
        row.delete()
    else:
        _change(row, former)
    saved = edit(fresh, chosen, editable=frozenset(chosen))
    ask_standings(by=by)
    return saved


@action("plan.set_rule")
def set_rule(*, plan: Plan, normal_from: int, risk_from: int, in_force_from: date | None, by: Actor) -> StatusRule:
    """By how many per cent of the expected progress a target is 正常 or 有风险, from `in_force_from` on; the rule before
    ends there and stays for its time. Raises NotAllowed, Invalid."""
    require(by, Permission.PLAN_EDIT, plan, to="调整状态规则")
    fresh = Plan.objects.select_for_update().get(pk=plan.pk)
    about(fresh)
    last = fresh.rules.filter(valid_to=None).first()
    refuse(_faults_of_rule(fresh, normal_from, risk_from, in_force_from, last))
    if last:
        _change(last, {"valid_to": in_force_from})
    newest = fresh.rules.last()
    rule = StatusRule(
        plan=fresh, number=newest.number + 1 if newest else 1, normal_from=normal_from, risk_from=risk_from,
        valid_from=in_force_from,
    )  # fmt: skip
    enter(rule)
    ask_standings(by=by)
    return rule


def _faults_of_rule(
    plan: Plan, normal_from: int, risk_from: int, since: date | None, last: StatusRule | None
) -> list[tuple[str, str]]:
    faults = []
    if not 0 < normal_from <= MOST_PER_CENT:
        faults.append(("normal_from", f"请填写 1 到 {MOST_PER_CENT} 的整数。"))
    if not 0 < risk_from <= normal_from:
        faults.append(("risk_from", "请填写大于 0、不大于正常标准的整数。"))
    if since is None:
        faults.append(("in_force_from", "请填写生效日期。"))
    elif since < plan.starts_on:
        faults.append(("in_force_from", f"生效日期应在计划开始（{plan.starts_on}）之后。"))
    elif last and since <= last.valid_from:
        faults.append(("in_force_from", f"现行规则自 {last.valid_from} 起生效，新规则应晚于它。"))
    if last and (last.normal_from, last.risk_from) == (normal_from, risk_from):
        faults.append(("normal_from", "与现行规则相同，不需要调整。"))
    return faults


def _words(field: str, text: str, what: str, *, required: bool = True) -> Words:
    return Words(field, text, what, LONGEST[field], required)


def _locked(target: Target) -> Target:
    return Target.objects.select_for_update(of=("self",)).select_related("plan").get(pk=target.pk)


def _refuse_without_number(target: Target) -> None:
    if not target.value:
        raise Invalid("这项目标没有数值，按办结验收判断完成。")


def _change(row: Checkpoint | StatusRule | TargetReading, values: dict[str, Any]) -> None:
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    checked(row).save()
    updated(row, before)

