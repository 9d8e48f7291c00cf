"""Merging on a day: what goes on goes on under the survivor, what was before stays as it was."""

from datetime import date, timedelta

import pytest

from guandu.audit.models import AuditChange, AuditEvent
from guandu.core.actors import CALENDAR
from guandu.core.errors import NotAllowed, NotReady
from guandu.jobs.queue import enqueue
from guandu.jobs.worker import run_waiting
from parks.actions import mergers, placements, proposals
from parks.actions.request_numbers import reveal
from parks.models import (
    Attribution,
    Enterprise,
    Honour,
    Occupancy,
    Park,
    Placement,
    Proposal,
    Sponsorship,
    Tenancy,
)
from parks.queries.mergers import enterprise_merger, park_merger
from targets.actions import returns
from targets.actions.cycles import open_cycle
from targets.models import Cycle, Figure, Return
from tests.factories import (
    make_building,
    make_chain,
    make_demonstration,
    make_enterprise,
    make_honour_kind,
    make_park,
    make_space,
    make_unit,
)
from tests.parks.asked import PHONE, make_request
from tests.targets.factories import make_cast, make_park as make_other_park

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A5")]

ON = date(2026, 8, 16)
BEFORE = ON - timedelta(days=1)


@pytest.fixture(autouse=True)
def today(db):
    make_demonstration(date(2026, 10, 12))


@pytest.fixture
def into(db) -> Park:
    return make_park(code="P-INTO", name="存续园区", department=make_unit(code="dept-into"))


def merge(park, into, office, on=ON):
    return mergers.merge_parks(park=park, into=into, on=on, reason="区政府批复", by=office)


def stays(model, **whose):
    """(enterprise or park, from, to) of dated rows."""
    return list(model.objects.filter(**whose).order_by("valid_from").values_list("valid_from", "valid_to"))


# Parks


def test_the_park_closes_and_its_place_and_sponsor_end(park, into, office):
    closed = merge(park, into, office)
    assert (closed.closed_on, closed.merged_into, closed.merged_on) == (ON, into, ON)
    assert stays(Placement, park=park) == [(date(2024, 1, 1), ON)]
    assert stays(Sponsorship, park=park) == [(date(2024, 1, 1), ON)]
    assert stays(Placement, park=into) == [(date(2024, 1, 1), None)]
    event = AuditEvent.objects.get(verb="park.merge")
    assert (event.object_key, event.reason) == (park.code, "区政府批复")


def test_tenants_and_their_spaces_go_on_in_the_survivor(park, into, office):
    building = make_building(park=park, name="一号楼")
    space = make_space(building=building)
    firm = make_enterprise(park=park)
    Occupancy.objects.create(
        tenancy=firm.tenancies.get(), space=space, area=12_000, valid_from=date(2025, 1, 1)
    )
    gone = make_enterprise(park=park)
    gone.tenancies.update(valid_to=date(2025, 6, 1))
    merge(park, into, office)
    assert stays(Tenancy, park=park, enterprise=firm) == [(date(2024, 1, 1), ON)]
    assert Tenancy.objects.get(park=park, enterprise=firm).leaving_reason == "merged"
    assert stays(Tenancy, park=into, enterprise=firm) == [(ON, None)]
    assert not Tenancy.objects.filter(park=into, enterprise=gone).exists()
    used = (
        Occupancy.objects.filter(space=space)
        .order_by("valid_from")
        .values_list("tenancy__park", "valid_to", "area")
    )
    assert list(used) == [(park.pk, ON, 12_000), (into.pk, None, 12_000)]
    building.refresh_from_db()
    assert building.park == into


def test_a_firm_that_is_in_both_is_not_a_tenant_twice(park, into, office):
    firm = make_enterprise(park=park)
    Tenancy.objects.create(
        park=into, enterprise=firm, valid_from=date(2026, 9, 1), valid_to=date(2026, 10, 1)
    )
    merge(park, into, office)
    assert stays(Tenancy, park=into, enterprise=firm) == [(ON, None)]


def test_a_tenant_who_came_after_the_day_is_a_tenant_of_the_survivor(park, into, office):
    late, both = (
        make_enterprise(park=park, since=date(2026, 9, 1)),
        make_enterprise(park=park, since=date(2026, 9, 1)),
    )
    space = make_space(building=make_building(park=park))
    Occupancy.objects.create(tenancy=both.tenancies.get(), space=space, valid_from=date(2026, 9, 2))
    Tenancy.objects.create(park=into, enterprise=both, valid_from=date(2025, 1, 1))
    merge(park, into, office)
    assert not Tenancy.objects.filter(park=park).exists()
    assert stays(Tenancy, park=into, enterprise=late) == [(date(2026, 9, 1), None)]
    assert stays(Tenancy, park=into, enterprise=both) == [(date(2025, 1, 1), None)]
    assert Occupancy.objects.get(space=space).tenancy.park == into


