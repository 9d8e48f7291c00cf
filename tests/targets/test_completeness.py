"""B23: expected, actual, rate, on time, on-time rate, by street, chain, department and leader."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.models import Unit
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core import clock
from parks.models import Contact, Sponsorship
from targets.models import Cycle, Return, ReturnMove, ReturnVersion
from targets.queries.completeness import (
    NONE,
    WHOLE_DISTRICT,
    Counts,
    Dimension,
    Share,
    counts_of,
    progress,
)
from targets.queries.missing import missing_lines, ready_text
from tests.targets.factories import (
    make_cycle,
    make_district_template,
    make_office,
    make_park,
    make_person,
    make_template,
    make_unit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B23")]
PERIOD, DUE = "2026Q2", date(2026, 7, 15)
TODAY = date(2026, 7, 18)


@pytest.fixture(autouse=True)
def _on_the_day():
    with clock.known_demo_date(TODAY):
        yield


def set_state(return_: Return, state: str, filed_on: date | None = None) -> Return:
    """The same return as it would stand, entered anew: the workflow moves it otherwise."""
    versions = list(return_.versions.all())
    Return.objects.filter(pk=return_.pk).update(draft=None)
    for version in versions:
        version.lines.all().delete()
        version.delete()
    Return.objects.filter(pk=return_.pk).delete()
    return_.state, return_.filed_on, return_.draft = state, filed_on, None
    return_.pk = None
    return_.save(force_insert=True)
    return return_


def fourteen() -> Cycle:
    """14 parks expected; 12 in, 9 of them by the 15th; P13 and P14 are missing."""
    for number in range(1, 15):
        make_park(
            f"P{number:02d}", street="U-ST1" if number <= 8 else "U-ST2", chain="DIG" if number <= 10 else "CUL",
            department="U-DEP1" if number % 2 else "U-DEP2",
        )  # fmt: skip
    Sponsorship.objects.filter(park__code__lte="P07").update(leader="李区长")
    Sponsorship.objects.filter(park__code__gt="P07", park__code__lte="P13").update(leader="王区长")
    cycle = make_cycle(PERIOD)
    assert cycle.due_on == DUE
    for number, return_ in enumerate(cycle.returns.order_by("park_code"), start=1):
        if number <= 9:
            set_state(return_, "filed" if number > 3 else "locked", DUE)
        elif number <= 12:
            set_state(return_, "reviewed", date(2026, 7, 16))
    return cycle


def by_name(found) -> dict[str, tuple[str, str]]:
    return {row.name: (str(row.counts.rate), str(row.counts.on_time_rate)) for row in found.rows}


def test_fourteen_expected_twelve_in_nine_on_time():
    fourteen()
    found = progress(make_office(), PERIOD)
    assert (found.whole.expected, found.whole.actual, found.whole.on_time) == (14, 12, 9)
    assert (str(found.whole.rate), str(found.whole.on_time_rate)) == ("12/14", "9/14")
    assert (found.whole.rate.percent, found.whole.on_time_rate.percent) == (Decimal("85.7"), Decimal("64.3"))
    assert [each.subject_name for each in found.missing] == ["演示园区P13", "演示园区P14"]


def test_filed_reviewed_and_locked_are_facts_of_their_own():
    fourteen()
    whole = progress(make_office(), PERIOD).whole
    assert (whole.actual, whole.reviewed, whole.locked) == (12, 3, 3)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (Dimension.STREET, {"U-ST1单位": ("8/8", "8/8"), "U-ST2单位": ("4/6", "1/6")}),
        (Dimension.CHAIN, {"DIG产业": ("10/10", "9/10"), "CUL产业": ("2/4", "0/4")}),
        (Dimension.DEPARTMENT, {"U-DEP1单位": ("6/7", "5/7"), "U-DEP2单位": ("6/7", "4/7")}),
        (
            Dimension.LEADER,
            {"李区长": ("7/7", "7/7"), "王区长": ("5/6", "2/6"), "包保区领导未定": ("0/1", "0/1")},
        ),
    ],
)
def test_each_dimension_adds_up_to_the_whole(by, expected):
    fourteen()
    found = progress(make_office(), PERIOD, by=by)
    assert by_name(found) == expected
    for name in ("expected", "actual", "on_time", "locked", "exempt"):
        assert sum(getattr(row.counts, name) for row in found.rows) == getattr(found.whole, name)


def test_a_group_drills_to_its_names():
    fourteen()
    found = progress(make_office(), PERIOD, by=Dimension.LEADER, group="王区长")
    assert [each.park_code for each in found.missing] == ["P13"]
    assert found.group.name == "王区长"
    nobodys = progress(make_office(), PERIOD, by=Dimension.LEADER, group=NONE)
    assert [each.park_code for each in nobodys.missing] == ["P14"]


def test_a_group_that_is_not_there_shows_all():
    fourteen()
    found = progress(make_office(), PERIOD, group="nowhere")
    assert found.group is None
    assert len(found.missing) == 2


def test_the_leader_is_that_of_the_periods_last_day():
    park = make_park("P1")
    Sponsorship.objects.update(leader="前任", valid_to=date(2026, 7, 1))
    Sponsorship.objects.create(
        park=park, department=make_unit("U-DEP"), leader="后任", valid_from=date(2026, 7, 1)
    )
    make_cycle(PERIOD)
    assert list(by_name(progress(make_office(), PERIOD, by=Dimension.LEADER))) == ["前任"]


def test_what_was_sent_back_is_missing_and_once_filed_again_counts_from_its_first_day():
    make_park("P1")
    return_ = set_state(make_cycle(PERIOD).returns.get(), "sent_back", DUE)
    found = progress(make_office(), PERIOD)
    assert (found.whole.actual, found.whole.on_time, found.missing) == (0, 0, [return_])
    set_state(return_, "filed", DUE)
    assert progress(make_office("other"), PERIOD).whole.on_time == 1


def test_what_is_exempt_is_not_expected_and_listed_apart_with_its_reason():
    make_park("P1")
    make_park("P2")
    first, second = make_cycle(PERIOD).returns.order_by("park_code")
    exempt = set_state(first, "exempt")
    version = ReturnVersion.objects.create(return_of=exempt)
    ReturnMove.objects.create(
        return_of=exempt, verb="exempt", from_state="draft", to_state="exempt", version=version,
        actor_name="张三", comment="本季停业", at=clock.now(),
    )  # fmt: skip
    found = progress(make_office(), PERIOD)
    assert (found.whole.expected, found.whole.exempt) == (1, 1)
    assert found.exempt == [(exempt, "本季停业")]
    assert found.missing == [second]


def test_an_exempt_one_without_a_reason_is_listed_without():
    make_park("P1")
    exempt = set_state(make_cycle(PERIOD).returns.get(), "exempt")
    assert progress(make_office(), PERIOD).exempt == [(exempt, "")]


def test_nothing_expected_is_a_dash_and_not_zero():
    assert str(Counts().rate) == "—"
    assert Share(0, 0).percent is None
    assert (str(Share(0, 3)), Share(0, 3).percent) == ("0/3", Decimal("0.0"))


def test_a_bureaus_return_belongs_to_no_street():
    make_park("P1")
    make_cycle(PERIOD)
    make_cycle(PERIOD, make_district_template())
    office = make_office()
    assert list(by_name(progress(office, PERIOD))) == ["U-ST单位", WHOLE_DISTRICT]
    assert list(by_name(progress(office, PERIOD, by=Dimension.DEPARTMENT))) == ["U-DEP单位", "U-TAX单位"]
    assert progress(office, PERIOD, template="DISTRICT-Q").whole.expected == 1


def test_a_street_sees_its_own_parks_only():
    fourteen()
    street = make_person("street", RoleCode.STREET, ScopeKind.STREET, "U-ST2", unit="U-ST2")
    found = progress(street, PERIOD)
    assert by_name(found) == {"U-ST2单位": ("4/6", "1/6")}
    assert [each.park_code for each in found.missing] == ["P13", "P14"]


def test_counting_is_by_state_and_day_alone():
    make_park("P1")
    return_ = make_cycle(PERIOD).returns.get()
    assert counts_of([return_]) == Counts(expected=1)
    return_.state, return_.filed_on = "filed", date(2026, 7, 16)
    assert counts_of([return_]) == Counts(expected=1, actual=1)


# Who is missing, and whom to call


def test_the_contact_is_shown_to_whom_the_register_shows_it():
    park = make_park("P1")
    Contact.objects.create(park=park, name="赵六", duty="主任", phone_masked="138****0000", is_main=True)
    Contact.objects.create(park=park, name="已离职", ended_on=date(2026, 1, 1))
    returns = [make_cycle(PERIOD).returns.get()]
    (line,) = missing_lines(make_office(), returns)
    assert (line.contact, line.phone, line.call) == ("赵六（主任）", "138****0000", "赵六（主任）")
    leader = make_person("leader", RoleCode.LEADER, ScopeKind.DISTRICT)
    (line,) = missing_lines(leader, returns)
    assert (line.contact, line.phone, line.call) == ("", "", "演示运营公司P1")


def test_a_firms_contact_is_nobody_to_call_for_a_park():
    make_park("P1")
    (line,) = missing_lines(make_office(), [make_cycle(PERIOD).returns.get()])
    assert line.call == "演示运营公司P1"


def text_of(user, found) -> str:
    lines = missing_lines(user, found.missing)
    return ready_text(lines, found.whole, period=PERIOD, signer="区发改局 张三", link="https://p/returns/")


def test_the_ready_text_names_who_is_missing_by_when_whom_to_call_and_where():
    fourteen()
    office = make_office()
    text = text_of(office, progress(office, PERIOD))
    assert text == (
        "【报送提醒】2026年第二季度《园区季度工作调度表》应报 14 张，已报 12 张，尚有 2 张未报送：\n"
        "1. 演示园区P13（填报单位：演示运营公司P13）：待填报，7月15日截止，已逾期 3 天\n"
        "2. 演示园区P14（填报单位：演示运营公司P14）：待填报，7月15日截止，已逾期 3 天\n"
        "请以上单位登录平台尽快报送；确有困难的，请及时与我们联系。\n"
        "填报入口：https://p/returns/\n"
        "区发改局 张三　2026年7月18日"
    )


def test_the_ready_text_never_holds_a_number_of_a_person():
    park = make_park("P1")
    Contact.objects.create(park=park, name="赵六", phone_masked="138****0000")
    make_cycle(PERIOD)
    office = make_office()
    text = text_of(office, progress(office, PERIOD))
    assert "联系人：赵六" in text
    assert "138" not in text


def test_several_forms_are_named_line_by_line():
    make_park("P1")
    make_cycle(PERIOD)
    make_cycle(PERIOD, make_district_template())
    office = make_office()
    text = text_of(office, progress(office, PERIOD))
    assert "第二季度报表应报 2 张" in text
    assert "演示园区P1《园区季度工作调度表》（" in text
    assert "全区《全区税收季度反馈表》（" in text


def test_the_same_number_of_queries_for_one_park_as_for_three():
    office, counts = make_office(), []
    template = make_template()
    for number in range(3):
        make_park(f"P{number}", street=f"U-ST{number}", chain=f"C{number}", department=f"U-DEP{number}")
        make_cycle(PERIOD, template)
        if number != 1:
            office.forget_grants()
            with CaptureQueriesContext(connection) as queries:
                found = progress(office, PERIOD, by=Dimension.LEADER)
                missing_lines(office, found.missing)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_units_are_named():
    make_park("P1")
    make_cycle(PERIOD)
    Unit.objects.filter(code="U-ST").update(name="矣六街道办事处")
    assert list(by_name(progress(make_office(), PERIOD))) == ["矣六街道办事处"]
