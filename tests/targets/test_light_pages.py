"""The page of red lights: what each reader is shown of the quarter, and the forms of lead and office."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from guandu.core.models import Demonstration
from guandu.web.registry import todos_for
from targets.enums import TargetStatus
from targets.enums_plan import LightState
from targets.models import ForecastRelease, RedLight
from targets.queries.open_work import lights_open
from tests.factories import make_demonstration, make_unit
from tests.targets.lit import behind, make_light
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = pytest.mark.django_db
PAGE = "/plan/lights/?period=2026Q3"
CANARY = "只给园区发展办看的说明"
OF_THE_REQUEST = re.compile(r'[A-Za-z0-9]{64}|nonce="[^"]+"')
OTHERS = ("leader", "liaison", "street_user", "task_force_user")


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration()


@pytest.fixture
def plan():
    return make_plan()


@pytest.fixture
def red(plan, department):
    return behind(make_target(plan, "T01", "新增园区10个"), department)


def page(client, path=PAGE, status=200):
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def row_of(shown: str, light: RedLight) -> str:
    return shown[shown.index(f'id="light-{light.pk}"') :].split("</tbody>")[0]


# --- who is shown what ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("state", [LightState.WAITING, LightState.ANSWERED, LightState.CLEARED])
def test_nothing_of_a_light_that_is_not_released_reaches_others(role, state, red, request, sign_in):
    """Neither its row, its words nor a count."""
    user = request.getfixturevalue(role)
    empty = page(sign_in(user))
    light = make_light(red, state, answer=CANARY)
    shown = page(sign_in(user))
    assert OF_THE_REQUEST.sub("", shown) == OF_THE_REQUEST.sub("", empty)
    assert CANARY not in shown
    assert "T01" not in shown
    assert sign_in(user).post(f"/plan/lights/{light.pk}/answer/", {"kind": "explained", "text": "x"}).status_code in (403, 404)


@pytest.mark.parametrize("role", OTHERS)
def test_a_released_light_reaches_others_with_what_the_lead_said(role, red, request, sign_in):
    light = make_light(red, LightState.RELEASED, answer="土地指标未到")
    shown = page(sign_in(request.getfixturevalue(role)))
    for words in ("新增园区10个", "土地指标未到", "已发布", "有 <strong>1</strong> 项滞后目标"):
        assert words in shown
    assert "<form" not in row_of(shown, light)


def test_an_api_client_has_no_page_and_no_light(red, api_client, client):
    make_light(red, LightState.ANSWERED, answer=CANARY)
    _, token = AuthToken.objects.create(user=api_client)
    for path in ("/api/v1/targets/", "/api/v1/targets/PLAN:T01/"):
        assert CANARY not in client.get(path, headers={"authorization": f"Token {token}"}).content.decode()
    assert client.get(PAGE, headers={"authorization": f"Token {token}"}).status_code == 302


@pytest.mark.parametrize("role", ["operator", "expert", "system_admin", "security_admin", "audit_admin"])
def test_the_page_is_closed_to_who_does_not_see_the_plan(role, request, sign_in):
    assert sign_in(request.getfixturevalue(role)).get(PAGE).status_code == 403


def test_a_quarter_without_a_plan_or_a_light_says_so(leader, sign_in):
    assert "还没有载入行动计划" in page(sign_in(leader))
    make_plan()
    assert "没有已发布的滞后目标" in page(sign_in(leader))


def test_the_page_asks_as_often_for_three_lights_as_for_one(plan, office, sign_in):
    client = sign_in(office)

    def counted():
        with CaptureQueriesContext(connection) as queries:
            page(client)
        return len(queries)

    make_light(behind(make_target(plan, "T01"), make_unit()))
    one = counted()
    for code in ("T02", "T03"):
        make_light(behind(make_target(plan, code), make_unit()), LightState.ANSWERED)
    assert counted() == one


# --- the lead ---------------------------------------------------------------------------------------


@pytest.mark.feature("D12")
def test_the_lead_explains_on_the_page_and_the_office_reads_it(red, department_user, office, sign_in):
    light = make_light(red)
    client = sign_in(department_user)
    assert "请在时限内说明情况" in page(client)
    sent = {"kind": "explained", "text": "土地指标未到", "seen": light.stamp}
    response = client.post(f"/plan/lights/{light.pk}/answer/", sent, follow=True)
    assert "情况说明已报送园区发展办" in response.content.decode()
    row = row_of(page(sign_in(office)), light)
    for words in ("说明情况：土地指标未到", "本部门", department_user.name, "已说明"):
        assert words in row


def test_a_refused_answer_keeps_what_was_typed_and_leads_to_the_field(red, department_user, sign_in):
    light = make_light(red)
    response = sign_in(department_user).post(f"/plan/lights/{light.pk}/answer/", {"kind": "correcting", "text": " "})
    shown = response.content.decode()
    assert response.status_code == 422
    assert f'href="#text-{light.pk}"' in shown
    assert f'id="text-{light.pk}"' in shown
    assert re.search(r'value="correcting" checked', shown)


def test_an_answer_to_what_another_has_answered_is_shown_with_his(red, department_user, sign_in):
    light = make_light(red, LightState.ANSWERED, answer="同事先说")
    response = sign_in(department_user).post(
        f"/plan/lights/{light.pk}/answer/", {"kind": "explained", "text": "我后说", "seen": "waiting-"}
    )
    shown = response.content.decode()
    assert response.status_code == 409
    assert "同事先说" in shown
    assert "我后说" in shown


def test_a_released_light_of_another_unit_cannot_be_answered(plan, department_user, sign_in):
    light = make_light(behind(make_target(plan, "T01"), make_unit()), LightState.RELEASED)
    assert sign_in(department_user).post(f"/plan/lights/{light.pk}/answer/", {"kind": "explained", "text": "x"}).status_code == 403


# --- the office -------------------------------------------------------------------------------------


def test_the_office_releases_what_it_has_read_and_leaders_see_it(red, office, leader, sign_in):
    light = make_light(red, LightState.ANSWERED)
    client = sign_in(office)
    picks = re.findall(r'name="pick" value="([^"]+)"', page(client))
    assert picks == [f"{light.pk}:{light.stamp}"]
    shown = client.post("/plan/lights/release/", {"pick": picks, "period": "2026Q3"}, follow=True).content.decode()
    assert "已发布 1 项" in shown
    assert "新增园区10个" in page(sign_in(leader))


def test_before_its_term_a_silent_light_offers_no_box_and_is_refused_with_its_day(red, office, sign_in):
    light = make_light(red)
    client = sign_in(office)
    assert 'name="pick"' not in page(client)
    response = client.post("/plan/lights/release/", {"pick": f"{light.pk}:{light.stamp}", "period": "2026Q3"})
    assert response.status_code == 409
    assert "牵头单位可在 10月15日（含）之前说明" in response.content.decode()


def test_after_its_term_a_silent_light_is_released_and_says_that_nobody_explained(red, office, leader, sign_in):
    light = make_light(red)
    Demonstration.objects.update(business_date=date(2026, 10, 16))
    assert "逾期未说明" in row_of(page(sign_in(office)), light)
    sign_in(office).post("/plan/lights/release/", {"pick": f"{light.pk}:{light.stamp}", "period": "2026Q3"})
    assert "逾期未说明" in row_of(page(sign_in(leader)), light)


@pytest.mark.parametrize("pick", [[], ["x"], ["999999:waiting-"], ["1e9:"], ["9" * 30 + ":"]])
def test_a_release_of_nothing_is_refused_in_words(pick, red, office, sign_in):
    response = sign_in(office).post("/plan/lights/release/", {"pick": pick, "period": "2026Q3"})
    assert response.status_code == 422
    assert "请先选择要发布的滞后提示" in response.content.decode()


def test_forecasts_are_released_once_on_the_page(red, office, sign_in):
    client = sign_in(office)
    assert "发布2026年第三季度预测" in page(client)
    assert "预测已发布" in client.post("/plan/lights/forecasts/", {"period": "2026Q3"}, follow=True).content.decode()
    assert client.post("/plan/lights/forecasts/", {"period": "2026Q3"}).status_code == 409
    assert ForecastRelease.objects.count() == 1
    assert client.post("/plan/lights/forecasts/", {"period": "2026"}).status_code == 422


@pytest.mark.parametrize("path", ["release/", "forecasts/"])
def test_only_the_office_posts_a_release(path, department_user, leader, sign_in):
    for user in (department_user, leader):
        assert sign_in(user).post(f"/plan/lights/{path}", {"period": "2026Q3"}).status_code == 403


# --- to-do ------------------------------------------------------------------------------------------


def light_todos(user) -> list:
    user.forget_grants()
    return [todo for todo in todos_for(user) if "/plan/lights/" in todo.url]


def test_the_lead_has_it_to_do_with_its_day_and_nobody_else(red, department_user, office, leader, street_user):
    make_light(red)
    (todo,) = light_todos(department_user)
    assert (todo.title, todo.due_on, todo.word) == ("T01 新增园区10个2026年第三季度滞后，请说明情况", date(2026, 10, 15), "待说明")
    assert [light_todos(each) for each in (office, leader, street_user)] == [[], [], []]


def test_the_office_has_to_do_what_is_answered_or_overdue(plan, red, department, office, department_user):
    make_light(red)
    make_light(behind(make_target(plan, "T02"), department), LightState.ANSWERED)
    make_light(behind(make_target(plan, "T03"), department), LightState.RELEASED)
    (todo,) = light_todos(office)
    assert (todo.title, todo.detail) == ("2026年第三季度有 1 项滞后目标待发布", "1 项已说明")
    Demonstration.objects.update(business_date=date(2026, 10, 16))
    (todo,) = light_todos(office)
    assert todo.detail == "1 项已说明，1 项逾期未说明"
    (mine,) = light_todos(department_user)
    assert (mine.word, mine.tone) == ("逾期未说明", "late")


def test_the_slip_of_a_hand_over_lists_what_is_still_to_be_explained(plan, red, department, department_user):
    make_light(red)
    make_light(behind(make_target(plan, "T02"), department), LightState.ANSWERED)
    assert [(item.title, item.detail) for item in lights_open(department_user)] == [
        ("T01 新增园区10个2026年第三季度滞后", "待说明，2026-10-15 前说明")
    ]


def test_a_target_that_is_behind_no_more_leaves_the_lists(red, department_user, office):
    make_light(red, LightState.CLEARED)
    make_result(make_target(red.plan, "T09"), TargetStatus.MET, "9")
    assert light_todos(department_user) == light_todos(office) == []
