"""试改数据 and 升星路径 on pages: who may, what they say, and that nothing is written."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.audit.models import AuditEvent
from rating.models import Assessment, Scheme
from tests.factories import make_demonstration
from tests.rating.worlds import give_good_figures, load_draft, run_trial

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def october(db):
    make_demonstration(date(2026, 10, 12))


@pytest.fixture
def score(park):
    park.carrier = "building"
    park.save()
    load_draft()
    give_good_figures(park)
    return run_trial()[0]


def at(name, score, **query):
    return reverse(f"rating:{name}", args=[score.pk]) + (
        "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
    )


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.feature("E8")
def test_a_changed_value_is_scored_at_once_and_nothing_is_kept(office, sign_in, score):
    client = sign_in(office)
    before = Assessment.objects.values().get(pk=score.pk)
    plain = text_of(client.get(at("what_if", score)))
    assert "同类园区的均值、名次等按试算时的数据固定不变" in plain
    response = client.get(at("what_if", score, **{"v-FIRMS_ABOVE": "23"}), headers={"HX-Request": "true"})
    words = text_of(response)
    assert response.status_code == 200
    assert "<html" not in response.content.decode()
    assert "+1.00" in words
    assert Assessment.objects.values().get(pk=score.pk) == before


@pytest.mark.feature("E8")
@pytest.mark.parametrize("typed", ["abc", "-1", "1e9", "0.0000001"])
def test_a_value_that_cannot_be_is_refused_in_words(office, sign_in, score, typed):
    response = sign_in(office).get(at("what_if", score, **{"v-FIRMS_ABOVE": typed}))
    assert response.status_code in (200, 422)
    assert response.status_code == (200 if typed == "1e9" else 422)


@pytest.mark.feature("E8")
def test_the_path_names_steps_costs_points_and_gates(office, sign_in, score):
    costs = {"each-FIRMS_ABOVE": "30", "high-FIRMS_ABOVE": "60", "each-reg.hitech_firms": "40", "high-reg.hitech_firms": "30",
             "fixed-attr.has_service_station": "50", "fixed-attr.has_one_stop": "80"}  # fmt: skip
    response = sign_in(office).get(at("path", score, target="five", **costs))
    words = text_of(response)
    assert response.status_code == 200
    assert "达到五星级，最少费用" in words or "现在已经达到" in words or "不能达到" in words
    if "最少费用" in words:
        assert "已证明没有费用更少的办法" in words
        assert "待核" in words


@pytest.mark.feature("E8")
def test_a_cost_that_cannot_be_read_is_refused_at_its_cell(office, sign_in, score):
    response = sign_in(office).get(at("path", score, **{"each-FIRMS_ABOVE": "很多", "deadline": "后天"}))
    assert response.status_code == 422
    html = response.content.decode()
    assert 'href="#each-FIRMS_ABOVE"' in html
    assert 'href="#deadline"' in html


@pytest.mark.feature("E8")
def test_until_it_is_opened_only_the_office_plans(office, operator, leader, department_user, sign_in, score):
    for name in ("what_if", "path"):
        for person in (operator, leader, department_user):
            assert sign_in(person).get(at(name, score)).status_code == 403
    assert "试改数据" not in text_of(sign_in(operator).get(reverse("rating:detail", args=[score.pk])))
    response = sign_in(office).post(at("planning", score), {"open": "yes"})
    assert response.status_code == 302
    assert Scheme.objects.get().planning_open
    assert AuditEvent.objects.filter(verb="scheme.planning").count() == 1
    for name in ("what_if", "path"):
        assert sign_in(operator).get(at(name, score)).status_code == 200
        for person in (leader, department_user):
            assert sign_in(person).get(at(name, score)).status_code == 403
    assert "试改数据" in text_of(sign_in(operator).get(reverse("rating:detail", args=[score.pk])))


@pytest.mark.feature("E8")
def test_an_operator_plans_for_his_own_park_only(operator, sign_in, score, other_park):
    Scheme.objects.update(planning_open=True)
    Assessment.objects.filter(pk=score.pk).update(park=other_park)
    for name in ("what_if", "path"):
        assert sign_in(operator).get(at(name, score)).status_code == 404


def test_an_operator_opens_nothing_and_a_switch_is_not_thrown_twice(operator, office, sign_in, score):
    assert sign_in(operator).post(at("planning", score), {"open": "yes"}).status_code == 403
    client = sign_in(office)
    assert client.post(at("planning", score), {"open": "perhaps"}).status_code == 422
    client.post(at("planning", score), {"open": "yes"})
    assert client.post(at("planning", score), {"open": "yes"}).status_code in (409, 422)
    assert Scheme.objects.get().planning_open


def test_the_pages_ask_the_same_number_of_queries_whatever_is_typed(office, sign_in, score):
    client = sign_in(office)
    client.get(at("what_if", score))
    counts = []
    for typed in ({}, {"v-FIRMS_ABOVE": "23", "v-AREA_LET": "40000"}):
        with CaptureQueriesContext(connection) as queries:
            client.get(at("what_if", score, **typed))
        counts.append(len(queries))
    assert counts[0] == counts[1]
