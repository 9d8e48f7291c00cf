"""Firms in parks and spaces, day by day: half-open, never overlapping, counted by the period's last day."""

from datetime import date, timedelta

import pytest

from guandu.audit.changes import snapshot
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from parks.actions import tenancies
from parks.models import Occupancy, Tenancy
from parks.queries.tenants import claimed_twice, firm_counts, firm_rows, roster, tenants
from rating.queries.facts import facts_of_parks
from tests.factories import (
    make_building,
    make_enterprise,
    make_honour_kind,
    make_park,
    make_space,
    make_user,
)

pytestmark = pytest.mark.django_db
MOVE = date(2026, 5, 16)
Q1, Q2, Q3 = (Period.parse(f"2026Q{n}") for n in (1, 2, 3))


@pytest.fixture
def firm(db):
    return make_enterprise(name="某科技有限公司")


@pytest.fixture
def space(park):
    return make_space(building=make_building(park=park, name="一号楼"), name="301室", area=500_00)


def enter(park, firm, on=date(2026, 1, 1), **values) -> Tenancy:
    return tenancies.enter(park=park, enterprise=firm, on=on, **values)


def stretches(rows) -> list[tuple]:
    return list(rows.order_by("valid_from").values_list("valid_from", "valid_to"))


# A firm moves from A to B on 16 May.


def move(firm, park, other_park, office):
    stay = Tenancy.objects.filter(park=park, enterprise=firm).first() or enter(park, firm, by=office)
    tenancies.leave(tenancy=stay, on=MOVE, reason="moved", by=office)
    enter(other_park, firm, MOVE, by=office)


@pytest.mark.feature("A4")
def test_a_firm_that_moves_counts_where_it_stands_on_each_periods_last_day(park, other_park, firm, office):
    move(firm, park, other_park, office)
    counted = {
        period.code: [each.code for each in (park, other_park) if roster(each, period).exists()]
        for period in (Q1, Q2, Q3)
    }
    assert counted == {"2026Q1": ["park-own"], "2026Q2": ["park-other"], "2026Q3": ["park-other"]}
    assert stretches(firm.tenancies) == [(date(2026, 1, 1), MOVE), (MOVE, None)]


@pytest.mark.feature("A4")
def test_the_days_of_a_tenancy_are_half_open(park, other_park, firm, office):
    move(firm, park, other_park, office)
    before = Tenancy.objects.on(MOVE - timedelta(days=1)).values_list("park__code", flat=True)
    after = Tenancy.objects.on(MOVE).values_list("park__code", flat=True)
    assert (list(before), list(after)) == (["park-own"], ["park-other"])


def hitech(period) -> dict:
    """Firms with the honour that each park is credited with when the period's scores are tried."""
    return {each.entity: each.inputs["reg.hitech_firms"].value for each in facts_of_parks(period)}


@pytest.mark.feature("A4")
def test_running_a_quarter_again_after_the_move_changes_nothing(park, other_park, firm, office):
    make_enterprise(park=other_park, since=date(2025, 1, 1))
    enter(park, firm, by=office)
    firm.honours.create(kind=make_honour_kind("hitech"), valid_from=date(2025, 1, 1))
    first = hitech(Q1)
    assert first == {"park-own": 1, "park-other": 0}
    move(firm, park, other_park, office)
    assert hitech(Q1) == first
    assert hitech(Q3)["park-other"] == 1


@pytest.mark.feature("A4")
def test_a_firm_may_come_back_after_it_left_and_on_the_very_day(park, firm, office):
    tenancies.leave(tenancy=enter(park, firm, by=office), on=MOVE, reason="moved", by=office)
    enter(park, firm, MOVE, by=office)
    assert stretches(firm.tenancies) == [(date(2026, 1, 1), MOVE), (MOVE, None)]


@pytest.mark.feature("A4")
@pytest.mark.parametrize("on", [date(2026, 1, 1), MOVE - timedelta(days=1), date(2025, 1, 1)])
def test_a_firm_stands_once_in_a_park_on_a_day(park, firm, office, on):
    tenancies.leave(tenancy=enter(park, firm, by=office), on=MOVE, reason="moved", by=office)
    with pytest.raises(
        Invalid, match=r"某科技有限公司在本园区已有 2026-01-01 至 2026-05-16（不含当日）的入驻记录"
    ):
        enter(park, firm, on, by=office)
    assert firm.tenancies.count() == 1


