"""Red lights: opened by the results, explained by who leads the target, released by the office to leaders and bulletins."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.urls import reverse

from guandu.accounts.checks import require, require_service
from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, concerning, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.core.working_days import shifted
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.told import Told
from targets.enums import TargetStatus
from targets.enums_plan import OPEN_LIGHTS, AnswerKind, LightState
from targets.models import ForecastRelease, Plan, RedLight, Target, TargetResult, TargetUnit
from targets.queries.lights import is_followed, led_by, until_words
from targets.queries.recipients import Recipients

TERM = 3  # working days after the light opens, the last of them included
LONGEST_ANSWER = 500
NO_ANSWER = {"answer_kind": "", "answer": "", "answered_by": "", "answered_unit": "", "answered_at": None}
NOT_RELEASED = {"released_by": "", "released_at": None}


def follow_results(*, quarter: Period, by: Actor) -> list[RedLight]:
    """Part of targets.store: make the lights of the quarter follow its stored results; those opened now.

    A target that is behind gets a light and three working days; one that is behind no more has its light cleared, and
    a cleared light waits anew. New lights open for plans in force and quarters that are followed (see is_followed):
    a history that is computed again lights nothing. A second call changes nothing. Raises NotAllowed for a person.
    """
    require_service(by, to="滞后提示的更新")
    concerning("targets.targetresult", quarter.code, f"{quarter.label}目标进展")
    results = TargetResult.objects.filter(period=quarter.code, status=TargetStatus.BEHIND)
    # The targets are held so that two calls for one quarter open a light once.
    targets = Target.objects.select_for_update(of=("self",)).select_related("plan").order_by("pk")
    behind = {each.pk: each for each in targets.filter(pk__in=results.values("target"))}
    held = RedLight.objects.select_for_update(of=("self",)).filter(period=quarter.code).select_related("target")
    lights = {each.target_id: each for each in held}
    for light in lights.values():
        if light.target_id not in behind and light.state != LightState.CLEARED:
            _move(light, state=LightState.CLEARED, cleared_at=clock.now())
    again = [each for pk, each in lights.items() if pk in behind and each.state == LightState.CLEARED]
    opened = [_reopened(each) for each in again]
    if is_followed(quarter):
        fresh = [each for pk, each in behind.items() if pk not in lights and _is_in_force(each.plan, quarter)]
        opened += [_opened(each, quarter) for each in fresh]
    _tell_leads(opened, quarter, by)
    return opened


def _is_in_force(plan: Plan, quarter: Period) -> bool:
    return plan.starts_on <= quarter.last_day and plan.ends_on >= quarter.first_day


def _opened(target: Target, quarter: Period) -> RedLight:
    light = RedLight.objects.create(target=target, period=quarter.code, opened_at=clock.now(), due_on=_due())
    created(light)
    return light


def _reopened(light: RedLight) -> RedLight:
    """The light waits anew; what was said and released of it before is in the trail."""
    term = {"opened_at": clock.now(), "due_on": _due(), "cleared_at": None}
    return _move(light, state=LightState.WAITING, **term, **NO_ANSWER, **NOT_RELEASED)


def _due() -> date:
    return shifted(clock.today(), TERM)


def _move(light: RedLight, **values) -> RedLight:
    before = snapshot(light)
    for name, value in values.items():
        setattr(light, name, value)
    light.save(update_fields=list(values))
    updated(light, before)
    return light


def _tell_leads(lights: Sequence[RedLight], quarter: Period, by: Actor) -> None:
    """One message for each lead with all its lights; the office hears of leads that nobody acts for."""
    if not lights:
        return
    people, now = Recipients(clock.today()), clock.now()
    told, unheld = [], []
    for unit, its in _by_lead(lights).items():
        users = people.people_of(unit, Permission.PLAN_ANSWER)
        told += [_told_lead(user, unit, its, quarter, now) for user in users]
        unheld += [] if users else [unit.name]
    if unheld:
        title = f"{quarter.label}滞后提示：{len(unheld)} 个牵头单位没有在用账号"
        text = f"{'、'.join(unheld)}没有可以说明情况的在用账号，请电话联系，或请单位申请账号。"
        told += [_told(user, f"light-unheld:{quarter.code}:{now:%Y%m%d%H%M%S%f}", title, text, quarter) for user in people.office()]
    post(told=told, by=by)


def _by_lead(lights: Iterable[RedLight]) -> dict[Unit, list[RedLight]]:
    of_target = {each.target_id: each for each in lights}
    found: dict[Unit, list[RedLight]] = {}
    for duty in TargetUnit.objects.filter(target__in=of_target, leads=True).select_related("unit").order_by("unit", "target"):
        found.setdefault(duty.unit, []).append(of_target[duty.target_id])
    return found


def _told_lead(user: User, unit: Unit, lights: list[RedLight], quarter: Period, now: datetime) -> Told:
    due = max(each.due_on for each in lights)
    names = "；".join(str(each.target) for each in lights)
    return _told(
        user,
        f"light:{quarter.code}:{unit.code}:{now:%Y%m%d%H%M%S%f}",
        f"{quarter.label}有 {len(lights)} 项牵头目标滞后，请说明情况",
        f"{unit.name}牵头的下列目标滞后：{names}。请于 {due:%-m月%-d日}前说明情况；数据有误的，请说明并申请数据订正。"
        "发布之前，其他单位和区领导看到的是“核实中”。",
        quarter,
    )


def _told(user: User, key: str, title: str, text: str, quarter: Period) -> Told:
    url = f"{reverse('targets:lights')}?period={quarter.code}"
    return Told(user, MessageKind.LIGHT, key, title, text, url, Importance.HIGH)


@action("light.answer")
def answer(*, light: RedLight, kind: str, text: str, seen: str | None = None, by: Actor) -> RedLight:
    """Say why the target is behind, or that its number is being corrected; a unit that leads it may, again and again
    until the office has released the light.

    `seen` is the stamp of the light that the person saw. Raises NotAllowed, Invalid (kind, text), Conflict (answered
    since by another), NotReady (released, or behind no more).
    """
    require(by, Permission.PLAN_ANSWER, light, to="说明这项滞后提示")
    fresh = _held([light.pk])[0]
    about(fresh)
    if fresh.state not in OPEN_LIGHTS:
        raise NotReady(_over(fresh))
    if seen is not None and seen != fresh.stamp:
        raise Conflict("您填写期间，本单位或共同牵头单位已作说明，请核对后再报送。")
    said = _checked(kind, text)
    unit = led_by(by, fresh.target)
    who = {"answered_by": by.actor_name, "answered_unit": unit.name if unit else "", "answered_at": clock.now()}
    _move(fresh, state=LightState.ANSWERED, answer_kind=kind, answer=said, **who)
    _tell_office(fresh, by)
    return fresh


def _checked(kind: str, text: str) -> str:
    """The text without spaces around it. Raises Invalid with a sentence for each field."""
    said, errors = text.strip(), []
    if kind not in AnswerKind.values:
        errors.append(("kind", "请选择是说明情况，还是数据有误、正在订正。"))
    if not said:
        errors.append(("text", "请写明滞后原因和下一步措施，或者哪项数据有误。"))
    if len(said) > LONGEST_ANSWER:
        errors.append(("text", f"情况说明请控制在 {LONGEST_ANSWER} 字以内，现有 {len(said)} 字。"))
    if errors:
        raise Invalid("情况说明还没有报送。", errors=errors)
    return said


def _over(light: RedLight) -> str:
    if light.state == LightState.RELEASED:
        return f"{light.target.code} 的滞后提示已由{light.released_by}发布，不能再修改说明。如需补充，请联系园区发展办。"
    return f"{light.target.code} 已不再滞后，不需要说明。"


def _held(keys: Iterable[int]) -> list[RedLight]:
    rows = RedLight.objects.select_for_update(of=("self",)).select_related("target").filter(pk__in=keys)
    return list(rows.order_by("target__position", "pk"))


def _tell_office(light: RedLight, by: Actor) -> None:
    quarter = Period.parse(light.period)
    key = f"light-answer:{light.pk}:{light.answered_at:%Y%m%d%H%M%S%f}"
    title = f"{light.answered_unit}已说明{quarter.label}滞后目标 {light.target.code}"
    text = f"{light.target}：{light.get_answer_kind_display()}。{light.answer}"
    others = [user for user in Recipients(clock.today()).office() if user.actor_key != by.actor_key]
    post(told=[_told(user, key, title, text, quarter) for user in others], by=by)


@action("light.release")
def release(*, lights: Sequence[RedLight], seen: Mapping[int, str] | None = None, by: Actor) -> list[RedLight]:
    """Let leaders and bulletins see the lights: all of them or none. A light without an answer waits until its term
    has run out, unless nobody leads its target.

    `seen` gives for a light's id the stamp that the person saw. Raises NotAllowed, Invalid (none named), Conflict
    (changed since it was seen), NotReady whose `missing` says for each light why it cannot be released.
    """
    require(by, Permission.PLAN_EDIT, to="发布滞后提示")
    if not lights:
        raise Invalid("请先选择要发布的滞后提示。", errors=[("pick", "请至少选择一项。")])
    rows = _held([each.pk for each in lights])
    concerning("targets.redlight", "", f"{len(rows)} 项滞后提示")
    changed = [row.target.code for row in rows if seen is not None and seen.get(row.pk) != row.stamp]
    if changed:
        raise Conflict(f"{'、'.join(changed)} 在您查看之后有新的说明或变化，请核对后再发布。")
    led = set(TargetUnit.objects.filter(target__in=[row.target_id for row in rows], leads=True).values_list("target", flat=True))
    missing = [sentence for row in rows if (sentence := _why_not(row, row.target_id in led))]
    if missing:
        raise NotReady("没有发布。请去掉下列各项后再发布。", missing=missing)
    who = {"released_by": by.actor_name, "released_at": clock.now()}
    return [_move(row, state=LightState.RELEASED, **who) for row in rows]


def _why_not(light: RedLight, is_led: bool) -> str:
    if light.state not in OPEN_LIGHTS:
        state = "已经发布" if light.state == LightState.RELEASED else "已不再滞后"
        return f"{light.target}：{state}，不需要发布。"
    if light.state == LightState.WAITING and is_led and light.due_on >= clock.today():
        return f"{light.target}：{until_words(light.due_on)}，现在还不能发布。"
    return ""


@action("plan.release_forecasts")
def release_forecasts(*, plan: Plan, quarter: Period, by: Actor) -> ForecastRelease:
    """Let every reader of the plan see its forecasts as of the quarter. Raises NotAllowed, NotReady (nothing is
    computed for the quarter), Conflict (released already)."""
    require(by, Permission.PLAN_EDIT, to="发布目标预测")
    held = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    about(held)
    if not TargetResult.objects.filter(target__plan=held, period=quarter.code).exists():
        raise NotReady(f"{quarter.label}还没有汇总计算，没有可以发布的预测。")
    known = held.forecast_releases.filter(period=quarter.code).first()
    if known:
        raise Conflict(f"{quarter.label}的预测已由{known.released_by}发布。")
    row = ForecastRelease.objects.create(
        plan=held, period=quarter.code, released_by=by.actor_name, released_at=clock.now()
    )
    created(row)
    return row
