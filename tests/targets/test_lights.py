"""Red lights: first to who leads the target with three working days, to leaders when the office releases them."""

from datetime import date

import pytest

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import ROLL_UP
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.models import Demonstration
from guandu.core.periods import Period
from guandu.notices.enums import MessageKind
from guandu.notices.models import Message
from targets.actions import lights
from targets.enums import TargetStatus
from targets.enums_plan import AnswerKind, LightState
from targets.models import ForecastRelease, RedLight, TargetResult
from targets.queries.lights import (
    VEILED,
    VEILED_WORD,
    Veils,
    is_followed,
    may_see_forecast,
    shown_status,
    veil,
)
from tests.factories import make_chain, make_demonstration, make_unit, make_user
from tests.targets.lit import DUE, Q3, behind, follow, led, make_light
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(db):
    """2026-10-12, a Monday: the last ended quarter is 2026Q3, and Thursday is three working days away."""
    make_demonstration()


@pytest.fixture
def plan():
    return make_plan()


def on(day: date) -> None:
    Demonstration.objects.update(business_date=day)


def explain(light, by, text="审批滞后，11月开工", kind=AnswerKind.EXPLAINED, **options):
    return lights.answer(light=light, kind=kind, text=text, by=by, **options)


# --- opening, clearing, opening again ---------------------------------------------------------------


def test_a_target_that_is_behind_lights_with_three_working_days(plan, department):
    red = behind(make_target(plan, "T01"), department)
    make_result(make_target(plan, "T02"), TargetStatus.AT_RISK, "5")
    make_result(make_target(plan, "T03"), TargetStatus.PENDING)
    (light,) = follow()
    assert (light.target, light.period, light.state, light.due_on) == (red, "2026Q3", LightState.WAITING, DUE)
    assert RedLight.objects.count() == 1


def test_days_off_do_not_count(plan, department):
    on(date(2026, 9, 30))
    behind(make_target(plan, "T01"), department, period="2026Q2")
    assert follow(quarter=Period.parse("2026Q2"))[0].due_on == date(2026, 10, 10)


def test_a_second_call_changes_nothing(plan, department):
    behind(make_target(plan, "T01"), department)
    follow()
    before = list(RedLight.objects.values()), Message.objects.count()
    assert follow() == []
    assert (list(RedLight.objects.values()), Message.objects.count()) == before
    assert not AuditEvent.objects.first().changes.exists()


def test_what_is_behind_no_more_is_cleared_and_lights_again_when_it_falls_back(plan, department, department_user):
    target = behind(make_target(plan, "T01"), department)
    (light,) = follow()
    explain(light, department_user)
    TargetResult.objects.filter(target=target).update(status=TargetStatus.ON_TRACK)
    follow()
    light.refresh_from_db()
    assert (light.state, light.cleared_at is not None) == (LightState.CLEARED, True)
    TargetResult.objects.filter(target=target).update(status=TargetStatus.BEHIND)
    on(date(2026, 10, 19))
    (again,) = follow()
    again.refresh_from_db()
    assert (again.pk, again.state, again.due_on, again.cleared_at) == (light.pk, LightState.WAITING, date(2026, 10, 22), None)
    assert (again.answer, again.answered_by, again.released_by) == ("", "", "")


@pytest.mark.parametrize("state", [LightState.ANSWERED, LightState.RELEASED])
def test_a_light_that_was_answered_or_released_stays_so_while_the_target_is_behind(state, plan, department):
    light = make_light(behind(make_target(plan, "T01"), department), state)
    assert follow() == []
    light.refresh_from_db()
    assert light.state == state


def test_history_that_is_computed_again_lights_nothing(plan, department):
    for period in ("2024Q4", "2026Q2"):
        behind(make_target(plan, f"T{period}"), department, period=period)
        assert follow(quarter=Period.parse(period)) == []
    assert RedLight.objects.count() == 0


def test_a_quarter_that_was_lit_is_followed_after_it_is_the_newest_no_more(plan, department):
    q2 = Period.parse("2026Q2")
    make_light(behind(make_target(plan, "T01"), department, period="2026Q2"), period="2026Q2")
    late = behind(make_target(plan, "T02"), department, period="2026Q2")
    assert is_followed(q2)
    assert [light.target for light in follow(quarter=q2)] == [late]