def test_a_firm_in_the_park_is_told_so(park, firm, operator):
    enter(park, firm, by=operator)
    with pytest.raises(Invalid, match="不需要再登记") as refusal:
        enter(park, firm, MOVE, by=operator)
    assert refusal.value.errors[0][0] == "on"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"firm": {"closed_on": MOVE}}, "该企业已于 2026-05-16 注销"),
        ({"park": {"closed_on": MOVE}}, "该园区已于 2026-05-16 关闭"),
    ],
)
def test_what_has_ended_takes_nobody_in(office, values, words):
    park, firm = make_park(**values.get("park", {})), make_enterprise(**values.get("firm", {}))
    with pytest.raises(Invalid, match=words):
        enter(park, firm, MOVE, by=office)
    assert enter(park, firm, MOVE - timedelta(days=1), by=office).pk


def test_a_day_far_ahead_is_taken_for_a_slip(park, firm, operator):
    with pytest.raises(Invalid, match="请核对日期"):
        enter(park, firm, clock.today() + timedelta(days=367), by=operator)


# Leaving, with the spaces that are given back.


def take(tenancy, space, on=date(2026, 1, 1), **values) -> Occupancy:
    return tenancies.take(tenancy=tenancy, space=space, on=on, **values)


@pytest.mark.feature("A4")
def test_who_leaves_gives_back_his_spaces_on_the_same_day(park, firm, space, operator):
    stay = enter(park, firm, by=operator)
    gone = make_space(building=space.building)
    later = make_space(building=space.building)
    take(stay, space, by=operator)
    tenancies.release(occupancy=take(stay, gone, by=operator), on=date(2026, 3, 1), by=operator)
    take(stay, later, date(2026, 9, 1), by=operator)
    left = tenancies.leave(tenancy=stay, on=MOVE, reason="closed", by=operator)
    assert (left.valid_to, left.leaving_reason) == (MOVE, "closed")
    assert stretches(space.occupancies) == [(date(2026, 1, 1), MOVE)]
    assert stretches(gone.occupancies) == [(date(2026, 1, 1), date(2026, 3, 1))]
    assert stretches(later.occupancies) == []
    event = AuditEvent.objects.get(verb="tenancy.leave")
    kinds = sorted(event.changes.values_list("object_type", flat=True))
    assert kinds == ["parks.occupancy", "parks.occupancy", "parks.tenancy"]


@pytest.mark.parametrize("on", [date(2026, 1, 1), date(2025, 12, 31)])
def test_nobody_leaves_before_the_day_after_he_came(park, firm, operator, on):
    stay = enter(park, firm, by=operator)
    with pytest.raises(Invalid, match="必须晚于它"):
        tenancies.leave(tenancy=stay, on=on, reason="moved", by=operator)


@pytest.mark.parametrize("reason", ["", "tired"])
def test_leaving_needs_one_of_the_reasons(park, firm, operator, reason):
    stay = enter(park, firm, by=operator)
    with pytest.raises(Invalid, match="请选择离园原因"):
        tenancies.leave(tenancy=stay, on=MOVE, reason=reason, by=operator)


def test_who_has_left_does_not_leave_again(park, firm, operator):
    stay = enter(park, firm, by=operator)
    tenancies.leave(tenancy=stay, on=MOVE, reason="moved", by=operator)
    with pytest.raises(NotReady, match="已登记自 2026-05-16 起离园"):
        tenancies.leave(tenancy=stay, on=date(2026, 6, 1), reason="moved", by=operator)


# One space, one user on a day.


@pytest.mark.feature("A4")
def test_a_space_in_use_is_refused_with_who_uses_it(park, firm, space, operator):
    take(enter(park, firm, by=operator), space, by=operator)
    other = enter(park, make_enterprise(), by=operator)
    for on in (date(2026, 1, 1), MOVE):
        with pytest.raises(Invalid, match=r"一号楼 301室自 2026-01-01 起由某科技有限公司使用，尚未退出"):
            take(other, space, on, by=operator)


@pytest.mark.feature("A4")
def test_a_space_is_taken_again_on_the_day_it_is_given_back_and_not_before(park, firm, space, operator):
    use = take(enter(park, firm, by=operator), space, by=operator)
    tenancies.release(occupancy=use, on=MOVE, by=operator)
    other = enter(park, make_enterprise(), by=operator)
    with pytest.raises(Invalid, match=r"2026-01-01 至 2026-05-16（不含当日）由某科技有限公司使用"):
        take(other, space, MOVE - timedelta(days=1), by=operator)
    take(other, space, MOVE, by=operator)
    assert stretches(space.occupancies) == [(date(2026, 1, 1), MOVE), (MOVE, None)]


def test_a_space_promised_for_later_is_not_taken_before(park, firm, space, operator):
    take(enter(park, firm, by=operator), space, MOVE, by=operator)
    with pytest.raises(Invalid, match="自 2026-05-16 起由某科技有限公司使用"):
        take(enter(park, make_enterprise(), by=operator), space, by=operator)


