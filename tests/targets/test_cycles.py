"""The calendar: which returns a cycle asks for, when they are due, and that asking twice asks once."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed
from guandu.core.working_days import next_working_day
from parks.models import Placement
from targets.actions import cycles
from targets.actions.cycles import open_cycle
from targets.models import Cycle, Return
from tests.targets.factories import (
    make_cast,
    make_cycle,
    make_district_template,
    make_office,
    make_operator,
    make_park,
    make_template,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.mark.feature("B1")
def test_opening_twice_asks_once():
    make_park("P1"), make_park("P2")
    cycle = make_cycle("2025Q3")
    before = set(Return.objects.values_list("pk", flat=True))
    again = make_cycle("2025Q3", cycle.template)
    assert again == cycle
    assert Cycle.objects.count() == 1
    assert set(Return.objects.values_list("pk", flat=True)) == before
    assert len(before) == 2


def test_a_second_call_adds_only_the_park_that_is_missing():
    make_park("P1")
    cycle = make_cycle("2025Q3")
    first = cycle.returns.get()
    make_park("P2")
    make_cycle("2025Q3", cycle.template)
    assert set(cycle.returns.values_list("park_code", flat=True)) == {"P1", "P2"}
    assert cycle.returns.get(park_code="P1").draft_id == first.draft_id


@pytest.mark.feature("B1")
def test_only_parks_open_in_the_period_are_asked():
    make_park("P1")
    make_park("LATE", opened_on=date(2025, 10, 1))
    make_park("GONE", closed_on=date(2025, 7, 1))
    make_park("CLOSED-WITHIN", closed_on=date(2025, 8, 15))
    cycle = make_cycle("2025Q3")
    assert set(cycle.returns.values_list("park_code", flat=True)) == {"P1", "CLOSED-WITHIN"}


def test_a_return_carries_the_memberships_of_the_periods_last_day():
    park = make_park("P1", street="U-ST-OLD")
    Placement.objects.update(valid_to=date(2025, 10, 1))
    Placement.objects.create(
        park=park, chain=park.placements.get().chain, valid_from=date(2025, 10, 1),
        street=make_unit("U-ST-NEW", Unit.Kind.STREET), operator=make_unit("U-NEW", Unit.Kind.OPERATOR),
    )  # fmt: skip
    template = make_template()
    third = make_cycle("2025Q3", template).returns.get()
    fourth = make_cycle("2025Q4", template).returns.get()
    assert (third.street_code, third.filer.code) == ("U-ST-OLD", "U-OP-P1")
    assert (fourth.street_code, fourth.filer.code) == ("U-ST-NEW", "U-NEW")
    assert third.department_code == "U-DEP"


def test_due_and_opening_days():
    make_park("P1")
    cycle = make_cycle("2025Q3")
    assert (cycle.opens_on, cycle.due_on) == (date(2025, 10, 1), date(2025, 10, 15))


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        (date(2025, 10, 3), date(2025, 10, 9)),  # National Day, then Mid-Autumn
        (date(2025, 10, 11), date(2025, 10, 11)),  # a Saturday that people work
        (date(2031, 3, 15), date(2031, 3, 17)),  # beyond the notices: Monday to Friday
    ],
)
def test_a_due_day_moves_to_the_next_working_day(day, moved):
    assert next_working_day(day) == moved


def test_the_comparable_base_is_prefilled_from_what_was_certified_a_year_before():
    cast = make_cast()
    cast.locked("2025Q2", REV="800.50")
    line = cast.draft("2026Q2").draft.lines.get()
    assert line.base == {"REV": 80050}
    assert line.values == {}


def test_an_uncertified_year_before_prefills_nothing():
    cast = make_cast()
    cast.filed("2025Q2")
    assert cast.draft("2026Q2").draft.lines.get().base == {}


def test_a_district_template_asks_its_bureau_once():
    template = make_district_template("U-TAX")
    for _ in range(2):
        open_cycle(template=template, period="2026Q2", by=make_office())
    return_ = Return.objects.get()
    assert (return_.subject_kind, return_.filer.code, return_.park) == ("district", "U-TAX", None)


@pytest.mark.parametrize("period", ["2026", "2026Q1-3", "2023Q4", "第三季度"])
def test_a_period_that_the_template_does_not_cover_is_refused(period):
    template = make_template()
    with pytest.raises(Invalid):
        open_cycle(template=template, period=period, by=make_office())
    assert not Cycle.objects.exists()


def test_only_the_office_opens_a_cycle():
    template = make_template()
    with pytest.raises(NotAllowed, match="布置报表"):
        open_cycle(template=template, period="2026Q2", by=make_operator())
    assert not Cycle.objects.exists()


def test_who_asks_at_the_same_time_is_told_and_changes_nothing(monkeypatch):
    make_park("P1")
    cycle = make_cycle("2025Q3")
    stale = [Return(cycle=cycle, subject_kind="park", park=each.park, park_code="P1") for each in cycle.returns.all()]
    monkeypatch.setattr(cycles, "_park_returns", lambda cycle, quarter: stale)
    with pytest.raises(Conflict, match="另有人刚刚布置了同一期报表"):
        make_cycle("2025Q3", cycle.template)
    assert cycle.returns.count() == 1


def test_the_command_opens_and_completes_a_cycle(capsys):
    make_park("P1")
    template = make_template()
    call_command("open_cycle", template.code, "2025Q3")
    call_command("open_cycle", template.code, "2025Q3")
    make_park("P2")
    call_command("open_cycle", template.code, "2025Q3")
    assert capsys.readouterr().out.splitlines() == [
        "《园区季度工作调度表》2025Q3已布置 1 张报表，请于 2025-10-15 前报送。",
        "《园区季度工作调度表》2025Q3此前已布置，共 1 张报表，没有需要补充的。",
        "《园区季度工作调度表》2025Q3此前已布置，本次补充 1 张报表，共 2 张。",
    ]
    assert set(AuditEvent.objects.filter(verb="cycle.open").values_list("actor_key", flat=True)) == {"calendar"}


@pytest.mark.parametrize(("code", "period", "words"), [("NONE", "2025Q3", "可用的模板：PARK-Q"), ("PARK-Q", "2025", "选择一个季度")])
def test_the_command_says_what_is_wrong(code, period, words):
    make_template()
    with pytest.raises(CommandError, match=words):
        call_command("open_cycle", code, period)