def test_a_plan_that_is_over_lights_nothing(department):
    old = make_plan("OLD", starts_on=date(2021, 1, 1), ends_on=date(2023, 12, 31))
    behind(make_target(old, "T01"), department)
    assert follow() == []


def test_nobody_lights_by_hand(office):
    with pytest.raises(NotAllowed):
        follow(by=office)


def test_the_event_is_of_the_results_and_names_each_light(plan, department):
    behind(make_target(plan, "T01"), department)
    (light,) = follow()
    event = AuditEvent.objects.get(verb="targets.store")
    assert (event.object_type, event.object_key) == ("targets.targetresult", "2026Q3")
    assert [c.object_key for c in event.changes.filter(object_type="targets.redlight")] == [str(light.pk)]


# --- who is told ------------------------------------------------------------------------------------


def test_each_lead_is_told_once_of_all_its_lights(plan, department, department_user, office, leader):
    for code in ("T01", "T02"):
        behind(make_target(plan, code), department)
    follow()
    (message,) = Message.objects.all()
    assert (message.recipient, message.kind) == (department_user, MessageKind.LIGHT)
    for words in ("T01 目标T01", "T02 目标T02", "10月15日前"):
        assert words in message.text
    assert message.url == "/plan/lights/?period=2026Q3"


def test_a_task_force_and_the_office_are_told_of_what_they_lead(plan, chain, task_force_user, office):
    behind(make_target(plan, "T01"), chain.task_force)
    behind(make_target(plan, "T02"), office.unit)
    make_user("office", username="office-two")
    follow()
    told = {message.recipient.username: message.text for message in Message.objects.all()}
    assert set(told) == {"task-force", "office"}
    assert "T02" not in told["task-force"]


def test_the_office_hears_of_a_lead_that_nobody_acts_for(plan, office):
    behind(make_target(plan, "T01"), make_unit(name="无人局"))
    follow()
    (message,) = Message.objects.all()
    assert message.recipient == office
    assert "无人局" in message.text


def test_the_office_is_told_of_an_answer(plan, department, department_user, office):
    light = make_light(behind(make_target(plan, "T01"), department))
    explain(light, department_user, "土地指标未到")
    (message,) = Message.objects.all()
    assert (message.recipient, "土地指标未到" in message.text, "本部门" in message.title) == (office, True, True)


# --- explaining -------------------------------------------------------------------------------------


@pytest.mark.feature("D12")
def test_the_lead_explains_and_may_say_it_better_until_it_is_released(plan, department, department_user, office):
    light = make_light(behind(make_target(plan, "T01"), department))
    explain(light, department_user, " 审批滞后 ")
    light.refresh_from_db()
    assert (light.state, light.answer, light.answered_unit) == (LightState.ANSWERED, "审批滞后", "本部门")
    explain(light, department_user, "第三季度数据有误", AnswerKind.CORRECTING)
    light.refresh_from_db()
    assert (light.answer_kind, light.answer) == (AnswerKind.CORRECTING, "第三季度数据有误")
    lights.release(lights=[light], by=office)
    with pytest.raises(NotReady, match="已由.*发布"):
        explain(light, department_user)


def test_who_speaks_for_a_chain_is_its_task_force(plan, chain, task_force_user):
    light = make_light(behind(make_target(plan, "T01"), chain.task_force))
    assert explain(light, task_force_user).answered_unit == chain.task_force.name


@pytest.mark.feature("D1")
def test_only_who_leads_explains(plan, department, department_user, task_force_user, street_user, leader, liaison, office):
    """Who is responsible beside the lead does not, nor the office for another unit."""
    target = behind(make_target(plan, "T01"), make_unit())
    led(target, department, leads=False)
    light = make_light(target)
    for other in (department_user, task_force_user, street_user, leader, liaison, office):
        with pytest.raises(NotAllowed):
            explain(light, other)
    light.refresh_from_db()
    assert light.answer == ""


def test_the_office_explains_what_it_leads_itself(plan, office):
    light = make_light(behind(make_target(plan, "T01"), office.unit))
    assert explain(light, office).answered_unit == office.unit.name


