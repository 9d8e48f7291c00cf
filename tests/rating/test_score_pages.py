"""The list of trial scores and the explained score: who sees what, and whether it adds up."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from knox.models import AuthToken

from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from rating.engine import Result
from rating.models import Assessment
from rating.queries.explained import explained
from rating.queries.scores import score_table
from rating.templatetags.scores import grouped
from targets.actions import disclosures
from targets.models import Figure
from tests.factories import make_chain, make_demonstration, make_park
from tests.rating.worlds import give_good_figures, load_draft, run_trial

pytestmark = pytest.mark.django_db

Q3 = Period.parse("2026Q3")
NEXT_WORDS = re.compile(r"可得 [\d.]+ 分。")


@pytest.fixture(autouse=True)
def october(db):
    make_demonstration(date(2026, 10, 12))


@pytest.fixture
def chain(db):
    return make_chain(code="DIG", name="数字经济")


@pytest.fixture
def score(park):
    """The score of the operator's park, which misses some points everywhere."""
    park.carrier = "building"
    park.save()
    load_draft()
    give_good_figures(park)
    return run_trial()[0]


def page(client, score):
    return client.get(reverse("rating:detail", args=[score.pk]))


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.feature("E7")
def test_the_page_shows_each_items_rule_inputs_points_and_loss(operator, sign_in, score):
    response = page(sign_in(operator), score)
    words = text_of(response)
    result = Result.from_json(score.result)
    for leaf in result.leaves():
        assert grouped(leaf.rule_text) in words
        assert grouped(leaf.sentence) in words
    assert "35,000 平方米" in words
    assert "试行草案 · 试算，不作为认定依据" in words
    assert "2026年第三季度" in words
    assert result.scheme_version in words


@pytest.mark.feature("E7")
def test_every_input_links_to_its_source(operator, sign_in, score, park):
    html = page(sign_in(operator), score).content.decode()
    let = Figure.objects.get(indicator__code="AREA_LET")
    assert f'href="{reverse("targets:figure", args=[let.pk])}"' in html
    assert f'href="{reverse("parks:detail", args=[park.code])}"' in html


def test_a_source_that_is_gone_is_shown_without_a_link(operator, sign_in, score):
    let = Figure.objects.get(indicator__code="AREA_LET")
    address = reverse("targets:figure", args=[let.pk])
    Figure.objects.all().delete()
    response = page(sign_in(operator), score)
    assert address not in response.content.decode()
    assert "35,000 平方米" in text_of(response)


@pytest.mark.feature("E7")
def test_the_parts_on_the_page_add_up_to_the_total(office, score):
    shown = explained(score, office)
    for section in shown.sections:
        parts = sum(item.leaf.points for item in section.items) + sum(
            each.amount for each in section.adjustments
        )
        assert parts == section.node.points
    total = sum(section.node.points for section in shown.sections) + sum(
        each.amount for each in shown.adjustments
    )
    assert total == shown.result.total == score.total


@pytest.mark.feature("E7")
def test_the_sum_line_reads_as_an_exact_sum(operator, sign_in, score):
    html = page(sign_in(operator), score).content.decode()
    line = re.search(r'<p class="sum-line">(.*?)</p>', html, re.S)[1]
    *parts, total = (Decimal(each) for each in re.findall(r'<b class="number">([\d.-]+)</b>', line))
    assert sum(parts) == total == score.total


def test_next_steps_and_nearness_are_for_the_office_only(
    office, operator, department_user, leader, sign_in, score
):
    own = text_of(page(sign_in(office), score))
    assert NEXT_WORDS.search(own)
    assert "还差" in own
    for person in (operator, department_user, leader):
        client = sign_in(person)
        for words in (text_of(page(client, score)), text_of(client.get(reverse("rating:list")))):
            assert not NEXT_WORDS.search(words)
            assert "还差" not in words
            assert "距上一等次" not in words
            assert "计划目标" not in words


def test_the_office_sees_grades_beside_the_plans_goals(office, sign_in, score):
    words = text_of(sign_in(office).get(reverse("rating:list")))
    assert "距上一等次" in words
    assert "不是名额" in words


def test_a_score_outside_the_scope_does_not_exist(operator, sign_in, score, other_park):
    Assessment.objects.filter(pk=score.pk).update(park=other_park)
    client = sign_in(operator)
    assert page(client, score).status_code == 404
    assert other_park.name not in text_of(client.get(reverse("rating:list")))


def test_the_list_shows_visible_parks_only(operator, sign_in, score, chain):
    give_good_figures(make_park(name="别的园区", chain=chain, carrier="building"))
    run_trial()
    words = text_of(sign_in(operator).get(reverse("rating:list")))
    assert "本园区" in words
    assert "别的园区" not in words
    assert "1 个园区中，1 个完成试算" in words


@pytest.mark.feature("E11")
def test_a_blocked_park_says_what_is_missing_and_stands_last(office, sign_in, score, chain):
    waiting = make_park(name="缺数园区", chain=chain, carrier="building")
    give_good_figures(waiting, without=("AREA_LET",))
    run_trial()
    words = text_of(sign_in(office).get(reverse("rating:list")))
    assert "入驻率：企业入驻面积无数据" in words
    assert words.index("缺数园区") > words.index("本园区")
    blocked = Assessment.objects.get(park=waiting)
    assert "暂不评定" in text_of(page(sign_in(office), blocked))
    assert blocked.total is None