def test_the_use_of_one_who_is_to_leave_ends_with_his_tenancy(park, firm, space, operator):
    stay = enter(park, firm, by=operator)
    stay = tenancies.leave(tenancy=stay, on=MOVE, reason="moved", by=operator)
    take(stay, space, by=operator)
    assert stretches(space.occupancies) == [(date(2026, 1, 1), MOVE)]
    with pytest.raises(Invalid, match="自 2026-05-16 起离园"):
        take(stay, make_space(building=space.building), MOVE, by=operator)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"available_from": date(2026, 2, 1)}, "自 2026-02-01 起可以入驻"),
        ({"closed_on": date(2026, 12, 1)}, "自 2026-12-01 起停用"),
        ({"area": 99_99}, "不能大于空间面积 99.99 平方米"),
    ],
)
def test_a_space_is_let_within_its_days_and_its_area(park, firm, operator, values, words):
    space = make_space(building=make_building(park=park), **values)
    with pytest.raises(Invalid, match=words):
        take(enter(park, firm, by=operator), space, area=100_00, by=operator)


def test_a_firm_uses_no_space_of_another_park_and_none_before_it_came(park, other_park, firm, space, office):
    stay = enter(park, firm, by=office)
    with pytest.raises(Invalid, match="只能使用其所在园区的空间"):
        take(stay, make_space(building=make_building(park=other_park)), by=office)
    with pytest.raises(Invalid, match="自 2026-01-01 起入驻"):
        take(stay, space, date(2025, 12, 31), by=office)


def test_an_end_is_moved_forward_never_back(park, firm, space, operator):
    use = take(enter(park, firm, by=operator), space, by=operator)
    tenancies.release(occupancy=use, on=MOVE, by=operator)
    with pytest.raises(NotReady, match="只能提前"):
        tenancies.release(occupancy=use, on=date(2026, 6, 1), by=operator)
    tenancies.release(occupancy=use, on=date(2026, 3, 1), by=operator)
    assert stretches(space.occupancies) == [(date(2026, 1, 1), date(2026, 3, 1))]
    assert tenancies.release(occupancy=use, on=date(2026, 1, 1), by=operator) is None
    assert stretches(space.occupancies) == []


# Putting right what was entered wrongly.


def test_the_days_of_a_tenancy_are_put_right(park, firm, operator):
    stay = enter(park, firm, by=operator)
    stay = tenancies.leave(tenancy=stay, on=MOVE, reason="moved", by=operator)
    stay = tenancies.correct(
        tenancy=stay, values={"valid_from": date(2025, 7, 1), "valid_to": None}, by=operator
    )
    assert (stay.valid_from, stay.valid_to, stay.leaving_reason) == (date(2025, 7, 1), None, "")


def test_a_correction_overlaps_nothing_and_leaves_no_use_outside(park, firm, space, operator):
    first = tenancies.leave(tenancy=enter(park, firm, by=operator), on=MOVE, reason="moved", by=operator)
    second = enter(park, firm, MOVE, by=operator)
    take(second, space, MOVE, by=operator)
    with pytest.raises(Invalid, match="已有 2026-05-16 起的入驻记录"):
        tenancies.correct(tenancy=first, values={"valid_to": None}, by=operator)
    with pytest.raises(NotReady) as refusal:
        tenancies.correct(tenancy=second, values={"valid_from": date(2026, 6, 1)}, by=operator)
    assert refusal.value.missing == ("一号楼 301室：2026-05-16 起",)


@pytest.mark.feature("A18")
def test_a_stale_correction_is_refused_and_shown_the_first_one(park, firm, operator, office):
    stay = enter(park, firm, by=operator)
    seen = snapshot(stay)
    tenancies.correct(tenancy=stay, values={"in_leading_industry": True}, by=office)
    with pytest.raises(Conflict) as refusal:
        tenancies.correct(tenancy=stay, values={"in_leading_industry": False}, seen=seen, by=operator)
    assert refusal.value.changes == (("属于主导产业", "是", "否"),)


def test_what_was_entered_by_mistake_is_struck_with_a_reason(park, firm, space, operator):
    stay = enter(park, firm, by=operator)
    use = take(stay, space, by=operator)
    with pytest.raises(Invalid, match="请写明撤销的原因"):
        tenancies.strike(tenancy=stay, reason=" ", by=operator)
    with pytest.raises(NotReady, match="请先撤销下列使用"):
        tenancies.strike(tenancy=stay, reason="登错企业", by=operator)
    tenancies.release(occupancy=use, on=use.valid_from, by=operator)
    tenancies.strike(tenancy=stay, reason="登错企业", by=operator)
    assert not Tenancy.objects.filter(pk=stay.pk).exists()
    assert AuditEvent.objects.get(verb="tenancy.strike", outcome="done").reason == "登错企业"