@pytest.mark.parametrize(
    ("kind", "text", "field"), [("", "有", "kind"), ("other", "有", "kind"), ("explained", "  ", "text"), ("explained", "长" * 501, "text")]
)
def test_an_answer_needs_its_kind_and_its_words(kind, text, field, plan, department, department_user):
    light = make_light(behind(make_target(plan, "T01"), department))
    with pytest.raises(Invalid) as refused:
        explain(light, department_user, text, kind)
    assert [name for name, _ in refused.value.errors] == [field]


def test_two_leads_do_not_write_over_each_other(plan, department, department_user, task_force_user, chain):
    light = make_light(behind(make_target(plan, "T01"), department))
    led(light.target, chain.task_force)
    seen = light.stamp
    explain(light, task_force_user, "专班先说", seen=seen)
    with pytest.raises(Conflict):
        explain(light, department_user, "部门后说", seen=seen)


def test_what_is_cleared_needs_no_words(plan, department, department_user):
    light = make_light(led(make_target(plan, "T01"), department), LightState.CLEARED)
    with pytest.raises(NotReady, match="不再滞后"):
        explain(light, department_user)


# --- releasing --------------------------------------------------------------------------------------


def test_an_answered_light_is_released_at_once(plan, department, office):
    light = make_light(behind(make_target(plan, "T01"), department), LightState.ANSWERED)
    (released,) = lights.release(lights=[light], by=office)
    assert (released.state, released.released_by) == (LightState.RELEASED, office.name)


def test_before_the_term_is_over_a_silent_one_is_not_released_nor_any_beside_it(plan, department, office):
    silent = make_light(behind(make_target(plan, "T01"), department), due_on=clock.today())
    said = make_light(behind(make_target(plan, "T02"), department), LightState.ANSWERED)
    with pytest.raises(NotReady) as refused:
        lights.release(lights=[said, silent], by=office)
    assert refused.value.missing == ("T01 目标T01：牵头单位可在 10月12日（含）之前说明，现在还不能发布。",)
    assert not RedLight.objects.filter(state=LightState.RELEASED).exists()


def test_after_the_term_a_silent_one_is_released(plan, department, office):
    light = make_light(behind(make_target(plan, "T01"), department))
    on(date(2026, 10, 16))
    lights.release(lights=[light], by=office)
    light.refresh_from_db()
    assert (light.state, light.answered_at) == (LightState.RELEASED, None)


def test_nobody_is_waited_for_where_nobody_leads(plan, office):
    light = make_light(behind(make_target(plan, "T01")))
    assert lights.release(lights=[light], by=office)[0].state == LightState.RELEASED


@pytest.mark.parametrize("state", [LightState.RELEASED, LightState.CLEARED])
def test_a_light_is_released_once_and_never_after_it_is_cleared(state, plan, department, office):
    light = make_light(behind(make_target(plan, "T01"), department), state)
    with pytest.raises(NotReady):
        lights.release(lights=[light], by=office)


def test_nothing_is_released_unread(plan, department, department_user, office):
    light = make_light(behind(make_target(plan, "T01"), department), LightState.ANSWERED)
    seen = {light.pk: light.stamp}
    explain(light, department_user, "改了说法")
    with pytest.raises(Conflict, match="T01"):
        lights.release(lights=[light], seen=seen, by=office)
    light.refresh_from_db()
    assert lights.release(lights=[light], seen={light.pk: light.stamp}, by=office)


def test_nothing_chosen_is_said_so(office):
    with pytest.raises(Invalid):
        lights.release(lights=[], by=office)


def test_only_the_office_releases(plan, department, department_user, leader):
    light = make_light(behind(make_target(plan, "T01"), department), LightState.ANSWERED)
    for other in (department_user, leader):
        with pytest.raises(NotAllowed):
            lights.release(lights=[light], by=other)


# --- forecasts --------------------------------------------------------------------------------------