def test_rows_stand_by_score(office, score, chain):
    worse = make_park(name="较低园区", chain=chain, carrier="building")
    give_good_figures(worse)
    Figure.objects.filter(park_code=worse.code, indicator__code="FIRMS_ABOVE").update(numerator=1)
    run_trial()
    rows = score_table(score.scheme, Q3, office).rows
    assert [row.park.name for row in rows] == ["本园区", "较低园区"]
    assert rows[0].total > rows[1].total


def test_the_list_takes_as_many_queries_for_three_parks_as_for_one(
    office, sign_in, score, chain, django_assert_num_queries
):
    client = sign_in(office)
    client.get(reverse("rating:list"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("rating:list"))
    for _ in range(2):
        give_good_figures(make_park(chain=chain, carrier="building"))
    run_trial()
    with django_assert_num_queries(len(one)):
        assert client.get(reverse("rating:list")).context["table"].scored == 3


def test_an_earlier_quarter_is_chosen_by_its_code(office, sign_in, score, park):
    give_good_figures(park, "2026Q2")
    run_trial("2026Q2")
    client = sign_in(office)
    assert client.get(reverse("rating:list")).context["quarter"].code == "2026Q3"
    assert client.get(reverse("rating:list"), {"period": "2026Q2"}).context["quarter"].code == "2026Q2"
    assert client.get(reverse("rating:list"), {"period": "2025Q1"}).status_code == 404
    assert client.get(reverse("rating:list"), {"period": "昨天"}).status_code == 422


def test_without_a_scheme_or_a_score_the_list_says_what_it_waits_for(office, sign_in):
    client = sign_in(office)
    assert "还没有载入评定方案" in text_of(client.get(reverse("rating:list")))
    load_draft()
    assert "还没有试算得分" in text_of(client.get(reverse("rating:list")))


def test_the_office_asks_for_a_new_trial_and_sees_it_end(office, sign_in, score):
    client = sign_in(office)
    answer = client.post(reverse("rating:recompute"), {"period": "2026Q3"}, follow=True)
    assert "排队中" in text_of(answer)
    waiting = client.get(reverse("rating:progress", args=["2026Q3"]), HTTP_HX_REQUEST="true")
    assert "hx-get" in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    run_waiting()
    ended = client.get(reverse("rating:progress", args=["2026Q3"]), HTTP_HX_REQUEST="true")
    assert ended["HX-Refresh"] == "true"
    assert Job.objects.filter(state=Job.State.DONE, actor_key="office").count() == 1


@pytest.mark.parametrize("period", ["2026-09", "2026", "2099Q4", "x"])
def test_a_trial_is_of_a_quarter_that_has_begun(office, sign_in, period):
    answer = sign_in(office).post(reverse("rating:recompute"), {"period": period})
    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_others_may_not_ask_for_a_trial(operator, leader, sign_in, score):
    before = Job.objects.count()
    for person in (operator, leader):
        assert sign_in(person).post(reverse("rating:recompute"), {"period": "2026Q3"}).status_code == 403
        assert sign_in(person).get(reverse("rating:progress", args=["2026Q3"])).status_code == 403
    assert Job.objects.count() == before


def test_a_parks_profile_shows_its_trial_stars(operator, sign_in, score, park):
    words = text_of(sign_in(operator).get(reverse("parks:detail", args=[park.code])))
    assert "星级试算" in words
    assert f"{score.total} 分" in words


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("企业入驻面积 113600 平方米", "企业入驻面积 113,600 平方米"),
        ("每万平方米税收约 3912.49 万元", "每万平方米税收约 3,912.49 万元"),
        ("截至2026年第三季度，见 J-2026-001", "截至2026年第三季度，见 J-2026-001"),
        ("占 0.12345", "占 0.12345"),
    ],
)
def test_sentences_separate_thousands_and_leave_years_and_codes_alone(plain, shown):
    assert grouped(plain) == shown


def test_the_api_keeps_what_lies_ahead_for_the_office(office, operator, api_client, sign_in, score):
    address = f"/api/v1/assessments/{score.pk}/"
    assert '"points_to_next"' in sign_in(office).get(address).content.decode()
    _, token = AuthToken.objects.create(user=api_client)
    by_token = Client(headers={"authorization": f"Token {token}"})
    # A score repeats the park's numbers: a client from outside gets the score alone.
    assert by_token.get(address).json()["result"] is None
    disclosures.give(client=api_client, reason="市级平台", by=office)
    for asking in (sign_in(operator), by_token):
        body = asking.get(address).content.decode()
        assert '"sentence"' in body
        assert not re.search(r'"(next|next_code|next_title|points_to_next)":', body)


def test_when_no_park_has_a_score_the_page_says_so(operator, sign_in, score):
    Figure.objects.filter(indicator__code="AREA_LET").update(numerator=None)
    run_trial()
    words = text_of(sign_in(operator).get(reverse("rating:list")))
    assert "1 个园区都因缺少核定数据暂不评定" in words
    assert "企业入驻面积未报送或未核定" in words
