"""From a figure to the approved cell, and from the cell to all that it is in."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core.periods import Period
from guandu.jobs import worker
from targets.actions import corrections, lights, returns
from targets.models import CertifiedValue, Figure
from targets.queries.approved import approved_cells
from targets.queries.feeds import feeds_of
from targets.queries.neighbours import missing_of, neighbours
from tests.factories import make_figure, make_indicator, make_park
from tests.targets.factories import make_cast
from tests.targets.lit import behind, make_light
from tests.targets.plans import make_plan, make_target

pytestmark = pytest.mark.django_db


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def value_of(code, **fields):
    return CertifiedValue.objects.current().get(indicator__code=code, **fields)


@pytest.fixture
def cast(db):
    found = make_cast()
    found.locked("2026Q2")
    worker.run_waiting()
    return found


# --- the cell ---------------------------------------------------------------------------------------


@pytest.mark.feature("C10")
def test_the_approved_cell_says_value_source_who_and_when_and_leads_on(cast, sign_in):
    value = value_of("REV")
    shown = page(sign_in(cast.office), f"/returns/{value.return_version.return_of_id}/")
    row = re.search(r'<tr id="cell-REV">(.*?)</tr>', shown, re.DOTALL)[1]
    for words in ("1,000.00", "运营方报送 第 1 版", value.certified_by, f'href="/values/{value.pk}/"'):
        assert words in row


def test_a_corrected_cell_keeps_its_former_value_beside_the_one_that_stands(cast, sign_in):
    old = value_of("REV")
    return_ = old.return_version.return_of
    corrected = corrections.open_(return_=return_, codes=["REV"], reason="录入有误", by=cast.office)
    shown = page(sign_in(cast.operator), f"/returns/{corrected.pk}/")
    assert 'id="cell-REV"' in shown  # while the cell is open for correction, what counts stays in sight
    again = returns.file(
        return_=returns.save(return_=corrected, cells={"REV": "999.5"}, by=cast.operator), by=cast.operator
    )
    returns.confirm(return_=returns.review(return_=again, by=cast.reviewer), by=cast.office)
    row = re.search(
        r'<tr id="cell-REV">(.*?)</tr>', page(sign_in(cast.office), f"/returns/{return_.pk}/"), re.DOTALL
    )[1]
    assert "999.50" in row
    assert "原 1,000.00" in row


def test_no_cell_is_approved_before_the_return_is(cast):
    assert approved_cells(cast.filed("2026Q3"), cast.office) == []


def test_approved_cells_are_read_at_once(cast):
    return_ = value_of("REV").return_version.return_of
    assert CertifiedValue.objects.filter(return_version__return_of=return_).count() >= 3
    with CaptureQueriesContext(connection) as queries:
        approved_cells(return_, cast.office)
    # One of them reads the values; the others say which day it is and what is granted.
    assert sum("targets_certifiedvalue" in query["sql"] for query in queries) == 1
    assert len(queries) == 4


# --- where it goes ----------------------------------------------------------------------------------


@pytest.mark.feature("C10")
def test_a_value_lists_park_chain_district_and_ratio(cast, sign_in):
    value = value_of("REV")
    listed = {(f.indicator.code, f.scope_kind) for f in feeds_of(value, cast.office).figures}
    assert listed >= {("REV", "park"), ("REV", "chain"), ("REV", "district")}
    shown = page(sign_in(cast.office), f"/values/{value.pk}/")
    for figure in feeds_of(value, cast.office).figures:
        assert f'href="/figures/{figure.pk}/"' in shown
    assert f'href="/returns/{value.return_version.return_of_id}/#cell-REV"' in shown


def test_an_operator_follows_his_value_to_his_park_and_not_to_totals(cast, sign_in):
    value = value_of("REV")
    assert {f.scope_kind for f in feeds_of(value, cast.operator).figures} == {"park"}
    assert (
        "全区"
        not in page(sign_in(cast.operator), f"/values/{value.pk}/")
        .split('id="content"')[1]
        .split("<footer")[0]
    )


def test_a_target_that_is_red_and_not_released_is_not_red_here_either(cast, leader, sign_in):
    value = value_of("REV")
    figure = feeds_of(value, cast.office).figures[0]
    quarter = Period.quarter_of(Period.parse(figure.period).last_day).code
    target = behind(make_target(make_plan(), "T08"), period=quarter, parts=[{"figure": figure.pk}])
    light = make_light(target, period=quarter)
    words = {user.username: page(sign_in(user), f"/values/{value.pk}/").split("用于计划目标")[1] for user in (cast.office, leader)}
    assert ["滞后" in words[user.username] for user in (cast.office, leader)] == [True, False]
    assert "核实中" in words["leader"]
    lights.release(lights=[light], by=cast.office)
    assert "滞后" in page(sign_in(leader), f"/values/{value.pk}/").split("用于计划目标")[1]


def test_a_superseded_value_goes_nowhere_and_says_so(cast, sign_in):
    value = value_of("REV")
    CertifiedValue.objects.filter(pk=value.pk).update(superseded_at=value.certified_at)
    value.refresh_from_db()
    assert feeds_of(value, cast.office).count == 0
    assert "不再用于汇总" in page(sign_in(cast.office), f"/values/{value.pk}/")


def test_a_month_s_value_beside_the_quarter_s_is_in_nothing(cast):
    value = value_of("REV")
    month = CertifiedValue.objects.get(pk=value.pk)
    month.pk, month.period = None, "2026-06"
    month.save(force_insert=True)
    assert feeds_of(month, cast.office).count == 0
    assert feeds_of(value, cast.office).count > 0


@pytest.mark.feature("A12")
def test_a_value_of_a_park_out_of_scope_does_not_exist(cast, operator, sign_in):
    assert sign_in(operator).get(f"/values/{value_of('REV').pk}/").status_code == 404


def test_following_a_value_asks_as_often_for_three_parks_as_for_one(cast, sign_in):
    value, client = value_of("REV"), sign_in(cast.office)

    def counted():
        with CaptureQueriesContext(connection) as queries:
            page(client, f"/values/{value.pk}/")
        return len(queries)

    one = counted()
    figure = Figure.objects.get(indicator__code="REV", scope_kind="district")
    for kind in ("street", "area"):
        make_figure(make_indicator(), "2026H1", value="1")
        Figure.objects.filter(pk=figure.pk).update(expected=1)
        Figure.objects.filter(indicator__code="REV", scope_kind="park").update(**{f"{kind}_code": "X"})
        Figure.objects.create(**{
            **{f.attname: getattr(figure, f.attname) for f in Figure._meta.concrete_fields if f.attname != "id"},
            "scope_kind": kind, "scope_code": "X", "scope_name": "某处",
        })  # fmt: skip
    assert {f.scope_kind for f in feeds_of(value, cast.office).figures} >= {"street", "area"}
    assert counted() == one


# --- the figure -------------------------------------------------------------------------------------


def test_a_figure_leads_to_the_periods_before_and_after_and_to_what_it_lies_in(park, chain, office, sign_in):
    revenue = make_indicator(code="REV")
    before, now, after = (
        make_figure(revenue, period, park, value="1") for period in ("2025", "2026Q1", "2026H1")
    )
    total, own, foreign = (
        make_figure(revenue, "2026Q1", scope, value="1")
        for scope in (None, chain, make_park().placements.get().chain)
    )
    beside = neighbours(now, office)
    assert (beside.before, beside.after) == (before, after)
    assert beside.above == [total, own]
    assert neighbours(own, office).beside == [foreign]
    shown = page(sign_in(office), f"/figures/{now.pk}/")
    for each in (before, after, total, own):
        assert f'href="/figures/{each.pk}/"' in shown
    assert f'href="/figures/{foreign.pk}/"' not in shown


@pytest.mark.feature("C7")
def test_a_total_names_the_parks_that_it_waits_for_in_sight_and_counts_the_others(
    park, other_park, office, street_user, sign_in
):
    revenue = make_indicator()
    make_figure(revenue, "2026Q1-3", make_park(), value="5")
    for each in (park, other_park):
        make_figure(revenue, "2026Q1-3", each)
    total = make_figure(revenue, "2026Q1-3", value="5", expected=3, reported=1)
    assert [each.scope_name for each in missing_of(total, office).parks] == sorted(
        [other_park.name, park.name], key=str
    )
    shown = page(sign_in(street_user), f"/figures/{total.pk}/")
    assert "还有 2 个园区没有核定，现值只计入已核定的园区：<a" in shown
    assert "另有 1 个不在您的范围内" in shown
    assert other_park.name not in shown


def test_a_figure_without_a_number_says_why(park, office, sign_in):
    figure = make_figure(make_indicator(), "2026Q1-3", park)
    assert "园区这一期还没有核定的数据。" in page(sign_in(office), f"/figures/{figure.pk}/")


def test_a_figure_bears_its_number_of_computation_and_the_version_of_its_indicator(park, office, sign_in):
    figure = make_figure(make_indicator(), "2026Q1-3", park, value="1", run=47)
    shown = page(sign_in(office), f"/figures/{figure.pk}/")
    assert "<dt>计算批次</dt><dd>47</dd>" in shown
    assert "指标第 1 版" in shown