def test_forecasts_are_the_office_s_until_they_are_released(plan, office, department_user, leader, api_client):
    make_result(make_target(plan, "T01"), TargetStatus.ON_TRACK, "5")
    readers = (office, department_user, leader, api_client, ROLL_UP)
    assert [may_see_forecast(each, plan, "2026Q3") for each in readers] == [True, False, False, False, True]
    lights.release_forecasts(plan=plan, quarter=Q3, by=office)
    assert all(may_see_forecast(each, plan, "2026Q3") for each in readers)
    assert not may_see_forecast(leader, plan, "2026Q2")
    with pytest.raises(Conflict):
        lights.release_forecasts(plan=plan, quarter=Q3, by=office)
    assert ForecastRelease.objects.count() == 1


def test_there_is_no_forecast_of_a_quarter_that_is_not_computed(plan, office, leader):
    with pytest.raises(NotReady):
        lights.release_forecasts(plan=plan, quarter=Q3, by=office)
    with pytest.raises(NotAllowed):
        lights.release_forecasts(plan=plan, quarter=Q3, by=leader)


# --- what others are shown in its place -------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize("status", TargetStatus.values)
@pytest.mark.parametrize("state", [None, *LightState.values])
@pytest.mark.parametrize(("is_office", "leads"), [(False, False), (True, False), (False, True)])
def test_only_a_red_that_is_not_released_is_veiled_and_only_for_others(status, state, is_office, leads):
    shown = veil(status, RedLight(state=state) if state else None, is_office, leads)
    hidden = status == TargetStatus.BEHIND and state != LightState.RELEASED and not is_office and not leads
    assert (shown.is_veiled, shown.status) == ((True, VEILED) if hidden else (False, status))
    assert shown.label == (VEILED_WORD if hidden else TargetStatus(status).label)


OTHERS = ("street_user", "leader", "liaison", "api_client", "task_force_user")


def _shown(user, target, quarter=Q3):
    return shown_status(user, quarter, {target.pk: TargetStatus.BEHIND})[target.pk].label


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize(
    ("state", "word"),
    [(LightState.WAITING, VEILED_WORD), (LightState.ANSWERED, VEILED_WORD), (LightState.RELEASED, "滞后"), (None, VEILED_WORD)],
)
def test_others_read_the_word_when_the_light_is_released(role, state, word, plan, department, request):
    target = behind(make_target(plan, "T01"), department)
    if state:
        make_light(target, state)
    assert _shown(request.getfixturevalue(role), target) == word


def test_the_lead_the_office_and_the_portal_itself_read_it_at_once(plan, department, department_user, office):
    target = behind(make_target(plan, "T01"), department)
    make_light(target)
    assert [_shown(each, target) for each in (department_user, office, ROLL_UP)] == ["滞后"] * 3


def test_who_is_responsible_beside_the_lead_is_an_other(plan, department, department_user):
    target = led(behind(make_target(plan, "T01"), make_unit()), department, leads=False)
    assert _shown(department_user, target) == VEILED_WORD


def test_reds_of_history_are_no_secret(plan, department, leader):
    old = Period.parse("2025Q1")
    target = behind(make_target(plan, "T01"), department, period="2025Q1")
    assert _shown(leader, target, old) == "滞后"


def test_a_lead_of_one_chain_is_an_other_for_the_next(plan, task_force_user):
    target = behind(make_target(plan, "T01"), make_chain().task_force)
    assert _shown(task_force_user, target) == VEILED_WORD


def test_veils_ask_as_often_for_three_targets_as_for_one(plan, leader, department, django_assert_max_num_queries):
    targets = [behind(make_target(plan, f"T{n}"), department) for n in range(3)]
    make_light(targets[0])
    leader.grants_today()
    with django_assert_max_num_queries(5):
        veils = Veils(leader, Q3)
        assert [veils.of(each.pk, TargetStatus.BEHIND).is_veiled for each in targets] == [True] * 3


def test_lights_are_visible_to_office_and_lead_and_to_others_once_released(plan, department, department_user, office, leader, street_user):
    mine = make_light(behind(make_target(plan, "T01"), department))
    other = make_light(behind(make_target(plan, "T02"), make_unit(Unit.Kind.DEPARTMENT)), LightState.ANSWERED)
    out = make_light(behind(make_target(plan, "T03"), make_unit()), LightState.RELEASED)
    seen = {user.username: set(RedLight.objects.visible_to(user)) for user in (office, department_user, leader, street_user)}
    assert seen == {"office": {mine, other, out}, "department": {mine, out}, "leader": {out}, "street": {out}}
