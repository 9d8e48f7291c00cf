"""What the agenda is made of: red targets, red tasks, unsolved 诉求, each with owner, gap and the last that was said."""

from datetime import date

import pytest

from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.models import Demonstration
from parks.actions import requests
from targets.actions import agenda, meetings, minutes, tasks
from targets.enums import Shape, TargetStatus
from targets.enums_meetings import ItemSource
from targets.enums_plan import LightState
from targets.enums_tasks import TaskSource, TaskState
from targets.models import RedLight, Task
from targets.queries import agenda_lights, agenda_requests, agenda_tasks
from targets.queries.agenda_follow_ups import follow_ups
from targets.queries.agenda_sources import candidates, over
from tests.factories import make_demonstration, make_unit, make_user
from tests.parks.asked import PHONE, WORDS, make_kind, raised
from tests.targets.convened import call, held, issue, red, resolve, set_meeting
from tests.targets.lit import behind, led, make_light
from tests.targets.plans import make_plan, make_result, make_target
from tests.targets.works import give

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(db):
    """2026-10-12, a Monday."""
    make_demonstration()


@pytest.fixture
def plan():
    return make_plan()


def on(day: date) -> None:
    Demonstration.objects.update(business_date=day)


# --- red targets ------------------------------------------------------------------------------------


@pytest.mark.feature("D11")
def test_three_red_targets_make_three_items_with_owner_gap_and_last_note(plan, chain, department, office):
    force = chain.task_force
    units = (department, force, force)
    rows = [red(plan, f"T0{n}", unit, answer=f"说明{n}") for n, unit in enumerate(units, start=1)]
    meeting = call(office)
    found = candidates(meeting, office)
    items = agenda.put(meeting=meeting, marks=[each.mark for each in found], by=office)
    assert len(items) == 3
    by_light = {item.light_id: item for item in items}
    for n, (light, unit) in enumerate(zip(rows, units, strict=True), start=1):
        item = by_light[light.pk]
        assert f"T0{n}" in item.title
        assert item.unit_names == unit.name
        for words in ("要求不低于 8 个", "现值 5 个", "差距 3 个", f"说明情况：说明{n}"):
            assert words in item.text


@pytest.mark.feature("D11")
def test_red_targets_are_listed_by_task_force(plan, chain, department, office):
    for code, unit in (("T01", chain.task_force), ("T02", department), ("T03", chain.task_force)):
        red(plan, code, unit)
    groups = [each.group for each in agenda_lights.candidates(call(office), office)]
    assert groups == sorted(groups)
    assert groups.count(chain.task_force.name) == 2


@pytest.mark.parametrize("state", [LightState.WAITING, LightState.ANSWERED, LightState.CLEARED])
def test_a_red_that_is_not_released_is_no_candidate(state, plan, department, office):
    red(plan, "T01", department, state)
    assert agenda_lights.candidates(call(office), office) == []


def test_a_target_without_a_lead_or_a_word_is_said_to_be_so(plan, office):
    make_light(behind(make_target(plan, "T01")), LightState.RELEASED, answer="", answered_at=None)
    (found,) = agenda_lights.candidates(call(office), office)
    assert (found.group, found.unit_names, "牵头单位未作说明" in found.text) == ("没有写明牵头单位", "", True)


def test_an_earlier_quarters_red_is_none_once_a_later_one_is_computed(plan, department, office):
    light = red(plan, "T01", department)
    meeting = call(office)
    assert len(agenda_lights.candidates(meeting, office)) == 1
    make_result(light.target, TargetStatus.ON_TRACK, "9", period="2026Q4")
    assert agenda_lights.candidates(meeting, office) == []


@pytest.mark.feature("D11")
def test_nothing_is_listed_twice_and_what_is_red_no_more_is_marked(plan, department, office):
    light, other = red(plan, "T01", department), red(plan, "T02", department)
    meeting = call(office)
    item, _ = agenda.put(meeting=meeting, marks=[f"light:{light.pk}", f"light:{other.pk}"], by=office)
    assert agenda_lights.candidates(meeting, office) == []
    with pytest.raises(Conflict):
        agenda.put(meeting=meeting, marks=[f"light:{light.pk}"], by=office)
    RedLight.objects.filter(pk=light.pk).update(state=LightState.CLEARED)
    assert over(list(meeting.items.all()), office) == {item.pk: "已不再滞后"}


def test_a_red_may_come_up_at_the_next_meeting_again(plan, department, office):
    light = red(plan, "T01", department)
    for title in ("第三次例会", "第四次例会"):
        assert agenda.put(meeting=call(office, title=title), marks=[f"light:{light.pk}"], by=office)


def test_a_target_that_each_park_must_meet_says_how_many_do(plan, department, office):
    target = led(make_target(plan, "T01", shape=Shape.RATIO_EACH), department)
    parts = [{"figure": 0, "ok": ok, "value": "1", "scope_name": "甲"} for ok in (True, False, False)]
    make_result(target, TargetStatus.BEHIND, "1", reported=3, parts=parts)
    make_light(target, LightState.RELEASED)
    (found,) = agenda_lights.candidates(call(office), office)
    assert "现有 1/3 个园区符合。" in found.text


# --- red tasks --------------------------------------------------------------------------------------


