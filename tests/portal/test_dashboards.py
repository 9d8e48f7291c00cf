"""驾驶舱 of the district and of a chain: what they show, to whom, at a fixed number of queries."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.models import Unit
from targets.enums import IndicatorKind, TargetStatus
from tests.factories import make_chain, make_demonstration, make_figure, make_indicator, make_park
from tests.targets.factories import make_cast
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = pytest.mark.django_db
Q3 = "?period=2026Q3"
READERS = ("office", "department_user", "task_force_user", "street_user", "leader", "liaison")


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", READERS)
def test_the_dashboard_opens_on_an_empty_database(role, request, sign_in):
    shown = page(sign_in(request.getfixturevalue(role)), "/dashboard/")
    assert "还没有汇总数据" in shown
    assert "还没有布置园区报表" in shown


@pytest.mark.parametrize("role", ["operator", "expert", "system_admin", "audit_admin"])
def test_whoever_may_not_see_totals_is_refused(role, chain, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    assert client.get("/dashboard/").status_code == 403
    assert client.get(f"/dashboard/chain/{chain.code}/").status_code == 403


def test_an_unknown_chain_does_not_exist(office, sign_in):
    assert sign_in(office).get("/dashboard/chain/NONE/").status_code == 404


def test_every_figure_carries_what_it_must_not_stand_without_and_leads_to_its_make_up(office, sign_in):
    figure = make_figure(
        make_indicator(code="REV", name="营业收入"), "2026Q1-3", value="3035130.36", expected=14, reported=12
    )
    tile = page(sign_in(office), f"/dashboard/{Q3}").split('class="tile"')[1].split("</section>")[0]
    for words in ("3,035,130.36", "万元", "2026年1—9月", "核定", "12/14", "截至", f'href="/figures/{figure.pk}/"'):
        assert words in tile


def test_the_chains_stand_side_by_side_as_bars_and_as_a_table(office, sign_in):
    revenue = make_indicator(code="REV", name="营业收入")
    for name, value in (("甲链", "100"), ("乙链", "250.5"), ("丙链", None)):
        make_figure(revenue, "2026Q1-3", make_chain(name=name), value=value)
    shown = page(sign_in(office), f"/dashboard/{Q3}")
    assert "营业收入：乙链产业链最高" in shown
    assert '"values": ["100.00", "250.50", null]' in shown
    assert shown.count(">250.50</a>") == 1


def test_parks_of_others_are_not_listed(park, other_park, task_force_user, sign_in):
    revenue = make_indicator(code="REV")
    make_figure(revenue, "2026Q1-3", park, value="11.11")
    make_figure(revenue, "2026Q1-3", other_park, value="22.22")
    for path in (f"/dashboard/{Q3}", f"/dashboard/chain/chain-other/{Q3}"):
        shown = page(sign_in(task_force_user), path)
        assert "22.22" not in shown
        assert other_park.name not in shown
    assert "11.11" in page(sign_in(task_force_user), f"/dashboard/{Q3}")


@pytest.mark.feature("G2")
def test_counts_of_targets_lead_to_the_targets_that_were_counted(office, sign_in):
    plan, client = make_plan(), sign_in(office)
    make_result(make_target(plan, "T01"), TargetStatus.MET, "9")
    make_target(plan, "T02")
    make_target(plan, "T03")
    shown = page(client, f"/dashboard/{Q3}")
    counts = re.findall(r'href="(/plan/\?period=2026Q3&amp;status=\w+)">.*?<strong>(\d+)</strong>', shown, re.DOTALL)
    assert sorted(int(count) for _, count in counts) == [0, 0, 0, 1, 2]
    for link, count in counts:
        groups = client.get(link.replace("&amp;", "&")).context["groups"]
        assert sum(len(group.rows) for group in groups) == int(count)


@pytest.mark.feature("G2")
def test_counts_of_states_lead_to_the_list_of_what_was_counted(sign_in):
    cast = make_cast()
    cast.reviewed("2026Q2")
    client = sign_in(cast.office)
    shown = page(client, "/dashboard/?period=2026Q2")
    counts = re.findall(r'href="(/returns/\?period=2026Q2&amp;state=\w+)">.*?<strong>(\d+)</strong>', shown, re.DOTALL)
    assert sum(int(count) for _, count in counts) == 1
    assert len(counts) == 5
    for link, count in counts:
        listed = client.get(link.replace("&amp;", "&")).context["page"]
        assert len(listed.object_list) == int(count)


def test_targets_are_counted_and_those_not_met_named(office, sign_in):
    plan = make_plan()
    make_result(make_target(plan, "T01", "已经达到的目标"), TargetStatus.MET, "9")
    make_result(make_target(plan, "T02", "还没有达到的目标"), TargetStatus.BEHIND, "7")
    make_target(plan, "T03", "等待数据的目标")
    shown = page(sign_in(office), f"/dashboard/{Q3}")
    assert "T02 还没有达到的目标" in shown
    assert "T01 已经达到的目标" not in shown
    for words in ("已完成 <strong>1</strong> 项", "正常 <strong>0</strong> 项", "滞后 <strong>1</strong> 项", "待补 <strong>1</strong> 项"):
        assert words in shown


def test_a_chain_shows_its_parks_figures_and_targets(chain, park, other_park, task_force_user, sign_in):
    make_demonstration()
    figure = make_figure(make_indicator(code="REV", name="营业收入"), "2026Q1-3", chain, value="77.5")
    plan = make_plan()
    make_target(plan, "T09", "本链的目标", chain_code=chain.code)
    make_target(plan, "T10", "别链的目标", chain_code="chain-other")
    shown = page(sign_in(task_force_user), f"/dashboard/chain/{chain.code}/")
    for words in (chain.task_force.name, park.name, f"/figures/{figure.pk}/", "77.50", "本链的目标"):
        assert words in shown
    assert other_park.name not in shown
    assert "别链的目标" not in shown


@pytest.mark.parametrize("path", ["/dashboard/", "/dashboard/chain/chain-own/"])
def test_dashboards_ask_as_often_for_three_of_everything_as_for_one(path, chain, office, sign_in):
    client, plan = sign_in(office), make_plan()
    revenue = make_indicator(code="REV")
    share = make_indicator(code="OCCUPANCY", kind=IndicatorKind.STOCK)

    def add(number):
        park = make_park(chain=chain)
        make_figure(revenue, "2026Q1-3", park, value="1")
        make_figure(share, "2026Q3", park, value="1")
        make_result(make_target(plan, f"T{number}", f"目标{number}", chain_code=chain.code), TargetStatus.BEHIND, "1")

    def counted():
        with CaptureQueriesContext(connection) as queries:
            page(client, path + Q3)
        return len(queries)

    add(1)
    one = counted()
    add(2)
    add(3)
    assert counted() == one


def test_the_operators_of_a_street_are_not_mixed_up(street, street_user, other_park, sign_in):
    mine = make_park(name="街道内园区", street=street)
    assert mine.placements.get().street.kind == Unit.Kind.STREET
    shown = page(sign_in(street_user), f"/dashboard/{Q3}")
    assert "街道内园区" in shown
    assert other_park.name not in shown
