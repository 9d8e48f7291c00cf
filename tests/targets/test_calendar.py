"""The calendar: frequencies, days, what opens itself, what closes, and the page that shows it all."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from guandu.core.working_days import days_of
from guandu.jobs.models import Job
from guandu.jobs.worker import JobContext
from parks.models import Placement
from targets.actions import cycles, figures, returns
from targets.actions.cycles import open_cycle
from targets.frequency import asked_in, earlier, last_ended, periods_of
from targets.models import CertifiedValue, Cycle, Figure, Indicator, Return, ReturnTemplate
from targets.queries.calendar import calendar, due_to_open
from targets.queries.rollup import compute, read_inputs
from targets.queries.sheet import form_cells
from targets.tasks_calendar import open_due
from tests.targets.factories import (
    make_cast,
    make_cycle,
    make_district_template,
    make_office,
    make_operator,
    make_park,
    make_person,
    make_template,
)

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B1")]


@pytest.mark.parametrize(
    ("frequency", "period", "closes_days", "days"),
    [
        ("季", "2025Q3", 0, (date(2025, 10, 1), date(2025, 10, 15), None)),
        ("季", "2025Q3", 5, (date(2025, 10, 1), date(2025, 10, 15), date(2025, 10, 20))),
        ("月", "2025-09", 0, (date(2025, 10, 1), date(2025, 10, 15), None)),
        ("年", "2025", 10, (date(2026, 1, 1), date(2026, 1, 15), date(2026, 1, 26))),  # a Sunday moves
    ],
)
def test_days_follow_the_end_of_the_period(frequency, period, closes_days, days):
    found = days_of(make_template(frequency=frequency, closes_days=closes_days), Period.parse(period))
    assert (found.opens, found.due, found.closes) == days


def test_a_form_is_never_due_before_it_opens():
    found = days_of(make_template(opens_days=20, due_days=5), Period.parse("2025Q2"))
    assert (found.opens, found.due) == (date(2025, 7, 20), date(2025, 7, 21))


@pytest.mark.parametrize(
    ("frequency", "good", "bad", "words"),
    [
        ("月", "2026-09", "2026Q3", "选择一个月份，例如 2026-09"),
        ("季", "2026Q3", "2026-09", "选择一个季度，例如 2026Q3"),
        ("年", "2026", "2026Q4", "选择一个年度，例如 2026"),
    ],
)
def test_a_form_is_asked_for_periods_of_its_frequency(frequency, good, bad, words):
    make_park()
    template = make_template(frequency=frequency, valid_from={"月": "2024-01", "季": "2024Q1", "年": "2024"}[frequency])
    with pytest.raises(Invalid, match=words):
        open_cycle(template=template, period=bad, by=CALENDAR)
    assert open_cycle(template=template, period=good, by=CALENDAR).returns.count() == 1


@pytest.mark.parametrize(
    ("frequency", "period", "asked"),
    [
        ("年", "2026Q1", False), ("年", "2026Q4", True), ("年", "2026", True), ("年", "2026-12", True), ("年", "2026-11", False),
        ("季", "2026-09", True), ("季", "2026-08", False), ("季", "2026Q2", True), ("月", "2026-08", True), ("月", "2026Q1", True),
    ],
)  # fmt: skip
def test_an_indicator_is_asked_when_its_own_period_ends(frequency, period, asked):
    assert asked_in(frequency, Period.parse(period)) is asked


@pytest.mark.parametrize(
    ("period", "frequency", "before"),
    [
        ("2026Q1", "季", "2025Q4"), ("2026Q4", "年", "2025Q4"), ("2026-01", "月", "2025-12"),
        ("2026-06", "季", "2026-03"), ("2026", "年", "2025"),
    ],
)
def test_where_an_indicator_was_asked_before(period, frequency, before):
    assert earlier(Period.parse(period), frequency).code == before


def test_a_yearly_number_in_a_quarterly_form_is_asked_in_q4_never_in_q1():
    make_park()
    template = make_template()
    Indicator.objects.filter(code="FIRMS").update(frequency="年")
    asked = {p: [cell.code for cell in form_cells(template, Period.parse(p))] for p in ("2026Q1", "2026Q4")}
    assert asked == {"2026Q1": ["REV", "REV_LEAD", "SERVICE_FIRMS"], "2026Q4": ["REV", "REV_LEAD", "FIRMS", "SERVICE_FIRMS"]}
    first = make_cycle("2026Q1", template).returns.get()
    with pytest.raises(Invalid, match="填写不符合要求"):
        returns.save(return_=first, cells={"FIRMS": "3"}, by=make_operator())


def test_a_yearly_number_is_missing_of_nobody_before_the_year_is_over():
    make_park()
    template = make_template()
    Indicator.objects.filter(code="FIRMS").update(frequency="年")
    make_cycle("2026Q1", template)
    assert {row.indicator for row in compute(read_inputs(Period.parse("2026Q1")))} == {"REV", "REV_LEAD", "SERVICE_FIRMS"}
    assert "FIRMS" in {row.indicator for row in compute(read_inputs(Period.parse("2026Q4")))}


def test_a_form_of_yearly_numbers_is_not_asked_in_the_first_quarter():
    make_park()
    template = make_template()
    Indicator.objects.update(frequency="年")
    with pytest.raises(Invalid, match="没有要在 2026Q1 填报的指标"):
        make_cycle("2026Q1", template)
    assert make_cycle("2026Q4", template).returns.count() == 1
    office = make_office()
    assert [each.period.code for each in calendar(office, 2026)] == ["2026Q4"]


@pytest.mark.parametrize(("period", "quarter"), [("2026-08", None), ("2026-09", "2026Q3"), ("2026", "2026Q4"), ("2026Q2", "2026Q2")])
def test_what_was_settled_is_rolled_up_with_the_quarter_that_it_ends(period, quarter):
    figures.ask_roll_up(period=Period.parse(period), by=make_office())
    assert list(Job.objects.values_list("arguments__period", flat=True)) == ([quarter] if quarter else [])


def test_numbers_of_the_month_the_quarter_and_the_year_are_counted_once():
    make_park()
    template = make_template()
    revenue = Indicator.objects.get(code="REV")
    for period, units in (("2026-12", 1), ("2026Q4", 2), ("2026", 3)):
        CertifiedValue.objects.create(
            indicator=revenue, indicator_version=revenue.versions.get(), subject_kind="park", subject_code="P1",
            period=period, units=units, source="operator", certified_by="试", certified_at=clock.now(),
        )  # fmt: skip
        assert [leaf.units for leaf in read_inputs(Period.parse("2026Q4")).leaves] == [units]
    assert template.pk
    assert not Figure.objects.exists()


# What opens itself


def test_what_is_due_by_the_calendar_opens_itself_once():
    make_park()
    make_template(opens_itself=True)
    make_district_template()  # does not open itself
    for day, due in ((date(2026, 9, 30), ["2026Q2"]), (date(2026, 10, 1), ["2026Q3"])):
        assert [each.period.code for each in due_to_open(day)] == due
    with clock.known_demo_date(date(2026, 10, 1)):
        _run_job()
        _run_job()
    assert list(Cycle.objects.values_list("template__code", "period")) == [("PARK-Q", "2026Q3")]
    assert due_to_open(date(2026, 10, 1)) == []


def test_a_form_that_opens_later_waits_for_its_day():
    make_template(opens_itself=True, opens_days=10)
    assert due_to_open(date(2026, 10, 9)) == []
    assert len(due_to_open(date(2026, 10, 10))) == 1


def test_the_version_in_use_opens_itself():
    make_park()
    template = make_template(opens_itself=True, valid_to="2026Q2")
    assert due_to_open(date(2026, 10, 1)) == []
    assert [each.template for each in due_to_open(date(2026, 7, 1))] == [template]


def test_one_refusal_does_not_stop_the_others():
    make_park()
    make_template(opens_itself=True)
    lost = make_district_template()
    ReturnTemplate.objects.filter(pk=lost.pk).update(opens_itself=True, filer=None)
    with clock.known_demo_date(date(2026, 10, 1)):
        job = _run_job()
    assert list(Cycle.objects.values_list("template__code", flat=True)) == ["PARK-Q"]
    assert "没有填报单位" in job


def test_the_command_opens_what_is_due(capsys):
    make_park()
    make_template(opens_itself=True)
    with clock.known_demo_date(date(2026, 10, 1)):
        call_command("open_cycle", due=True)
        call_command("open_cycle", due=True)
    assert capsys.readouterr().out.splitlines() == ["《园区季度工作调度表》2026Q3已布置 1 张报表，请于 2026-10-15 前报送。"]


def test_the_command_finds_the_version_of_the_period(capsys):
    make_park()
    template = make_template(valid_to="2025Q4")
    ReturnTemplate.objects.create(
        code="PARK-Q.2", series="PARK-Q", number=2, name="新表", subject_kind="park", route=template.route, valid_from="2026Q1"
    ).cells.create(indicator=Indicator.objects.get(code="REV"))
    for period in ("2025Q4", "2026Q1"):
        call_command("open_cycle", "PARK-Q", period)
    assert list(Cycle.objects.order_by("period").values_list("template__number", flat=True)) == [1, 2]
    with pytest.raises(CommandError, match="请写明报表模板编码和报告期"):
        call_command("open_cycle")


class _Context(JobContext):
    def __init__(self) -> None:
        self.said = ""

    def report(self, done, total, words="") -> None:
        self.said = words


def _run_job() -> str:
    context = _Context()
    open_due(context)
    return context.said


# What closes


def test_after_closing_nothing_is_filed_for_the_first_time_until_the_office_gives_time():
    cast = make_cast()
    office = make_office("chief")
    return_ = cast.draft("2026Q2")
    cycles.reschedule(cycle=return_.cycle, values={"closes_on": return_.cycle.due_on}, by=office)
    after = return_.cycle.due_on.replace(day=return_.cycle.due_on.day + 1)
    with clock.known_demo_date(after), pytest.raises(NotReady, match="截止关闭，需要补报的，请向园区发展办申请延期"):
        returns.save(return_=Return.objects.get(), cells={"REV": "1"}, by=cast.operator)
    cycles.reschedule(cycle=Cycle.objects.get(), values={"closes_on": None}, by=office)
    with clock.known_demo_date(after):
        returns.save(return_=Return.objects.get(), cells={"REV": "1"}, by=cast.operator)


def test_what_was_sent_back_may_be_filed_after_closing():
    cast = make_cast()
    return_ = cast.filed("2026Q2")
    returns.send_back(return_=return_, comment="请核对", by=cast.reviewer)
    Cycle.objects.update(closes_on=return_.cycle.due_on)
    with clock.known_demo_date(date(2026, 12, 1)):
        returns.save(return_=Return.objects.get(), cells={"REV": "1001"}, by=cast.operator)


def test_days_are_moved_by_the_office_in_order():
    make_park()
    cycle = make_cycle("2026Q2")
    with pytest.raises(Invalid) as refusal:
        cycles.reschedule(cycle=cycle, values={"closes_on": date(2026, 7, 1)}, by=make_office())
    assert "关闭日期不能早于截止日期" in str(refusal.value.errors)
    with pytest.raises(NotAllowed):
        cycles.reschedule(cycle=cycle, values={"due_on": date(2026, 8, 1)}, by=make_operator())


# The page


def page_of(client, user, year: str = "2026"):
    client.force_login(user)
    return client.get(reverse("targets:calendar"), {"year": year})


def test_the_page_lists_what_stands_and_what_is_to_come(client, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 7, 3))
    make_park("P1"), make_park("P2")
    template = make_template()
    make_cycle("2026Q1", template)
    response = page_of(client, make_office())
    rows = [(r["entry"].period.code, r["entry"].counts, r["late"]) for r in response.context["rows"]]
    monkeypatch.setattr(clock, "today", lambda: date(2026, 10, 3))
    older = page_of(client, make_office("second")).context["rows"]
    assert [row["late"] for row in older] == [False, False, True, False]  # of the second quarter nobody waits any more
    assert rows == [("2026Q1", {"draft": 2}, False), ("2026Q2", {}, True), ("2026Q3", {}, False), ("2026Q4", {}, False)]
    page = response.content.decode()
    assert "有 <strong>1</strong> 期报表已到开始填报日，还没有布置" in page
    assert page.count(f'action="{reverse("targets:calendar-open")}"') == 3


def test_others_see_what_concerns_them_and_no_button(client):
    make_park("P1"), make_park("P2")
    make_cycle("2026Q1", make_template())
    make_district_template()
    response = page_of(client, make_operator("P1"))
    assert {r["entry"].template.code for r in response.context["rows"]} == {"PARK-Q"}
    assert response.context["rows"][0]["entry"].counts == {"draft": 1}
    assert "calendar/open" not in response.content.decode()


def test_the_bureau_sees_its_own_form(client):
    make_template(), make_district_template("U-TAX")
    bureau = make_person("bureau", "department", "department", "U-TAX", unit="U-TAX")
    assert {r["entry"].template.code for r in page_of(client, bureau).context["rows"]} == {"PARK-Q", "DISTRICT-Q"}


def test_the_button_opens_and_says_so_and_a_second_click_opens_nothing_twice(client):
    make_park()
    template = make_template()
    client.force_login(make_office())
    for words in ("已布置 1 张报表", "此前已布置"):
        answer = client.post(reverse("targets:calendar-open"), {"template": template.pk, "period": "2026Q1"}, follow=True)
        assert words in answer.content.decode()
    assert Cycle.objects.count() == 1
    answer = client.post(reverse("targets:calendar-open"), {"template": template.pk, "period": "2026"}, follow=True)
    assert "请选择一个季度" in answer.content.decode()


def test_a_strange_year_or_form_is_answered_in_words(client):
    make_template()
    client.force_login(make_office())
    assert "没有“３０００”年" in client.get(reverse("targets:calendar"), {"year": "３０００"}).content.decode()
    assert client.get(reverse("targets:calendar"), {"year": "1999"}).status_code == 422
    assert client.post(reverse("targets:calendar-open"), {"template": "x", "period": "2026Q1"}).status_code == 404


def test_the_page_asks_the_same_queries_for_one_form_and_for_three(client, django_assert_num_queries, django_assert_max_num_queries):
    make_park()
    make_cycle("2026Q1", make_template())
    user = make_office()
    page_of(client, user)
    with django_assert_max_num_queries(30) as one:
        page_of(client, user)
    make_district_template()
    make_district = ReturnTemplate.objects.create(code="OTHER", name="别的表", subject_kind="park", route=[])
    make_district.cells.create(indicator=Indicator.objects.get(code="REV"))
    make_park("P2")
    for template in (ReturnTemplate.objects.get(code="DISTRICT-Q"), make_district):
        open_cycle(template=template, period="2026Q1", by=CALENDAR)
    with django_assert_num_queries(len(one)):
        assert len(page_of(client, user).context["rows"]) == 12


def test_periods_of_a_year_and_the_last_that_ended():
    assert [p.code for p in periods_of("季", 2026)] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert [p.code for p in periods_of("年", 2026)] == ["2026"]
    assert len(periods_of("月", 2026)) == 12
    assert [last_ended(f, date(2026, 1, 1)).code for f in "月季年"] == ["2025-12", "2025Q4", "2025"]
    assert [last_ended(f, date(2026, 12, 31)).code for f in "月季年"] == ["2026-11", "2026Q3", "2025"]
    assert Placement.objects.count() == 0