# Who may.


@pytest.mark.feature("A12")
@pytest.mark.parametrize(
    "who", ["department_user", "street_user", "task_force_user", "leader", "expert", "system_admin"]
)
def test_only_the_park_itself_and_the_office_keep_its_tenants(who, request, park, firm, space, office):
    actor, stay = request.getfixturevalue(who), enter(park, make_enterprise(), by=office)
    use = take(stay, space, by=office)
    for step in (
        lambda: enter(park, firm, by=actor),
        lambda: tenancies.leave(tenancy=stay, on=MOVE, reason="moved", by=actor),
        lambda: tenancies.correct(tenancy=stay, values={"valid_from": MOVE}, by=actor),
        lambda: tenancies.strike(tenancy=stay, reason="x", by=actor),
        lambda: take(stay, space, by=actor),
        lambda: tenancies.release(occupancy=use, on=MOVE, by=actor),
    ):
        with pytest.raises(NotAllowed):
            step()


@pytest.mark.feature("A12")
def test_an_operator_touches_no_other_parks_tenants(other_park, firm, operator, office):
    stay = enter(other_park, firm, by=office)
    for step in (
        lambda: enter(other_park, make_enterprise(), by=operator),
        lambda: tenancies.leave(tenancy=stay, on=MOVE, reason="moved", by=operator),
    ):
        with pytest.raises(NotAllowed):
            step()


# The same firm claimed by two parks.


@pytest.mark.feature("A6")
def test_a_firm_in_two_parks_is_flagged_on_both_sides(
    park, other_park, firm, office, operator, department_user
):
    other_operator = make_user("operator", scope=other_park)
    other_reviewer = make_user("department", scope=other_park.sponsorships.get().department)
    enter(park, firm, by=office)
    enter(other_park, firm, MOVE, by=office)
    assert [row.park for row in claimed_twice(office, Q2)] == [other_park, park]
    for user, own in (
        (operator, park), (department_user, park), (other_operator, other_park), (other_reviewer, other_park)
    ):  # fmt: skip
        assert [row.park for row in claimed_twice(user, Q2)] == [own]
    assert list(claimed_twice(office, Q1)) == []


@pytest.mark.feature("A6")
def test_a_firm_that_moved_within_the_quarter_is_not_claimed_twice(park, other_park, firm, office):
    move(firm, park, other_park, office)
    assert list(claimed_twice(office, Q2)) == []


@pytest.mark.feature("A6")
def test_two_claims_are_told_of_in_the_quarters_in_which_they_met(park, other_park, firm, office):
    stay = enter(park, firm, by=office)
    enter(other_park, firm, date(2026, 3, 1), by=office)
    tenancies.leave(tenancy=stay, on=date(2026, 4, 1), reason="moved", by=office)
    flagged = {
        quarter.code: {row.park.code: row.is_twice for row in Tenancy.objects.marked_twice(quarter)}
        for quarter in (Q1, Q2)
    }
    assert flagged == {
        "2026Q1": {"park-own": True, "park-other": True}, "2026Q2": {"park-own": False, "park-other": False},
    }  # fmt: skip


@pytest.mark.feature("A6", "A12")
def test_which_other_park_claims_the_firm_is_told_to_whom_may_see_it(
    park, other_park, firm, office, operator
):
    enter(park, firm, by=office)
    enter(other_park, firm, by=office)
    day = date(2026, 6, 1)
    (row,) = firm_rows(operator, tenants(operator, park, day), day)
    assert (row.is_twice, row.others) == (True, [])
    (row,) = firm_rows(office, tenants(office, park, day), day)
    assert (row.is_twice, row.others) == (True, [other_park])


def test_the_counts_of_a_park_are_those_of_its_list(park, other_park, office):
    here, gone, twice = (make_enterprise(park=park, since=date(2026, 4, 1)) for _ in range(3))
    enter(park, make_enterprise(), date(2026, 8, 1), by=office)
    tenancies.leave(tenancy=gone.tenancies.get(), on=MOVE, reason="closed", by=office)
    enter(other_park, twice, MOVE, by=office)
    counts = firm_counts(office, park, date(2026, 6, 1))
    assert (counts.present, counts.coming, counts.left, counts.every) == (2, 1, 1, 4)
    assert (counts.entered, counts.gone, counts.twice) == (3, 1, 1)
    assert here.tenancies.get().valid_to is None
