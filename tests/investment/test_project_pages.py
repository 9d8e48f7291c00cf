"""The project pages: scope, filters, entering, moving, and what goes wrong."""

import re
from datetime import date

import pytest
from django.urls import reverse

from investment.actions import projects
from investment.enums import Stage
from investment.models import Project
from tests.factories import make_demonstration

pytestmark = pytest.mark.django_db

LIST = "/projects/"


@pytest.fixture(autouse=True)
def october(db):
    make_demonstration(date(2026, 10, 12))


@pytest.fixture
def project(office, chain, park):
    values = {"name": "轨道部件生产线", "chain": chain, "park": park, "promised_investment": 1_250_000}
    return projects.create(values=values, by=office)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def address(name, project):
    return reverse(f"investment:{name}", args=[project.code])


def entered(project=None, **changes):
    values = {
        "name": "新项目",
        "chain": "",
        "promised_investment": "",
        "version": project.version if project else "",
    }
    return {**values, **changes}


def test_the_list_shows_stage_place_and_investment_in_its_unit(office, sign_in, project):
    words = text_of(sign_in(office).get(LIST))
    assert "轨道部件生产线" in words
    assert "12,500.00" in words
    assert "共 1 个项目，在谈 1 个" in words


def test_an_unknown_investment_is_a_dash_and_not_zero(office, sign_in, chain):
    projects.create(values={"name": "未定项目", "chain": chain}, by=office)
    words = text_of(sign_in(office).get(LIST))
    assert "计划总投资未填" in words
    assert "0.00" not in words


def test_filters_by_chain_and_stage(office, sign_in, project, other_park):
    theirs = other_park.placements.get().chain
    projects.create(values={"name": "外链项目", "chain": theirs}, by=office)
    client = sign_in(office)
    by_chain = text_of(client.get(LIST, {"chain": theirs.code}))
    assert "外链项目" in by_chain
    assert "轨道部件生产线" not in by_chain
    assert "没有符合条件的项目" in text_of(client.get(LIST, {"stage": Stage.SIGNED}))
    assert client.get(LIST, {"stage": "nothing"}).status_code == 404


def test_a_project_outside_the_scope_does_not_exist(task_force_user, sign_in, office, other_park):
    theirs = projects.create(
        values={"name": "外链项目", "chain": other_park.placements.get().chain}, by=office
    )
    client = sign_in(task_force_user)
    assert "外链项目" not in text_of(client.get(LIST))
    for name in ("detail", "edit"):
        assert client.get(address(name, theirs)).status_code == 404
    assert client.post(address("move", theirs), {}).status_code == 404


def test_who_may_not_see_projects_is_told(operator, sign_in, project):
    assert sign_in(operator).get(LIST).status_code == 403
    assert sign_in(operator).get(address("detail", project)).status_code == 403


def test_who_only_looks_has_no_buttons(leader, sign_in, project):
    client = sign_in(leader)
    words = text_of(client.get(address("detail", project)))
    assert "修改资料" not in words
    assert "变更阶段" not in words
    assert client.get(address("edit", project)).status_code == 403
    assert client.post(address("move", project), {}).status_code == 403


def test_the_list_takes_as_many_queries_for_three_projects(
    office, sign_in, project, django_assert_max_num_queries
):
    client = sign_in(office)
    client.get(LIST)
    with django_assert_max_num_queries(20) as one:
        client.get(LIST)
    for number in range(2):
        projects.create(
            values={"name": f"项目{number}", "chain": project.chain, "park": project.park}, by=office
        )
    with django_assert_max_num_queries(len(one)):
        assert len(client.get(LIST).context["projects"]) == 3


def test_a_task_force_enters_a_project_with_full_width_digits(task_force_user, sign_in, chain):
    form = entered(chain=chain.pk, promised_investment="１２，５００．５")
    answer = sign_in(task_force_user).post("/projects/new/", form, follow=True)
    assert "已登记项目新项目" in text_of(answer)
    assert Project.objects.get().promised_investment == 1_250_050


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "请填写项目名称"),
        ("chain", "", "请填写产业链"),
        ("promised_investment", "约三千万", "不是数字"),
        ("promised_investment", "-1", "不能小于零"),
        ("promised_investment", "1.234", "小数位数过多"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(office, sign_in, chain, field, value, words):
    form = {**entered(chain=chain.pk, note="写了很久的说明"), field: value}
    answer = sign_in(office).post("/projects/new/", form)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "写了很久的说明" in answer.content.decode()
    assert not Project.objects.exists()


def test_a_chain_of_others_is_no_choice(task_force_user, sign_in, other_park):
    theirs = other_park.placements.get().chain
    client = sign_in(task_force_user)
    assert theirs.name not in client.get("/projects/new/").content.decode()
    assert client.post("/projects/new/", entered(chain=theirs.pk)).status_code == 422


def test_an_edit_is_saved_and_a_stale_one_shows_what_differs(office, sign_in, project):
    client = sign_in(office)
    form = entered(
        project, name="改名一", chain=project.chain.pk, park=project.park.pk, promised_investment="12500"
    )
    assert client.post(address("edit", project), form).status_code == 302
    stale = client.post(address("edit", project), form | {"name": "改名二"})
    assert stale.status_code == 409
    words = text_of(stale)
    assert "刚被别人修改过" in words
    assert "改名一" in words
    assert Project.objects.get().name == "改名一"


def test_a_move_from_the_page(office, sign_in, project):
    client = sign_in(office)
    assert "登记签约" in text_of(client.get(address("detail", project)))
    form = {"to": "signed", "on": "2026-10-12", "comment": "已签约", "version": project.version}
    words = text_of(client.post(address("move", project), form, follow=True))
    assert "已改为签约" in words
    assert "已签约" in words


def test_a_move_that_is_not_ready_names_what_is_missing(office, sign_in, chain):
    bare = projects.create(values={"name": "未定项目", "chain": chain}, by=office)
    client = sign_in(office)
    assert "先补充：计划总投资" in text_of(client.get(address("detail", bare)))
    answer = client.post(address("move", bare), {"to": "signed", "on": "2026-10-12", "version": 1})
    assert answer.status_code == 409
    assert "请先补充：计划总投资" in text_of(answer)


def test_a_parks_profile_lists_its_projects(leader, sign_in, project, park):
    words = text_of(sign_in(leader).get(reverse("parks:detail", args=[park.code])))
    assert "轨道部件生产线" in words
