"""What each collection gives, to whom, in how many queries."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core import clock
from parks.models import Title
from targets.api.serializers import FigurePartsSerializer, FigureSerializer
from targets.enums import Basis, IndicatorKind, TargetStatus, ValueSource
from targets.models import CertifiedValue, Figure, Plan, Return, Target, TargetResult, TargetUnit
from tests.api.conftest import score
from tests.factories import (
    make_chain,
    make_cycle,
    make_figure,
    make_indicator,
    make_park,
    make_template,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(revenue, own, other) -> Target:
    plan = Plan.objects.create(
        code="AP-2024", title="行动计划", issuer="区政府", issued_on="2024-01-01", starts_on="2024-01-01",
        ends_on="2026-12-31",
    )  # fmt: skip
    target = Target.objects.create(
        plan=plan, code="T08", clause="二", title="营业收入", operator="ge", value="100", unit="万元", shape="flow",
        force="约束", indicator=revenue,
    )  # fmt: skip
    TargetUnit.objects.create(target=target, unit=make_unit(name="区统计局"), leads=True)
    parts = [
        {
            "scope_name": n.park.name,
            "park_code": n.park.code,
            "figure": n.figure.pk,
            "value": "1.00",
            "ok": None,
        }
        for n in (own, other)
    ]
    TargetResult.objects.create(
        target=target, period="2026Q3", status=TargetStatus.MET, value_units=10705, value_scale=2, expected=2,
        reported=2, sentence="未符合：外园区。", parts=parts, computed_at=clock.now(),
    )  # fmt: skip
    return target


def test_the_front_page_lists_addresses_that_answer(sign_in, office):
    client = sign_in(office)
    entries = client.get("/api/v1/").json()
    assert [entry["name"] for entry in entries[:2]] == ["园区", "指标"]
    assert {client.get(entry["url"]).status_code for entry in entries} == {200}


def test_a_park_with_where_it_belongs(sign_in, office, park):
    park.lettable_area = 1234567
    park.save()
    Title.objects.create(park=park, level="city", name="示范园区", state="awarded", awarded_on="2025-01-01")
    body = sign_in(office).get("/api/v1/parks/park-own/").json()
    assert (body["code"], body["name"], body["chain_code"], body["street_name"]) == (
        "park-own", "本园区", "chain-own", "本街道",
    )  # fmt: skip
    assert body["lettable_area"] == "12345.67"
    assert [(t["name"], t["state_label"]) for t in body["titles"]] == [("示范园区", "已认定")]


def test_an_indicator_with_its_unit_and_meaning(sign_in, operator, revenue):
    revenue.caliber = "年初至报告期末"
    revenue.save()
    (body,) = sign_in(operator).get("/api/v1/indicators/").json()["results"]
    assert (body["code"], body["caliber"], body["kind_label"]) == ("REV", "年初至报告期末", "本年累计")
    assert (body["versions"][0]["unit"], body["versions"][0]["scale"]) == ("万元", 2)


def test_a_figure_is_exact_text_with_its_unit(sign_in, operator, own):
    (body,) = sign_in(operator).get("/api/v1/figures/").json()["results"]
    assert set(body) == set(FigureSerializer().fields)
    assert (body["id"], body["indicator"], body["period"], body["scope_code"]) == (
        own.figure.pk, "REV", "2026Q1-3", "park-own",
    )  # fmt: skip
    assert (body["value"], body["unit"], body["numerator"], body["denominator"]) == (
        "100.05",
        "万元",
        "100.05",
        None,
    )
    assert sign_in(operator).get(f"/api/v1/figures/{own.figure.pk}/").json() == body


@pytest.mark.feature("C6")
def test_provisional_figures_are_given_to_whoever_asks_for_them(sign_in, office, own):
    """Official numbers by default: the same address never answers with both."""
    make_figure(own.figure.indicator, "2026Q1-3", own.park, value="7.00", basis=Basis.FILED)
    client, shown = sign_in(office), {}
    for asked in ("", "basis=certified", "basis=filed"):
        (row,) = client.get(f"/api/v1/figures/?park=park-own&{asked}").json()["results"]
        shown[asked] = (row["basis"], row["value"])
    certified = ("certified", "100.05")
    assert shown == {"": certified, "basis=certified": certified, "basis=filed": ("filed", "7.00")}


def test_what_nobody_reported_is_null(sign_in, office, revenue, park):
    make_figure(revenue, "2026Q1-3", park)
    (body,) = sign_in(office).get("/api/v1/figures/").json()["results"]
    assert (body["value"], body["numerator"], body["reported"], body["expected"]) == (None, None, 0, 1)


def test_a_ratio_shows_its_parts_in_their_own_units(sign_in, office, park):
    make_indicator(code="LET", unit="平方米", scale=2, kind=IndicatorKind.STOCK)
    make_indicator(code="ROOMS", unit="间", scale=0, kind=IndicatorKind.STOCK)
    ratio = make_indicator(
        code="RATE", unit="%", scale=2, kind=IndicatorKind.RATIO, definition={"num": "LET", "den": "ROOMS"}
    )
    figure = make_figure(ratio, "2026Q3", park, numerator=12345, denominator=7)
    body = sign_in(office).get(f"/api/v1/figures/{figure.pk}/").json()
    assert (body["numerator"], body["numerator_unit"]) == ("123.45", "平方米")
    assert (body["denominator"], body["denominator_unit"]) == ("7", "间")
    figure.refresh_from_db()
    assert (body["value"], body["unit"]) == (f"{figure.value:f}", "%")


def test_filters_choose_figures(sign_in, office, own, other, revenue):
    make_figure(revenue, "2026Q1-3", None, value="107.05")
    client = sign_in(office)

    def codes(query: str) -> list[str]:
        return [row["scope_code"] for row in client.get(f"/api/v1/figures/?{query}").json()["results"]]

    assert codes("park=park-own") == ["park-own"]
    assert codes("scope_kind=district") == [""]
    assert codes("indicator=REV&period=2026Q1-3") == ["park-own", "park-other", ""]
    assert codes("period=2025") == []
    assert codes("basis=filed") == []


def test_parts_add_up_to_the_figure(sign_in, office, task_force_user, own, other, revenue):
    whole = make_figure(revenue, "2026Q1-3", None, value="107.05")
    body = sign_in(office).get(f"/api/v1/figures/{whole.pk}/parts/").json()
    assert set(body) == set(FigurePartsSerializer().fields)
    assert sum(Decimal(part["numerator"]) for part in body["parts"]) == Decimal(body["figure"]["numerator"])
    assert body["not_shown"] == 0
    partly = sign_in(task_force_user).get(f"/api/v1/figures/{whole.pk}/parts/").json()
    assert [part["park_code"] for part in partly["parts"]] == ["park-own"]
    assert partly["not_shown"] == 1


def test_a_park_figure_stands_on_its_certified_value(sign_in, operator, own, revenue):
    own.figure.source = CertifiedValue.objects.create(
        indicator=revenue, indicator_version=revenue.versions.get(), subject_kind="park", subject_code="park-own",
        period="2026Q3", units=10005, source=ValueSource.OPERATOR, certified_by="园区发展办", certified_at=clock.now(),
    )  # fmt: skip
    own.figure.save()
    body = sign_in(operator).get(f"/api/v1/figures/{own.figure.pk}/parts/").json()
    assert body["parts"] == []
    assert (body["certified"]["value"], body["certified"]["source"]) == ("100.05", "运营方报送")


def test_a_target_says_what_is_asked_and_how_far_it_is(sign_in, office, target):
    body = sign_in(office).get("/api/v1/targets/AP-2024:T08/").json()
    assert (body["id"], body["operator_label"], body["value"], body["indicator"]) == (
        "AP-2024:T08", "不低于", "100", "REV",
    )  # fmt: skip
    assert [(unit["name"], unit["leads"]) for unit in body["units"]] == [("区统计局", True)]
    standing = body["standing"]
    assert (standing["period"], standing["status_label"], standing["value"]) == ("2026Q3", "已完成", "107.05")
    assert len(standing["parts"]) == 2
    assert sign_in(office).get("/api/v1/targets/?period=2025Q1").json()["results"][0]["standing"] is None


@pytest.mark.feature("D12")
def test_a_red_that_is_not_released_is_told_to_nobody_but_the_office(sign_in, office, leader, target):
    TargetResult.objects.update(status="behind", sentence="未符合：本园区。")
    told = [sign_in(each).get("/api/v1/targets/AP-2024:T08/").json()["standing"] for each in (office, leader)]
    assert [(each["status"], each["status_label"], each["sentence"]) for each in told] == [
        ("behind", "滞后", "未符合：本园区。"), ("veiled", "核实中", ""),
    ]  # fmt: skip
    assert {part["ok"] for part in told[1]["parts"]} == {None}


@pytest.mark.feature("A12")
def test_a_targets_parts_name_no_park_out_of_scope(sign_in, task_force_user, target, other):
    response = sign_in(task_force_user).get("/api/v1/targets/")
    assert [part["park_code"] for part in response.json()["results"][0]["standing"]["parts"]] == ["park-own"]
    assert other.park.name not in response.text
    assert other.park.code not in response.text


def test_an_assessment_explains_itself_on_its_own_page(sign_in, expert, own):
    client = sign_in(expert)
    (listed,) = client.get("/api/v1/assessments/?period=2026Q3").json()["results"]
    assert (listed["park"], listed["total"], listed["stars"], listed["kind_label"]) == (
        "park-own",
        "81.25",
        4,
        "试算",
    )
    assert "result" not in listed
    detail = client.get(f"/api/v1/assessments/{own.assessment.pk}/").json()
    assert detail["result"] == {"total": "81.25"}


def test_a_return_says_its_state(sign_in, operator, own):
    (body,) = sign_in(operator).get("/api/v1/returns/").json()["results"]
    assert (body["id"], body["period"], body["state_label"], body["due_on"]) == (
        own.filed.pk, "2026Q3", "待填报", "2026-10-15",
    )  # fmt: skip


@pytest.mark.feature("A12", "H2")
@pytest.mark.parametrize("path", ["parks", "figures", "assessments", "returns"])
def test_nothing_of_a_foreign_park_in_any_list(sign_in, operator, own, other, path):
    response = sign_in(operator).get(f"/api/v1/{path}/")
    assert len(response.json()["results"]) == 1
    for canary in (other.park.name, other.park.code, "chain-other", "street-other", "dept-other"):
        assert canary not in response.text


@pytest.mark.feature("H4")
def test_pages_show_every_row_once_while_rows_are_added(sign_in, office, revenue):
    moment = clock.now()
    version = revenue.versions.get()

    def add(first: int, last: int) -> None:
        Figure.objects.bulk_create(
            Figure(
                indicator=revenue, indicator_version=version, scope_kind="park",
                scope_code=f"p{n}", scope_name="园区", period="2026Q3", computed_at=moment,
            )
            for n in range(first, last)
        )  # fmt: skip

    add(0, 2500)
    client, seen, url = sign_in(office), [], "/api/v1/figures/?limit=1000&period=2026Q3"
    while url:
        body = client.get(url).json()
        seen += [row["scope_code"] for row in body["results"]]
        url = body["next"]
        if len(seen) == 1000:
            add(2500, 2510)
    assert seen == [f"p{n}" for n in range(2510)]


def test_descending_pages_meet_no_row_twice(sign_in, office, numbers_of):
    made = [numbers_of(make_park()).filed.pk for _ in range(5)]
    client, seen, url = sign_in(office), [], "/api/v1/returns/?limit=2"
    while url:
        body = client.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert seen == sorted(made, reverse=True)


@pytest.mark.parametrize("path", ["parks", "indicators", "figures", "targets", "assessments", "returns"])
def test_as_many_queries_for_three_rows_as_for_one(sign_in, office, target, path, revenue, scheme):
    client = sign_in(office)
    few = _queries(client, f"/api/v1/{path}/")
    for number in range(3):
        _one_more(number, revenue, target, scheme)
    many = _queries(client, f"/api/v1/{path}/")
    assert len(client.get(f"/api/v1/{path}/").json()["results"]) >= 3
    assert many == few


def _queries(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def _one_more(number: int, revenue, target: Target, scheme) -> None:
    park = make_park(chain=make_chain(), street=make_unit("street"), department=make_unit())
    Title.objects.create(park=park, level="city", name="示范园区")
    figure = make_figure(revenue, "2026Q1-3", park, value="1")
    cycle = make_cycle(make_template(make_indicator()))
    Return.objects.create(
        cycle=cycle, subject_kind="park", park=park, subject_name=park.name, park_code=park.code
    )
    score(park, scheme)
    more = Target.objects.create(
        plan=target.plan, code=f"T9{number}", clause="二", title="目标", operator="ge", shape="flow", force="约束",
        indicator=revenue,
    )  # fmt: skip
    TargetUnit.objects.create(target=more, unit=make_unit())
    part = {"scope_name": park.name, "park_code": park.code, "figure": figure.pk, "value": "1", "ok": None}
    TargetResult.objects.create(
        target=more, period="2026Q3", status="met", parts=[part], computed_at=clock.now()
    )
