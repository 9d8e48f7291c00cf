"""The plan on a page, one target, the dictionary, and each figure down to the cell of a return."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.jobs import worker
from targets.enums import IndicatorKind, Shape, TargetStatus
from targets.models import Ambiguity, Figure, QualitativeAim, TargetUnit
from targets.queries.drill import drill
from targets.queries.plan import telling_decimals
from tests.factories import make_chain, make_figure, make_indicator, make_park, make_unit
from tests.targets.factories import make_cast
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = pytest.mark.django_db
Q3 = "?period=2026Q3"
READERS = ("office", "department_user", "task_force_user", "street_user", "leader", "liaison")


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def counted(client, path):
    with CaptureQueriesContext(connection) as queries:
        page(client, path)
    return len(queries)


# --- the plan ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", READERS)
def test_the_plan_opens_for_its_readers_also_before_it_is_loaded(role, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    assert "还没有载入行动计划" in page(client, "/plan/")
    make_target(make_plan(), "T01", "三星级园区8个")
    assert "三星级园区8个" in page(client, "/plan/")
    assert "三星级园区8个" in page(client, "/plan/T01/")


@pytest.mark.parametrize("role", ["operator", "expert", "system_admin", "security_admin", "audit_admin"])
def test_the_plan_is_closed_to_others(role, request, sign_in):
    make_target(make_plan(), "T01")
    client = sign_in(request.getfixturevalue(role))
    assert client.get("/plan/").status_code == 403
    assert client.get("/plan/T01/").status_code == 403


def test_an_unknown_target_does_not_exist(office, sign_in):
    make_plan()
    assert sign_in(office).get("/plan/T99/").status_code == 404


def test_a_target_shows_what_is_required_where_it_stands_and_who_leads(office, sign_in):
    target = make_target(make_plan(), "T04", "新增园区10个", value="10")
    TargetUnit.objects.create(target=target, unit=make_unit(name="牵头局"), leads=True, inferred=True)
    make_result(target, TargetStatus.BEHIND, "9", expected=9, reported=9)
    shown = page(sign_in(office), f"/plan/{Q3}")
    row = shown[shown.index("T04") :].split("</tr>")[0]
    for words in ("一（二）第1段", "不低于 10 个", "9 个", "滞后", "牵头局", "推定"):
        assert words in row


def test_a_target_that_waits_says_for_what_and_has_no_number(office, sign_in):
    make_target(make_plan(), "T01", waits_for="等待印发评定办法。")
    shown = page(sign_in(office), f"/plan/{Q3}")
    row = shown[shown.index(">T01<") :].split("</tr>")[0]
    assert "待补" in row
    assert "等待印发评定办法。" in row
    assert "—" in row
    assert "0 个" not in row


def test_the_plan_is_grouped_by_clause_or_by_chain_and_narrowed_by_status(office, sign_in):
    plan, chain = make_plan(), make_chain(name="数字")
    make_result(make_target(plan, "T01", "达到的", chain_code=chain.code), TargetStatus.MET, "9")
    make_target(plan, "T02", "等待的", goal="经济效益")
    client = sign_in(office)
    shown = page(client, f"/plan/{Q3}")
    assert "一（二） 园区建设" in shown
    assert "一（二） 经济效益" in shown
    assert "数字产业链" in page(client, f"/plan/{Q3}&by=chain")
    met = page(client, f"/plan/{Q3}&status=met")
    assert "达到的" in met
    assert "等待的" not in met


def test_aims_findings_and_readings_stand_on_the_page(office, sign_in):
    plan = make_plan(findings=[{"code": "K1", "agrees": False, "sentence": "分解合计 4，尚有 1 未对应。"}])
    QualitativeAim.objects.create(plan=plan, code="Q1", clause="一(二)¶1", title="布局合理的园区体系")
    Ambiguity.objects.create(plan=plan, code="A1", place="一(二)¶1", question="年初还是年末", reading="按年末")
    shown = page(sign_in(office), "/plan/")
    for words in ("布局合理的园区体系", "尚有 1 未对应", "待说明", "年初还是年末", "按年末"):
        assert words in shown


def test_the_plan_asks_as_often_for_three_targets_as_for_one(office, sign_in):
    client, plan = sign_in(office), make_plan()

    def add(number):
        target = make_target(plan, f"T{number}")
        TargetUnit.objects.create(target=target, unit=make_unit(), leads=True)
        make_result(target, TargetStatus.MET, "9")

    add(1)
    one = counted(client, f"/plan/{Q3}")
    add(2)
    add(3)
    assert counted(client, f"/plan/{Q3}") == one


@pytest.mark.once
@pytest.mark.parametrize(
    ("value", "decimals"), [("59.999905", 4), ("60", 2), ("60.004", 3), ("58.3", 2), ("59.9999999", 6), (None, 2)]
)
def test_as_many_decimals_as_show_the_side_of_the_line(value, decimals):
    assert telling_decimals(None if value is None else Decimal(value), Decimal(60)) == decimals


def make_each_target(park, other_park):
    """A line each park must hold: the first just misses it, the second has no data."""
    ratio = make_indicator(code="LEAD_RATIO", kind=IndicatorKind.RATIO, unit="%", definition={"op": "ratio", "num": "A", "den": "B"})
    close = make_figure(ratio, "2026Q1-3", park, numerator=59999905, denominator=100000000, reported=1)
    none = make_figure(ratio, "2026Q1-3", other_park)
    target = make_target(
        make_plan(), "T08", "各园区占比60%以上", value="60", unit="%", shape=Shape.RATIO_EACH, indicator=ratio
    )
    parts = [
        {"scope_name": f.scope_name, "park_code": f.park_code, "figure": f.pk, "value": None, "ok": ok}
        for f, ok in ((close, False), (none, None))
    ]
    make_result(target, TargetStatus.BEHIND, "0", parts=parts, expected=2, reported=1, sentence=f"未符合：{park.name}。")
    return target


def test_a_park_just_below_the_line_is_not_shown_on_it(park, other_park, office, sign_in):
    make_each_target(park, other_park)
    shown = page(sign_in(office), f"/plan/T08/{Q3}")
    assert ">59.9999</a>" in shown
    assert ">60.00</a>" not in shown
    assert "未符合" in shown
    assert "缺少数据" in shown
    assert "0/1" in shown


def test_parks_out_of_scope_are_named_neither_as_parts_nor_in_words(park, other_park, task_force_user, sign_in):
    target = make_each_target(other_park, park)
    assert target.results.get().sentence == f"未符合：{other_park.name}。"
    for path in (f"/plan/{Q3}", f"/plan/T08/{Q3}"):
        shown = page(sign_in(task_force_user), path)
        assert other_park.name not in shown
        assert "59.99" not in shown


def test_the_dictionary_gives_each_indicator_its_meaning(operator, sign_in):
    make_indicator(code="REV", name="营业收入", caliber="在园企业年初至报告期末的营业收入合计")
    shown = page(sign_in(operator), "/indicators/")
    for words in ("营业收入", "REV", "在园企业年初至报告期末", "万元"):
        assert words in shown


# --- figures ----------------------------------------------------------------------------------------


@pytest.mark.feature("A12")
@pytest.mark.parametrize("role", ["operator", "department_user", "task_force_user", "street_user"])
def test_a_figure_of_a_park_out_of_scope_does_not_exist(role, park, other_park, request, sign_in):
    revenue = make_indicator()
    mine, theirs = (make_figure(revenue, "2026Q1-3", each, value="1") for each in (park, other_park))
    client = sign_in(request.getfixturevalue(role))
    assert client.get(f"/figures/{mine.pk}/").status_code == 200
    assert client.get(f"/figures/{theirs.pk}/").status_code == 404


def test_a_total_is_not_for_operators(park, operator, sign_in):
    total = make_figure(make_indicator(), "2026Q1-3", value="1")
    assert sign_in(operator).get(f"/figures/{total.pk}/").status_code == 404


def test_a_total_lists_its_parks_and_their_sum(park, other_park, office, sign_in):
    revenue = make_indicator(name="营业收入")
    make_figure(revenue, "2026Q1-3", park, value="1000.25")
    make_figure(revenue, "2026Q1-3", other_park, value="0.5")
    total = make_figure(revenue, "2026Q1-3", value="1000.75", expected=3, reported=2)
    shown = page(sign_in(office), f"/figures/{total.pk}/")
    for words in (park.name, other_park.name, "1,000.25", "0.50", "与上方数值一致", "还有 1 个园区没有核定"):
        assert words in shown


def test_a_sum_that_does_not_agree_is_said_so(park, office, sign_in):
    revenue = make_indicator()
    make_figure(revenue, "2026Q1-3", park, value="1")
    total = make_figure(revenue, "2026Q1-3", value="2")
    assert "与上方数值不一致" in page(sign_in(office), f"/figures/{total.pk}/")


def test_parks_out_of_scope_are_one_line_and_the_sum_still_agrees(park, other_park, task_force_user, sign_in):
    revenue = make_indicator()
    make_figure(revenue, "2026Q1-3", park, value="1000.25")
    make_figure(revenue, "2026Q1-3", other_park, value="0.5")
    make_figure(revenue, "2026Q1-3", make_park(), value="0.25")
    total = make_figure(revenue, "2026Q1-3", value="1001.00")
    shown = page(sign_in(task_force_user), f"/figures/{total.pk}/")
    assert other_park.name not in shown
    assert "您范围以外的 2 个园区合计" in shown
    assert "0.75" in shown
    assert "与上方数值一致" in shown


def test_the_sum_of_one_park_out_of_scope_is_not_said(park, other_park, street_user, sign_in):
    revenue = make_indicator()
    make_figure(revenue, "2026Q1-3", park, value="1000.25")
    make_figure(revenue, "2026Q1-3", other_park, value="0.51")
    total = make_figure(revenue, "2026Q1-3", value="1000.76")
    shown = page(sign_in(street_user), f"/figures/{total.pk}/")
    assert "另有 1 个园区不在您的范围内" in shown
    assert "0.51" not in shown
    assert drill(total, street_user).hidden_sum is None


def test_the_sum_of_several_with_one_value_is_not_said(park, other_park, street_user):
    revenue = make_indicator()
    make_figure(revenue, "2026Q1-3", park, value="1000.25")
    make_figure(revenue, "2026Q1-3", other_park, value="0.51")
    make_figure(revenue, "2026Q1-3", make_park())
    found = drill(make_figure(revenue, "2026Q1-3", value="1000.76"), street_user)
    assert (found.hidden_count, found.hidden_sum) == (2, None)


def test_a_ratio_shows_what_it_divides(park, other_park, office, sign_in):
    for code, name in (("LET", "入驻面积"), ("BUILT", "建成面积")):
        make_indicator(code=code, name=name, kind=IndicatorKind.STOCK, unit="平方米", scale=0)
    rate = make_indicator(
        name="入驻率", kind=IndicatorKind.RATIO, unit="%", definition={"op": "ratio", "num": "LET", "den": "BUILT"}
    )
    make_figure(rate, "2026Q3", park, numerator=30, denominator=40, reported=1)
    make_figure(rate, "2026Q3", other_park, numerator=10, denominator=60, reported=1)
    total = make_figure(rate, "2026Q3", numerator=40, denominator=100, reported=2, expected=2)
    shown = page(sign_in(office), f"/figures/{total.pk}/")
    for words in ("入驻面积 ÷ 建成面积 × 100%", "40.00", "75.00", "16.67", "平方米"):
        assert words in shown


def test_a_figure_asks_as_often_for_three_parks_as_for_one(park, office, sign_in):
    client, revenue = sign_in(office), make_indicator()
    make_figure(revenue, "2026Q1-3", park, value="1")
    total = make_figure(revenue, "2026Q1-3", value="1")
    one = counted(client, f"/figures/{total.pk}/")
    for _ in range(2):
        make_figure(revenue, "2026Q1-3", make_park(), value="1")
    assert counted(client, f"/figures/{total.pk}/") == one


@pytest.mark.feature("G5")
@pytest.mark.parametrize(
    ("code", "period", "number"),
    [("REV", "2026H1", "1,000.00"), ("REV_LEAD", "2026H1", "600.00"), ("FIRMS", "2026Q2", "30"), ("SERVICE_FIRMS", "2026Q2", "4")],
)
def test_from_the_district_through_chain_and_park_to_the_cell_of_a_return(code, period, number, sign_in):
    """By the links of the pages alone; the sum agrees at each step, and the park leads back."""
    cast = make_cast()
    return_ = cast.locked("2026Q2")
    worker.run_waiting()
    client = sign_in(cast.office)
    figures = {f.scope_kind: f for f in Figure.objects.filter(indicator__code=code, period=period)}
    for step in ("district", "chain"):
        shown = page(client, f"/figures/{figures[step].pk}/")
        assert number in shown
        assert "与上方数值一致" in shown
        assert f'href="/figures/{figures["park"].pk}/"' in shown
    shown = page(client, f"/figures/{figures['park'].pk}/")
    assert number in shown
    link = re.search(rf'href="(/returns/\d+/)#cell-{code}"', shown)[1]
    assert link == f"/returns/{return_.pk}/"
    assert number in page(client, link)
    back = re.search(r'href="(/parks/[^/"]+/)"', shown)[1]
    assert f"/figures/{figures['park'].pk}/" in page(client, f"{back}?period=2026Q2")


# --- The plan against itself -----------------------------------------------------------------------

SUM = {
    "code": "K1", "kind": "sum", "total": "T04", "parts": ["T04a", "T04b"], "note": "分解到两条链", "agrees": True,
    "sentence": "载入时的核对结果。",
}  # fmt: skip


@pytest.mark.feature("D5")
def test_a_split_is_checked_by_the_lines_that_are_in_force_now(office, sign_in):
    plan = make_plan(findings=[SUM, {"code": "K7", "agrees": None, "sentence": "两个范围应当不同。"}])
    for code, value in (("T04", "10"), ("T04a", "6"), ("T04b", "4")):
        make_target(plan, code, value=value)
    page_before = page(sign_in(office), f"/plan/{Q3}")
    assert "分解到两条链：T04 为 10，分解到T04a、T04b，合计一致。" in page_before
    assert "两个范围应当不同。" in page_before
    plan.targets.filter(code="T04b").update(value="3")
    assert "分解到两条链：分解到T04a、T04b合计 9，与全区目标 10 相差 1。" in page(sign_in(office), f"/plan/{Q3}")
    plan.targets.filter(code="T04b").delete()
    assert "载入时的核对结果。" in page(sign_in(office), f"/plan/{Q3}")


def test_a_plan_that_is_asked_for_stays_the_one_that_is_read(office, sign_in):
    make_target(make_plan(), "T01", "本期的目标")
    other = make_plan("NEXT", title="下一期计划", starts_on=date(2027, 1, 1), ends_on=date(2029, 12, 31))
    make_target(other, "T01", "下一期的目标")
    client = sign_in(office)
    assert "下一期的目标" not in page(client, f"/plan/{Q3}")
    shown = page(client, f"/plan/{Q3}&plan=NEXT")
    assert "下一期的目标" in shown
    assert 'href="/plan/T01/?period=2026Q3&amp;plan=NEXT"' in shown
    assert "下一期的目标" in page(client, f"/plan/T01/{Q3}&plan=NEXT")
    assert "下一期的目标" in page(client, "/plan/T01/terms/?plan=NEXT")
    assert client.get(f"/plan/{Q3}&plan=NOTHING").status_code == 404
