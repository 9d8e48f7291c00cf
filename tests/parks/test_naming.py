"""Names from a day on: what was reported before keeps the old one, announced ones wait for their day."""

from datetime import date

import pytest

from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import CALENDAR
from guandu.core.errors import Invalid, NotAllowed
from guandu.core.models import Demonstration
from guandu.core.periods import Period
from guandu.jobs.queue import enqueue
from guandu.jobs.worker import run_waiting
from parks.actions import enterprises, naming, parks
from parks.models import Enterprise, EnterpriseName, Park, ParkName
from parks.queries.calendar import names_due
from parks.queries.names import name_on, names_on
from parks.tasks_calendar import CALENDAR_JOB
from targets.actions.cycles import open_cycle
from targets.models import Figure
from targets.queries.rollup.inputs import members_in
from tests.factories import make_demonstration, make_enterprise, make_park
from tests.targets.factories import make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A5")]

MAY = date(2026, 5, 16)
CODES = ("91530111MA6K0000XP", "91350100M000100Y43")


@pytest.fixture(autouse=True)
def today(db):
    make_demonstration(date(2026, 10, 12))


def rename(park, office, name="新园区", on=MAY, **values):
    return naming.rename_park(park=Park.objects.get(pk=park.pk), name=name, on=on, by=office, **values)


def rows(park):
    return list(
        ParkName.objects.filter(park=park)
        .order_by("valid_from")
        .values_list("name", "valid_from", "valid_to")
    )


def test_a_name_ends_where_the_next_one_begins(office, park):
    rename(park, office, document="官政发〔2026〕5号")
    assert rows(park) == [("本园区", date(2024, 1, 1), MAY), ("新园区", MAY, None)]
    park.refresh_from_db()
    assert (park.name, park.version) == ("新园区", 2)
    event = AuditEvent.objects.get(verb="park.rename")
    assert {change.object_type for change in event.changes.all()} == {"parks.parkname", "parks.park"}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2020, 1, 1), "本园区"),
        (date(2026, 5, 15), "本园区"),
        (MAY, "新园区"),
        (date(2030, 1, 1), "新园区"),
    ],
)
def test_each_day_has_its_name(office, park, other_park, day, name):
    rename(park, office)
    park.refresh_from_db()
    assert name_on(park, day) == name
    assert names_on([park, other_park], day) == {park.pk: name, other_park.pk: "外园区"}


def test_a_name_is_renamed_again_and_again(office, park):
    rename(park, office)
    rename(park, office, "第三名", on=date(2026, 9, 1))
    assert [name for name, _, _ in rows(park)] == ["本园区", "新园区", "第三名"]
    with pytest.raises(Invalid, match="现名称自 2026-09-01 起使用"):
        rename(park, office, "第四名", on=date(2026, 6, 1))
    rename(park, office, "改正名", on=date(2026, 9, 1))
    assert [name for name, _, _ in rows(park)] == ["本园区", "新园区", "改正名"]


def test_the_same_name_again_changes_nothing(office, park):
    rename(park, office)
    rename(park, office, on=date(2026, 9, 1))
    assert len(rows(park)) == 2


def test_an_announced_name_waits_for_its_day(office, park):
    rename(park, office, on=date(2026, 11, 1))
    park.refresh_from_db()
    assert park.name == "本园区"
    enqueue(CALENDAR_JOB, by=CALENDAR, key="1")
    run_waiting()
    assert Park.objects.get(pk=park.pk).name == "本园区"
    with clock.known_demo_date(date(2026, 11, 1)):
        assert len(names_due(clock.today())) == 1
        for row in names_due(clock.today()):
            naming.put_into_force(row=row, by=CALENDAR)
        assert names_due(clock.today()) == []
    assert Park.objects.get(pk=park.pk).name == "新园区"


def test_the_calendar_puts_a_name_into_force_by_its_job(office, park):
    rename(park, office, on=date(2026, 11, 1))
    Demonstration.objects.update(business_date=date(2026, 11, 2))
    enqueue(CALENDAR_JOB, by=CALENDAR, key="2")
    run_waiting()
    assert Park.objects.get(pk=park.pk).name == "新园区"
    assert AuditEvent.objects.get(verb="name.put_into_force").actor_name == "报送日历"


