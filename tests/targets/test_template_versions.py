"""A form as data: versions by period, what a version may change, and surveys that say who they are."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from targets.actions import templates
from targets.actions.cycles import open_cycle
from targets.actions.templates import AskedCell
from targets.models import Indicator, Return, ReturnTemplate, TemplateCell
from targets.queries.sheet import form_cells, previous_values, sheet_of
from tests.targets.factories import (
    make_cast,
    make_cycle,
    make_district_template,
    make_indicator,
    make_office,
    make_operator,
    make_park,
    make_template,
)

pytestmark = pytest.mark.django_db

SURVEY = {
    "kind": "survey", "survey_number": "官园统1表", "survey_issuer": "官渡区统计局", "survey_approval": "官统备〔2026〕1号",
    "survey_valid_until": date(2026, 12, 31),
}  # fmt: skip


def asked(template: ReturnTemplate, **changes) -> list[AskedCell]:
    """The cells as they stand, one of them changed: code → values."""
    names = ("section", "is_required", "asks_base", "minimum", "maximum", "help_text")
    return [
        AskedCell(cell.indicator, **({n: getattr(cell, n) for n in names} | changes.get(cell.indicator.code, {})))
        for cell in template.cells.select_related("indicator").order_by("position")
    ]


@pytest.mark.feature("B27")
def test_late_work_on_q4_and_the_new_form_of_q1_keep_each_their_own_rules():
    cast = make_cast()
    office = make_office("chief")
    q4 = cast.draft("2025Q4")
    new = templates.issue(template=cast.template, first_period="2026Q1", by=office)
    templates.set_checks(template=new, checks=[], by=office)
    new = templates.compose(template=new, cells=asked(new)[1:], by=office)
    q1 = make_cycle("2026Q1", new).returns.get()
    assert [each.code for each in sheet_cells(q4)] == ["REV", "REV_LEAD", "FIRMS", "SERVICE_FIRMS"]
    assert [each.code for each in sheet_cells(q1)] == ["REV_LEAD", "FIRMS", "SERVICE_FIRMS"]
    for return_ in (q4, q1):
        line = return_.draft.lines.get()
        line.values = {"REV": 100, "REV_LEAD": 200, "FIRMS": 1, "SERVICE_FIRMS": 9}
        line.save()
    assert {each.code for each in sheet_of(q4).blocking} == {"REV_LEAD", "SERVICE_FIRMS"}
    assert sheet_of(q1).blocking == []


def sheet_cells(return_: Return):
    return form_cells(return_.cycle.template, Period.parse(return_.cycle.period))


@pytest.mark.feature("B27")
def test_the_first_form_of_a_new_version_knows_last_periods_values():
    cast = make_cast()
    cast.filed("2025Q4", REV="900.00")
    new = templates.issue(template=cast.template, first_period="2026Q1", by=make_office("chief"))
    q1 = make_cycle("2026Q1", new).returns.get()
    assert previous_values(q1, sheet_cells(q1))["REV"].units == 90_000


@pytest.mark.feature("B27")
def test_a_new_version_ends_the_one_before_and_copies_it():
    template = make_template()
    new = templates.issue(template=template, first_period="2026Q1", by=make_office())
    template.refresh_from_db()
    assert (template.valid_to, new.series, new.number, new.code, new.valid_from) == (
        "2025Q4", "PARK-Q", 2, "PARK-Q.2", "2026Q1"
    )  # fmt: skip
    assert (new.checks, new.route) == (template.checks, template.route)
    assert [c.indicator.code for c in new.cells.order_by("position")] == ["REV", "REV_LEAD", "FIRMS", "SERVICE_FIRMS"]
    third = templates.issue(template=template, first_period="2027Q1", by=make_office("second"))
    assert (third.number, third.code) == (3, "PARK-Q.3")
    in_use = ReturnTemplate.objects.filter(series="PARK-Q").for_period(Period.parse("2026Q4"))
    assert [each.number for each in in_use] == [2]


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026", "按季报送"),
        ("2024Q1", "必须在其后"),
        ("2025Q3", "2025Q3 已按第 1 版布置"),
        ("2025Q2", "2025Q3 已按第 1 版布置"),
    ],
)
def test_a_new_version_neither_overlaps_nor_reaches_back(period, words):
    make_park()
    template = make_cycle("2025Q3").template
    with pytest.raises(Invalid, match=words):
        templates.issue(template=template, first_period=period, by=make_office())
    assert ReturnTemplate.objects.count() == 1


def test_each_version_opens_for_its_own_periods_only():
    make_park()
    template = make_template()
    new = templates.issue(template=template, first_period="2026Q1", by=make_office())
    template.refresh_from_db()
    with pytest.raises(Invalid, match="自 2024Q1 至 2025Q4 使用"):
        make_cycle("2026Q1", template)
    with pytest.raises(Invalid, match="自 2026Q1 使用"):
        make_cycle("2025Q4", new)


def test_one_period_is_asked_under_one_version():
    make_park()
    template = make_template()
    make_cycle("2026Q1", template)
    stray = make_district_template()
    ReturnTemplate.objects.filter(pk=template.pk).update(valid_to="2025Q4")
    ReturnTemplate.objects.filter(pk=stray.pk).update(series="PARK-Q", number=2)
    stray.refresh_from_db()
    with pytest.raises(Invalid, match="已按《园区季度工作调度表》第 1 版布置"):
        make_cycle("2026Q1", stray)


@pytest.mark.feature("B27")
@pytest.mark.parametrize("change", ["compose", "set_checks", "set_route", "kind"])
def test_a_version_that_was_asked_is_fixed(change):
    make_park()
    template, office = make_cycle("2026Q1").template, make_office()
    calls = {
        "compose": lambda: templates.compose(template=template, cells=asked(template)[1:], by=office),
        "set_checks": lambda: templates.set_checks(template=template, checks=[], by=office),
        "set_route": lambda: templates.set_route(template=template, steps=[{"step": "confirm", "by": "园区发展办"}], by=office),
        "kind": lambda: templates.update(template=template, values=SURVEY, by=office),
    }
    with pytest.raises(NotReady, match="请先建立新版本"):
        calls[change]()
    assert template.cells.count() == 4
    fresh = ReturnTemplate.objects.get(pk=template.pk)
    assert (len(fresh.checks), len(fresh.route), fresh.kind) == (2, 2, "work")


@pytest.mark.parametrize("change", ["insert", "update", "delete"])
def test_the_database_keeps_the_cells_of_a_form_that_was_asked(change):
    make_park()
    template = make_cycle("2026Q1").template
    cells = {
        "insert": lambda: TemplateCell.objects.create(template=template, indicator=make_indicator("JOBS", "stock")),
        "update": lambda: template.cells.update(is_required=False),
        "delete": lambda: template.cells.first().delete(),
    }
    with pytest.raises(IntegrityError, match="used return template"), transaction.atomic():
        cells[change]()
    template.cells.update(help_text="只改说明")


def test_a_form_is_composed_and_each_change_recorded():
    template, office = make_template(), make_office()
    cells = asked(template, REV={"minimum": Decimal("1"), "maximum": Decimal("5000.5"), "is_required": False})
    jobs = make_indicator("JOBS", "stock", name="从业人员", unit="人", scale=0)
    templates.compose(template=template, cells=[AskedCell(jobs, "企业"), *cells], by=office)
    assert [(c.position, c.indicator.code) for c in template.cells.order_by("position")] == [
        (1, "JOBS"), (2, "REV"), (3, "REV_LEAD"), (4, "FIRMS"), (5, "SERVICE_FIRMS"),
    ]  # fmt: skip
    rev = template.cells.get(indicator__code="REV")
    assert (rev.minimum, rev.maximum, rev.is_required) == (Decimal("1"), Decimal("5000.5"), False)
    event = AuditEvent.objects.get(verb="template.compose")
    assert event.changes.filter(object_type="targets.templatecell").count() == 5


def test_what_is_wrong_with_a_form_is_told_row_by_row():
    template, office = make_template(), make_office()
    ratio = Indicator.objects.create(code="R", name="比率", kind="ratio")
    whole = make_indicator("D_TAX", name="全区税收", level="district")
    cells = asked(template)
    firms = next(each for each in cells if each.indicator.code == "FIRMS")
    wrong = [
        *cells, cells[0], AskedCell(ratio), AskedCell(whole),
        AskedCell(make_indicator("JOBS", "stock"), asks_base=True, minimum=Decimal(2), maximum=Decimal(1)),
    ]  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        templates.compose(template=template, cells=wrong, by=office)
    told = [(row, sentence[-12:]) for row, sentence in refusal.value.errors]
    assert [row for row, _ in told] == ["5", "6", "7", "8", "8"]
    with pytest.raises(Invalid, match="报表指标有误") as refusal:
        templates.compose(template=template, cells=[firms], by=office)
    assert list(refusal.value.errors) == [("", "审核关系 C1、C2 用到了被删去的指标，请先修改或删去这些审核关系。")]
    with pytest.raises(Invalid) as refusal:
        templates.compose(template=template, cells=[], by=office)
    assert refusal.value.errors[0] == ("", "表里至少要有一个指标。")


def test_a_park_is_asked_twelve_numbers_at_most():
    template, office = make_template(checks=[]), make_office()
    many = [AskedCell(make_indicator(f"X{n}", "stock")) for n in range(13)]
    with pytest.raises(Invalid) as refusal:
        templates.compose(template=template, cells=many, by=office)
    assert list(refusal.value.errors) == [("", "园区表最多 12 个指标，现有 13 个，请删减。")]
    templates.compose(template=template, cells=many[:12], by=office)
    assert template.cells.count() == 12


@pytest.mark.feature("B10")
def test_checks_are_written_in_names_and_numbered():
    template, office = make_template(), make_office()
    rule = {"left": "服务机构数", "op": "<=", "right": "0.1*入驻企业数", "severity": "query", "missing": "skip_any"}
    templates.set_checks(template=template, checks=[rule], by=office)
    template.refresh_from_db()
    assert template.checks == [
        {**rule, "left": "SERVICE_FIRMS", "right": "1*FIRMS/10", "code": "C1", "message": ""}
    ]
    with pytest.raises(Invalid) as refusal:
        templates.set_checks(template=template, checks=[rule, {**rule, "left": "利润"}], by=office)
    assert list(refusal.value.errors) == [("2-left", "第 1 个字处的“利润”不是本表的指标，请写本表指标的名称或编码。")]


@pytest.mark.parametrize("steps", [[], ["review"], ["confirm", "review"], ["review", "review", "confirm"], ["vote", "confirm"]])
def test_a_route_ends_with_the_office(steps):
    template = make_template()
    with pytest.raises(Invalid, match="审核流程"):
        templates.set_route(template=template, steps=[{"step": s, "by": "某"} for s in steps], by=make_office())
    templates.set_route(template=template, steps=[{"step": "confirm", "by": "园区发展办"}], by=make_office("second"))
    template.refresh_from_db()
    assert template.route == [{"step": "confirm", "label": "核定", "by": "园区发展办"}]


@pytest.mark.parametrize("name", ["issue", "compose", "set_checks", "set_route", "update"])
def test_an_operator_changes_no_form(name):
    template, operator = make_template(), make_operator()
    given = {
        "issue": {"first_period": "2026Q1"}, "compose": {"cells": []}, "set_checks": {"checks": []},
        "set_route": {"steps": []}, "update": {"values": {"name": "改名"}},
    }[name]  # fmt: skip
    with pytest.raises(NotAllowed):
        getattr(templates, name)(template=template, by=operator, **given)


@pytest.mark.feature("B1")
@pytest.mark.parametrize("left_out", ["survey_number", "survey_issuer", "survey_approval", "survey_valid_until"])
def test_the_database_wants_the_whole_identity_of_a_survey(left_out):
    missing = SURVEY | {left_out: None if left_out == "survey_valid_until" else ""}
    with pytest.raises(IntegrityError), transaction.atomic():
        make_template(**missing)
    with pytest.raises(Invalid) as refusal:
        templates.update(template=make_template(), values=missing, by=make_office())
    assert "缺一不可" in str(refusal.value.errors)


@pytest.mark.feature("B1")
def test_an_expired_survey_is_not_asked():
    make_park()
    template = make_template(**SURVEY)
    with clock.known_demo_date(date(2026, 12, 31)):
        assert make_cycle("2026Q3", template).returns.count() == 1
    with clock.known_demo_date(date(2027, 1, 1)), pytest.raises(Invalid, match="有效期至 2026-12-31，已过期"):
        open_cycle(template=template, period="2026Q4", by=CALENDAR)
    assert template.cycles.count() == 1


@pytest.mark.feature("B1")
def test_the_identity_of_a_survey_stands_in_the_head_of_its_form(client):
    make_park()
    return_ = make_cycle("2026Q2", make_template(**SURVEY)).returns.get()
    client.force_login(make_operator())
    page = client.get(f"/returns/{return_.pk}/").content.decode()
    for words in ("表号", "官园统1表", "制表机关", "官渡区统计局", "官统备〔2026〕1号", "2026年12月31日"):
        assert words in page
    ReturnTemplate.objects.update(kind="work")
    assert "官园统1表" not in client.get(f"/returns/{return_.pk}/").content.decode()


def test_a_bureaus_form_is_given_another_filer():
    template, office = make_district_template("U-TAX"), make_office()
    other = Unit.objects.create(code="U-NEW", name="新单位", kind=Unit.Kind.DEPARTMENT)
    templates.update(template=template, values={"filer": other}, by=office)
    assert open_cycle(template=ReturnTemplate.objects.get(), period="2026Q2", by=office).returns.get().filer == other


@pytest.mark.feature("B1")
def test_what_is_printed_below_a_form_goes_with_its_kind():
    template, office = make_district_template(), make_office()
    assert template.printed_line == "工作调度用，不作为统计数据对外发布"
    assert templates.update(template=template, values=SURVEY, by=office).printed_line == ""
    assert templates.update(template=template, values={"kind": "work"}, by=office).printed_line == template.printed_line
    told = templates.update(template=template, values={"kind": "survey", "printed_line": "本表依法填报"}, by=office)
    assert told.printed_line == "本表依法填报"