def test_buildings_of_one_name_are_told_apart(park, into, office):
    make_building(park=into, name="一号楼")
    mine, long = make_building(park=park, name="一号楼"), make_building(park=park, name="长" * 80)
    make_building(park=into, name="长" * 80)
    merge(park, into, office)
    mine.refresh_from_db()
    long.refresh_from_db()
    assert mine.name == "一号楼（原本园区）"
    assert long.name == "长" * 74 + "（原本园区）"


def test_what_was_asked_for_comes_to_nothing(park, into, office, operator):
    proposal = proposals.propose(
        subject=park, values={"let_area": 100}, effective_on=ON, reason="复测", by=operator
    )
    merge(park, into, office)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer) == ("stale", "本园区已并入存续园区。")


def test_open_requests_go_on_under_the_survivor_and_their_numbers_still_open(park, into, office, operator, department):
    waiting = make_request(park, operator)
    ended = make_request(park, operator, "closed", department)
    assert "1 项未办结的企业诉求转到" in "".join(park_merger(park, into, ON).effects)
    merge(park, into, office)
    waiting.refresh_from_db()
    ended.refresh_from_db()
    assert (waiting.park, ended.park) == (into, park)
    assert reveal(request=waiting, by=office) == PHONE


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("itself", "不能并入自身"),
        ("to come", "不能晚于今天"),
        ("before opening", "合并日期须晚于 2024-01-01"),
        ("merged already", "不能再次合并"),
        ("survivor closed", "已不再计入"),
        ("survivor not open", "尚未开园"),
        ("moved since", "已登记自 2026-09-01 起的归属"),
    ],
)
def test_what_stands_in_the_way_is_named_and_nothing_happens(case, sentence, park, into, office):
    day, other = ON, into
    if case == "itself":
        other = park
    elif case == "to come":
        day = date(2026, 10, 13)
    elif case == "before opening":
        day = date(2024, 1, 1)
    elif case == "merged already":
        merge(park, into, office)
    elif case == "survivor closed":
        Park.objects.filter(pk=into.pk).update(closed_on=date(2026, 9, 1))
    elif case == "survivor not open":
        Park.objects.filter(pk=into.pk).update(opened_on=date(2026, 9, 1))
    else:
        placements.place(park=park, chain=make_chain(), on=date(2026, 9, 1), by=office)
    tenancies = Tenancy.objects.count()
    with pytest.raises(NotReady) as refusal:
        merge(Park.objects.get(pk=park.pk), other, office, day)
    assert any(sentence in text for text in refusal.value.missing), refusal.value.missing
    assert Tenancy.objects.count() == tenancies
    assert case == "merged already" or Park.objects.get(pk=park.pk).closed_on is None


@pytest.mark.parametrize("who", ["operator", "department_user", "street_user", "leader"])
def test_only_the_office_merges(who, request, park, into):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        merge(park, into, actor)
    firms = [make_enterprise(park=park), make_enterprise(park=park)]
    with pytest.raises(NotAllowed):
        mergers.merge_enterprises(enterprise=firms[0], into=firms[1], on=ON, reason="吸收合并", by=actor)


def test_the_preview_says_beforehand_what_the_merger_does(park, into, office):
    make_enterprise(park=park)
    make_building(park=park)
    preview = park_merger(park, into, ON)
    assert preview.obstacles == ()
    text = "".join(preview.effects)
    for words in ("1 家在园企业", "1 栋楼宇", "只向存续园区布置报表", "2026-08-16 之前的名称"):
        assert words in text
    assert Park.objects.get(pk=park.pk).closed_on is None


# Returns and figures


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def survivor(cast):
    return make_other_park("P2")


def numbers(quarter):
    period = {"2026Q1": ["2026Q1"], "2026Q2": ["2026H1", "2026Q2"]}[quarter]
    rows = Figure.objects.filter(period__in=period).order_by("pk")
    return list(
        rows.values_list("indicator__code", "scope_kind", "scope_code", "scope_name", "numerator", "expected")
    )


def roll_up(quarter):
    enqueue("figures.roll_up", by=CALENDAR, key=quarter, period=quarter)
    run_waiting()


def test_figures_of_before_print_the_old_name_and_totals(cast, survivor):
    cast.locked("2026Q1")
    run_waiting()
    before = numbers("2026Q1")
    assert "演示园区P1" in {row[3] for row in before}
    assert len(before) > 4
    merge(cast.park, survivor, cast.office)
    roll_up("2026Q1")
    assert numbers("2026Q1") == before


def test_new_returns_are_asked_of_the_survivor_only(cast, survivor):
    merge(cast.park, survivor, cast.office)
    before, during, after = (
        open_cycle(template=cast.template, period=period, by=CALENDAR)
        for period in ("2026Q2", "2026Q3", "2026Q4")
    )
    assert list(before.returns.values_list("park_code", flat=True)) == ["P1", "P2"]
    assert list(during.returns.values_list("park_code", flat=True)) == ["P2"]
    assert list(after.returns.values_list("park_code", flat=True)) == ["P2"]