@pytest.mark.feature("D11")
def test_a_red_task_is_a_candidate_with_why_it_is_red(department, department_user, office):
    task = give(office, department, due_on=date(2026, 10, 14))
    meeting = call(office)
    assert agenda_tasks.candidates(meeting, office) == []
    tasks.receive(task=task, by=department_user)
    tasks.report(task=task, month="2026-10", text="已完成招标", by=department_user)
    on(date(2026, 10, 19))
    (found,) = agenda_tasks.candidates(meeting, office)
    assert (found.unit_names, found.title) == (department.name, str(task))
    for words in ("已超过办结时限 5 天", "已完成招标"):
        assert words in found.text
    (item,) = agenda.put(meeting=meeting, marks=[found.mark], by=office)
    assert (item.source, item.task) == (ItemSource.TASK, task)
    assert agenda_tasks.candidates(meeting, office) == []
    Task.objects.update(due_on=date(2027, 1, 1))
    assert over([item], office) == {item.pk: "已不亮红灯"}


# --- firms' requests -------------------------------------------------------------------------------


@pytest.mark.feature("D11")
def test_a_request_that_nobody_solved_reaches_the_agenda_with_its_why(park, operator, department, office, sign_in):
    """Raised by the operator, assigned, and left beyond its term."""
    row = raised(park, operator, firm_name="A&B<C>公司")
    requests.assign(request=row, unit=department, kind=make_kind(), by=office)
    meeting = call(office)
    assert agenda_requests.candidates(meeting, office) == []
    on(date(2026, 10, 30))
    following = call(office, title="第四次例会", day=date(2026, 11, 5), proposals_until=date(2026, 11, 3))
    (found,) = agenda_requests.candidates(following, office)
    assert (found.unit_names, found.title) == (department.name, f"{park}企业诉求：A&B<C>公司")
    for words in (WORDS, row.number, "本部门逾期"):
        assert words in found.text
    assert PHONE not in found.text
    shown = sign_in(office).get(f"/meetings/{following.pk}/agenda/").content.decode()
    assert "A&amp;B&lt;C&gt;公司" in shown
    (item,) = agenda.put(meeting=following, marks=[found.mark], by=office)
    assert (item.source, item.request) == (ItemSource.REQUEST, row)
    assert agenda_requests.candidates(following, office) == []
    meetings.set_agenda(meeting=following, by=office)
    assert over([item], office) == {}
    row.refresh_from_db()
    requests.answer(request=row, words="已增容", by=make_user("department", scope=department, unit=department))
    assert over([item], office) == {item.pk: "已解决"}


# --- resolutions become work ------------------------------------------------------------------------


@pytest.mark.feature("D11")
def test_each_resolution_becomes_a_task_of_its_unit_when_the_minutes_are_issued(department, office):
    meeting = held(office)
    row = resolve(meeting, department, office)
    assert not Task.objects.exists()
    issue(meeting, office)
    row.refresh_from_db()
    task = row.task
    assert (task.source, task.title, task.due_on, task.text) == (
        TaskSource.MEETING, "月底前完成供地", date(2026, 11, 30), "月底前完成供地"
    )  # fmt: skip
    assert [(duty.unit, duty.leads) for duty in task.duties.all()] == [(department, True)]
    assert task.source_note == "2026年第三次例会第 1 项议定事项"


def test_a_resolution_whose_day_has_passed_is_named_before_the_minutes_go_out(department, office):
    meeting = held(office)
    resolve(meeting, department, office, due_on=date(2026, 10, 14))
    on(date(2026, 10, 15))
    with pytest.raises(NotReady) as refused:
        issue(meeting, office)
    assert refused.value.missing == ("第 1 项议定事项的完成时限 2026-10-14 已过，请删除后按新的时限重新登记。",)


@pytest.mark.feature("D11")
def test_the_next_meeting_hears_what_became_of_each(department, department_user, office):
    meeting = held(office)
    open_, done = resolve(meeting, department, office, "供地"), resolve(meeting, department, office, "挂牌")
    issue(meeting, office)
    for row in (open_, done):
        row.refresh_from_db()
        tasks.receive(task=row.task, by=department_user)
    tasks.report(task=open_.task, month="2026-10", text="已报批", by=department_user)
    Task.objects.filter(pk=done.task_id).update(state=TaskState.DONE, done_on=date(2026, 10, 12))
    following = call(office, title="第四次例会")
    (found,) = follow_ups(following)
    assert (found.resolution, found.word) == (open_, "办理中")
    assert "最近进展：已报批" in found.text
    on(date(2026, 12, 1))
    (late,) = follow_ups(following)
    assert (late.word, late.tone) == ("逾期未办结", "late")


def test_a_red_task_of_a_meeting_comes_up_as_its_resolution_only(department, office):
    meeting = held(office)
    resolve(meeting, department, office)
    issue(meeting, office)
    on(date(2026, 12, 1))
    following = call(office, title="第四次例会", day=date(2026, 12, 10), proposals_until=date(2026, 12, 8))
    assert agenda_tasks.candidates(following, office) == []
    assert len(follow_ups(following)) == 1


def test_an_operator_of_a_park_is_given_no_resolution(operator_unit, office):
    with pytest.raises(Invalid, match="园区运营方"):
        resolve(held(office), operator_unit, office)


def test_a_meeting_without_a_resolution_is_issued_all_the_same(office):
    meeting = held(office)
    minutes.say(item=meeting.items.get(), outcome="同意", by=office)
    assert minutes.issue(meeting=meeting, text="同意", by=office).number == 0


def test_a_units_short_name_invites_its_people(office):
    unit = make_unit(name="区科学技术和工业信息化局", short_name="区科工信局")
    meeting = call(office)
    item = agenda.add(meeting=meeting, title="汇报", unit_names="区科工信局", by=office)
    assert item.unit_names == unit.short_name
    assert meetings.set_agenda(meeting=meeting, by=office).is_set
    assert set_meeting(office, title="另一次").is_set
