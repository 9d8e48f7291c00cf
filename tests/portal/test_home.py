"""工作台: what waits for each person first, then what changed, then figures of his own scope."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_demonstration, make_figure, make_indicator, make_park
from tests.targets.factories import make_cast

pytestmark = pytest.mark.django_db
ROLES = (
    "office", "operator", "department_user", "task_force_user", "street_user", "leader", "liaison", "expert",
    "system_admin", "security_admin", "audit_admin",
)  # fmt: skip


def page(client, path="/"):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.feature("G1")
@pytest.mark.parametrize("role", ROLES)
def test_every_home_begins_with_the_to_do_list_also_on_an_empty_database(role, request, sign_in):
    shown = page(sign_in(request.getfixturevalue(role)))
    assert shown.index('id="todo-title"') < shown.index('id="change-title"')
    # On an empty database nobody holds the office's and the administrators' duties but this person.
    watches = role in {"office", "system_admin", "security_admin", "audit_admin"}
    assert ("无人在岗" in shown) is watches
    assert ("目前没有等您办理的事项" in shown) is not watches


@pytest.mark.feature("G1")
def test_each_step_of_a_return_waits_for_the_one_whose_duty_it_is(sign_in):
    cast = make_cast()
    people = {"operator": cast.operator, "reviewer": cast.reviewer, "office": cast.office}
    waits = {"filled": "operator", "filed": "reviewer", "reviewed": "office", "locked": None}
    for period, (stage, who) in zip(("2025Q1", "2025Q2", "2025Q3", "2025Q4"), waits.items(), strict=True):
        return_ = getattr(cast, stage)(period)
        for name, user in people.items():
            shown = page(sign_in(user))
            todo = shown[shown.index('class="todo-list"') :] if 'class="todo-list"' in shown else ""
            todo = todo[: todo.find("</ul>")]
            assert (f'/returns/{return_.pk}/"' in todo) is (name == who), (stage, name)


def test_figures_stand_below_the_to_do_list(park, operator, sign_in):
    make_demonstration()
    figure = make_figure(make_indicator(code="REV", name="营业收入"), "2026Q1-3", park, value="1234.5")
    shown = page(sign_in(operator))
    tile = shown[shown.index('class="tiles"') :]
    assert shown.index('id="todo-title"') < shown.index('class="tiles"')
    assert f"/figures/{figure.pk}/" in tile
    for words in ("1,234.50", "2026年1—9月", "核定", "1/1", "截至"):
        assert words in tile


def test_a_figure_that_is_not_there_yet_shows_the_quarter_before(park, operator, sign_in):
    make_demonstration()
    revenue = make_indicator(code="REV", name="营业收入")
    make_figure(revenue, "2026Q1-3", park)
    make_figure(revenue, "2026H1", park, value="800")
    assert "2026年上半年为 800.00" in page(sign_in(operator))


@pytest.mark.parametrize(
    ("role", "sees"),
    [("office", True), ("leader", True), ("task_force_user", False), ("street_user", False), ("department_user", False)],
)
def test_the_park_table_is_limited_by_scope(role, sees, chain, street, department, park, other_park, request, sign_in):
    make_park(name="同链同街园区", chain=chain, street=street, department=department)
    shown = page(sign_in(request.getfixturevalue(role)), "/?period=2026Q3")
    assert park.name in shown
    assert (other_park.name in shown) is sees


def test_changes_are_those_of_the_persons_own_parks(sign_in, street_user):
    cast = make_cast()
    cast.sent_back("2026Q2")
    assert "请核对营业收入" in page(sign_in(cast.operator))
    assert "请核对营业收入" not in page(sign_in(street_user))


def test_the_same_move_of_several_returns_is_one_line(sign_in):
    cast = make_cast()
    cast.locked("2026Q2")
    changes = page(sign_in(cast.office))
    assert "2026年第二季度报表确认锁定" in changes


@pytest.mark.parametrize("role", ["office", "task_force_user"])
def test_home_asks_as_often_for_three_parks_as_for_one(role, chain, park, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    make_park(chain=chain)
    revenue = make_indicator(code="REV")
    make_figure(revenue, "2026Q1-3", park, value="1")

    def counted():
        with CaptureQueriesContext(connection) as queries:
            page(client, "/?period=2026Q3")
        return len(queries)

    few = counted()
    for _ in range(2):
        make_figure(revenue, "2026Q1-3", make_park(chain=chain), value="1")
    assert counted() == few


def test_a_task_force_finds_its_own_dashboard_at_home(chain, task_force_user, sign_in):
    assert f"/dashboard/chain/{chain.code}/" in page(sign_in(task_force_user))


@pytest.mark.feature("A12")
def test_search_finds_only_what_lies_in_scope(park, other_park, operator, office, sign_in):
    mine = page(sign_in(operator), "/search/?q=园区")
    assert park.name in mine
    assert other_park.name not in mine
    everything = page(sign_in(office), "/search/?q=园区")
    assert park.name in everything
    assert other_park.name in everything


def test_a_search_without_an_answer_says_what_to_try(office, sign_in):
    assert "没有找到" in page(sign_in(office), "/search/?q=无此园区")


def test_what_was_searched_for_is_shown_as_text(office, sign_in):
    shown = page(sign_in(office), "/search/?q=<b>x</b>")
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert "<b>x</b>" not in shown


def test_the_gallery_shows_every_component(office, operator, sign_in):
    shown = page(sign_in(office), "/gallery/")
    for words in ("12,345,678,901.23", "已退回", "下一步", "怎么算的", "还没有登记园区", "昆明市官渡区金马街道凉亭片区"):
        assert words in shown
    assert sign_in(operator).get("/gallery/").status_code == 403