def test_an_announced_name_is_replaced_or_called_off(office, park):
    rename(park, office, on=date(2026, 11, 1))
    rename(park, office, "另一名", on=date(2026, 12, 1))
    assert rows(park)[-1] == ("另一名", date(2026, 12, 1), None)
    assert rows(park)[-2][2] == date(2026, 12, 1)
    rename(park, office, "本园区", on=date(2026, 12, 1))
    assert rows(park) == [("本园区", date(2024, 1, 1), None)]


def test_a_mistake_mended_in_the_register_is_mended_in_the_row_in_force(office, park):
    rename(park, office)
    parks.update(park=park, values={"name": "新园区（官渡）"}, by=office)
    assert rows(park)[-1][0] == "新园区（官渡）"
    assert rows(park)[0][0] == "本园区"


@pytest.mark.parametrize("who", ["operator", "department_user", "street_user", "leader"])
def test_only_the_office_renames(who, request, park):
    with pytest.raises(NotAllowed):
        rename(park, request.getfixturevalue(who))
    assert rows(park) == []


def test_a_firm_keeps_the_code_it_had(office):
    firm = make_enterprise(name="旧公司", credit_code=CODES[0], credit_code_state="verified")
    naming.rename_enterprise(enterprise=firm, credit_code=CODES[1].lower(), on=MAY, by=office)
    firm.refresh_from_db()
    assert (firm.credit_code, firm.name, firm.credit_code_state) == (CODES[1], "旧公司", "pending")
    kept = EnterpriseName.objects.order_by("valid_from").values_list("credit_code", "valid_to")
    assert list(kept) == [(CODES[0], MAY), (CODES[1], None)]


def test_a_code_of_another_firm_is_refused_before_its_day(office):
    make_enterprise(credit_code=CODES[1])
    firm = make_enterprise(name="旧公司")
    with pytest.raises(Invalid, match="另一家企业"):
        naming.rename_enterprise(enterprise=firm, credit_code=CODES[1], on=date(2027, 1, 1), by=office)
    assert not EnterpriseName.objects.exists()


def test_a_firm_mended_in_the_register_is_mended_in_its_row(office):
    firm = make_enterprise(name="旧公司")
    naming.rename_enterprise(enterprise=firm, name="新公司", on=MAY, by=office)
    enterprises.update(
        enterprise=Enterprise.objects.get(), values={"name": "新公司（昆明）"}, reason="漏写地名", by=office
    )
    assert name_on(Enterprise.objects.get(), MAY) == "新公司（昆明）"


# What was reported


def test_returns_and_figures_of_before_keep_the_old_name():
    cast = make_cast()
    return_ = cast.locked("2026Q1")
    run_waiting()
    before = list(
        Figure.objects.filter(scope_kind="park").order_by("pk").values_list("scope_name", "numerator")
    )
    assert before
    rename(cast.park, cast.office)
    enqueue("figures.roll_up", by=CALENDAR, key="2026Q1", period="2026Q1")
    run_waiting()
    return_.refresh_from_db()
    assert return_.subject_name == "演示园区P1"
    assert (
        list(Figure.objects.filter(scope_kind="park").order_by("pk").values_list("scope_name", "numerator"))
        == before
    )


@pytest.mark.parametrize(("period", "name"), [("2026Q1", "演示园区P1"), ("2026Q2", "新园区")])
def test_a_return_asked_for_later_has_the_name_of_its_periods_last_day(period, name):
    cast = make_cast()
    rename(cast.park, cast.office)
    assert open_cycle(template=cast.template, period=period, by=CALENDAR).returns.get().subject_name == name
    assert members_in(Period.parse(period))["P1"].name == name


def test_names_take_one_query_whatever_the_number(office, park, django_assert_num_queries):
    many = [park, *(make_park() for _ in range(3))]
    for each in many:
        rename(each, office, name=f"新{each.code}")
    with django_assert_num_queries(1):
        names_on(many, MAY)