def test_drafts_that_reach_over_the_day_are_taken_back_with_what_was_typed(cast, survivor):
    earlier, later = cast.draft("2026Q2"), cast.draft("2026Q3")
    returns.save(return_=later, cells={"REV": "1000", "REV_LEAD": "1"}, by=cast.operator)
    assert "尚未报送的 1 张报表撤销" in "".join(park_merger(cast.park, survivor, ON).effects)
    merge(cast.park, survivor, cast.office)
    assert list(Return.objects.filter(park=cast.park)) == [earlier]
    kept = AuditChange.objects.get(event__verb="park.merge", object_type="targets.returnline")
    assert kept.before["values"] == {"REV": 100000, "REV_LEAD": 100}
    assert Cycle.objects.get(period="2026Q3").returns.get().park == survivor


@pytest.mark.parametrize("state", ["filed", "reviewed", "sent_back", "locked"])
def test_what_was_filed_is_never_taken_back(cast, survivor, state):
    getattr(cast, state)("2026Q3")
    with pytest.raises(NotReady) as refusal:
        merge(cast.park, survivor, cast.office)
    assert refusal.value.missing[0].endswith("合并日期须在 2026-09-30 之后。")
    merge(cast.park, survivor, cast.office, date(2026, 10, 1))
    assert Return.objects.get(cycle__period="2026Q3", park=cast.park).state == state


# Firms


def merge_firms(firm, into, office, on=ON):
    return mergers.merge_enterprises(enterprise=firm, into=into, on=on, reason="吸收合并", by=office)


def test_a_firms_tenancies_honours_and_attributions_go_on(park, other_park, office, street):
    firm, into = (
        make_enterprise(park=park, name="被并公司"),
        make_enterprise(park=other_park, name="存续公司"),
    )
    branch = make_enterprise(head_office=firm)
    kind = make_honour_kind("hitech")
    Honour.objects.create(
        enterprise=firm, kind=kind, valid_from=date(2024, 6, 1), valid_to=date(2027, 6, 1), certificate="GR1"
    )
    Attribution.objects.create(enterprise=firm, kind="tax", street=street, valid_from=date(2024, 1, 1))
    ended = merge_firms(firm, into, office)
    assert (ended.closed_on, ended.merged_into) == (ON, into)
    assert stays(Tenancy, enterprise=firm, park=park) == [(date(2024, 1, 1), ON)]
    assert stays(Tenancy, enterprise=into, park=park) == [(ON, None)]
    old, new = Honour.objects.order_by("valid_from")
    assert (old.revoked_on, old.valid_to) == (ON, date(2027, 6, 1))
    assert (new.enterprise, new.valid_from, new.valid_to, new.certificate) == (
        into,
        ON,
        date(2027, 6, 1),
        "GR1",
    )
    assert new.first_recognised_on == date(2024, 6, 1)
    assert stays(Attribution, enterprise=firm) == [(date(2024, 1, 1), ON)]
    assert list(Attribution.objects.filter(enterprise=into).values_list("street", "valid_from")) == [
        (street.pk, ON)
    ]
    branch.refresh_from_db()
    assert branch.head_office == into


def test_what_the_survivor_has_already_is_not_entered_twice(park, office, street):
    firm, into = make_enterprise(park=park), make_enterprise(park=park)
    kind = make_honour_kind("hitech")
    for each in (firm, into):
        Honour.objects.create(
            enterprise=each, kind=kind, valid_from=date(2025, 1, 1), valid_to=date(2028, 1, 1)
        )
        Attribution.objects.create(enterprise=each, kind="tax", street=street, valid_from=date(2024, 1, 1))
    merge_firms(firm, into, office)
    assert Honour.objects.filter(enterprise=into).count() == 1
    assert Attribution.objects.filter(enterprise=into).count() == 1
    assert Tenancy.objects.filter(enterprise=into).count() == 1


def test_firms_that_cannot_merge_say_why(park, office):
    firm, into = make_enterprise(park=park), make_enterprise(closed_on=date(2026, 1, 1))
    with pytest.raises(NotReady) as refusal:
        merge_firms(firm, into, office)
    assert "已不再计入" in refusal.value.missing[0]
    assert "不能并入自身" in "".join(enterprise_merger(firm, firm, ON).obstacles)
    assert Enterprise.objects.get(pk=firm.pk).merged_into is None


def test_the_preview_asks_the_same_for_one_firm_and_for_three(
    park, into, office, django_assert_max_num_queries
):
    make_enterprise(park=park)
    with django_assert_max_num_queries(12):
        park_merger(park, into, ON)
    for _ in range(3):
        make_enterprise(park=park)
    with django_assert_max_num_queries(12):
        park_merger(park, into, ON)
    assert not Proposal.objects.exists()
