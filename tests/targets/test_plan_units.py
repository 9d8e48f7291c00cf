"""单位页: what the plan asks of a unit, and what it still owes."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core import clock
from targets.enums import Operator, Shape, SubjectKind, TargetStatus
from targets.enums_plan import AccomplishmentState, LightState
from targets.models import Accomplishment, QualitativeAim
from tests.factories import make_cycle, make_demonstration, make_indicator, make_template, make_unit
from tests.targets.lit import behind, led, make_light
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = pytest.mark.django_db
Q3 = "?period=2026Q3"


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration()


@pytest.fixture
def plan():
    return make_plan()


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def section(shown: str, name: str) -> str:
    return shown[shown.index(f'id="{name}"') :].split("</section>")[0]


def reported(state: str, **of) -> Accomplishment:
    decided = {"basis": "纪要", "decided_key": "li"} if state == AccomplishmentState.ACCEPTED else {}
    return Accomplishment.objects.create(
        state=state, done_on=date(2026, 9, 1), text="已完成", reported_by="张三", reported_key="zhang",
        reported_at=clock.now(), **decided, **of,
    )  # fmt: skip


@pytest.mark.feature("D1")
def test_what_a_unit_leads_stands_apart_from_what_it_is_responsible_for(plan, department, department_user, sign_in):
    make_result(led(make_target(plan, "T01", "牵头的"), department), TargetStatus.ON_TRACK, "5")
    led(make_target(plan, "T02", "负责的"), department, leads=False)
    led(make_target(plan, "T03", "别人的"), make_unit())
    shown = page(sign_in(department_user), f"/plan/units/{department.code}/{Q3}")
    assert "牵头的" in section(shown, "leads")
    assert "正常" in section(shown, "leads")
    assert "负责的" in section(shown, "beside")
    assert "负责的" not in section(shown, "leads")
    assert "别人的" not in shown


def test_one_s_own_unit_opens_at_once(plan, department, department_user, task_force_user, chain, leader, sign_in):
    led(make_target(plan, "T01"), department)
    led(make_target(plan, "T02"), chain.task_force)
    opened = {each: sign_in(each).get(f"/plan/units/{Q3}") for each in (department_user, task_force_user)}
    assert [opened[each].url for each in opened] == [f"/plan/units/{unit.code}/{Q3}" for unit in (department, chain.task_force)]
    for path in (f"/plan/units/{Q3}", f"/plan/units/{Q3}&all=1"):
        shown = page(sign_in(leader), path)
        assert department.name in shown
        assert chain.task_force.name in shown
    assert "各单位" in page(sign_in(department_user), "/plan/units/?all=1")


def test_the_office_opens_what_it_leads_itself(plan, office, sign_in):
    client = sign_in(office)
    led(make_target(plan, "T01"), make_unit())
    assert client.get("/plan/units/").status_code == 200
    led(make_target(plan, "T02"), office.unit)
    assert client.get("/plan/units/").url.startswith(f"/plan/units/{office.unit.code}/")


def test_an_unknown_unit_does_not_exist_and_the_page_is_closed_to_who_does_not_see_the_plan(office, operator, sign_in):
    assert sign_in(office).get("/plan/units/NONE/").status_code == 404
    for path in ("/plan/units/", f"/plan/units/{operator.unit.code}/"):
        assert sign_in(operator).get(path).status_code == 403


def test_before_the_plan_is_loaded_the_pages_say_so(office, sign_in):
    for path in ("/plan/units/", f"/plan/units/{office.unit.code}/"):
        assert "还没有载入行动计划" in page(sign_in(office), path)


@pytest.mark.parametrize("named", ["本部门", "部门简称"])
def test_what_is_waited_for_from_the_unit_is_to_do_whoever_leads_it(named, plan, department, department_user, sign_in):
    department.short_name = "部门简称"
    department.save()
    led(make_target(plan, "T01", "缺名单的", waits_for=f"等待{named}提供名单。"), make_unit())
    led(make_target(plan, "T02", "缺材料的", waits_for="等待别的单位提供材料。"), department)
    make_result(led(make_target(plan, "T03", "缺数据的"), department), TargetStatus.PENDING, sentence="缺少基期数")
    owed = section(page(sign_in(department_user), f"/plan/units/{department.code}/{Q3}"), "owed")
    assert "缺名单的" in owed
    assert "缺材料的" not in owed
    assert "缺数据的" in owed


@pytest.mark.feature("D12")
def test_a_red_light_is_to_do_until_it_is_explained(plan, department, department_user, leader, sign_in):
    light = make_light(behind(make_target(plan, "T01", "滞后的"), department))
    path = f"/plan/units/{department.code}/{Q3}"
    owed = section(page(sign_in(department_user), path), "owed")
    assert "滞后的" in owed
    assert "待说明" in owed
    assert "滞后的" not in section(page(sign_in(leader), path), "owed")
    light.delete()
    make_light(behind(make_target(plan, "T02", "说明过的"), department), LightState.ANSWERED)
    assert "说明过的" not in section(page(sign_in(department_user), path), "owed")


def test_a_milestone_is_to_do_until_it_is_reported(plan, department, department_user, sign_in):
    client, path = sign_in(department_user), f"/plan/units/{department.code}/{Q3}"
    done = {"operator": Operator.DONE, "shape": Shape.MILESTONE, "value": "", "waits_for": "等待验收。"}
    target = led(make_target(plan, "T01", "建成园区", **done), department)
    assert "建成园区" in section(page(client, path), "owed")
    sent = reported(AccomplishmentState.RETURNED, target=target)
    assert "建成园区" in section(page(client, path), "owed")
    sent.state = AccomplishmentState.REPORTED
    sent.save()
    assert "建成园区" not in section(page(client, path), "owed")


def test_a_yearly_aim_is_to_do_anew_each_year(plan, department, department_user, sign_in):
    client, path = sign_in(department_user), f"/plan/units/{department.code}/"
    aims = {
        yearly: QualitativeAim.objects.create(plan=plan, code=f"Q{yearly}", clause="一", title=f"定性目标{yearly}", is_yearly=yearly)
        for yearly in (True, False)
    }
    for aim in aims.values():
        aim.leads.add(department)
    assert all(aim.title in section(page(client, path + Q3), "owed") for aim in aims.values())
    for aim in aims.values():
        reported(AccomplishmentState.ACCEPTED, aim=aim)
    assert not any(aim.title in section(page(client, path + Q3), "owed") for aim in aims.values())
    next_year = section(page(client, f"{path}?period=2027Q1"), "owed")
    assert (aims[True].title in next_year, aims[False].title in next_year) == (True, False)


def test_the_unit_s_own_open_returns_are_to_do(plan, department, department_user, leader, task_force_user, sign_in):
    cycle = make_cycle(make_template(make_indicator(), name="全区数据表", subject_kind=SubjectKind.DISTRICT))
    cycle.returns.create(subject_kind=SubjectKind.DISTRICT, subject_name="全区", filer=department)
    path = f"/plan/units/{department.code}/{Q3}"
    assert "全区数据表" in section(page(sign_in(department_user), path), "owed")
    assert "全区数据表" not in section(page(sign_in(task_force_user), path), "owed")


def test_the_page_asks_as_often_for_three_targets_as_for_one(plan, department, department_user, sign_in):
    client, path = sign_in(department_user), f"/plan/units/{department.code}/{Q3}"

    def counted():
        with CaptureQueriesContext(connection) as queries:
            page(client, path)
        return len(queries)

    make_light(behind(make_target(plan, "T01"), department))
    one = counted()
    for code in ("T02", "T03"):
        make_light(behind(make_target(plan, code), department))
        led(make_target(plan, f"{code}b"), department, leads=False)
    assert counted() == one
