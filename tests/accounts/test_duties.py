"""AB角: who does a duty, who stands in while he is away, and what is wanting."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.actions import grants, persons, users
from guandu.accounts.models import Grant, User
from guandu.accounts.queries_duties import Duty, deputised_by, duties
from guandu.accounts.roles import ADMINISTRATORS, RoleCode
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.web.registry import todos_for
from targets.actions import returns
from tests.factories import give, make_park, make_unit, make_user
from tests.targets.factories import ENTRIES, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X6")]

TODAY = clock.real_today()
SEAT = Grant.Seat


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def pair(park, operator_unit) -> tuple[User, User]:
    """A and B of the own park's filing."""
    return hold(operator_unit, park, SEAT.MAIN), hold(operator_unit, park, SEAT.DEPUTY)


def hold(unit, park, seat: str = "", role: str = RoleCode.OPERATOR) -> User:
    user = make_user(unit=unit)
    grant = give(user, role, park)
    Grant.objects.filter(pk=grant.pk).update(seat=seat)
    return user


def away(user: User, since: int = 0, until: int = 5) -> None:
    persons.set_away(user=user, since=day(since), until=day(until), by=user)


def fresh(user: User) -> User:
    return User.objects.select_related("unit").get(pk=user.pk)


def the_duty(on: date = TODAY) -> Duty:
    (duty,) = (each for each in duties(on) if each.role == RoleCode.OPERATOR)
    return duty


def acting(on: date = TODAY) -> User | None:
    grant = the_duty(on).acting(on)
    return grant.user if grant else None


# Who acts


def test_the_first_acts_and_the_second_while_he_is_away(pair):
    first, second = pair
    assert acting() == first
    away(first, 0, 5)
    assert [acting(day(number)) for number in (0, 5)] == [second, second]
    assert acting(day(6)) == first


@pytest.mark.parametrize(
    ("since", "until", "is_away"), [(-3, 0, True), (0, 0, True), (0, 9, True), (1, 9, False)]
)
def test_both_days_of_an_absence_count(since, until, is_away, pair):
    first, second = pair
    User.objects.filter(pk=first.pk).update(away_from=day(since), away_until=day(until))
    assert acting() == (second if is_away else first)


def test_back_before_his_time_he_acts_again(pair):
    first, _ = pair
    away(first)
    persons.set_away(user=first, since=None, until=None, by=first)
    assert acting() == first
    assert AuditEvent.objects.filter(verb="user.set_away", outcome="done").count() == 2


def test_both_away_nobody_acts_and_that_is_said_first(pair, park, operator_unit):
    for user in pair:
        away(user)
    hold(operator_unit, make_park())
    assert acting_of(duties()[0]) is None
    assert duties()[0].gaps(TODAY) == ("A角离岗，无人代理",)


def acting_of(duty: Duty) -> Grant | None:
    return duty.acting(TODAY)


def test_a_single_holder_whom_nobody_placed_is_the_first(park, operator_unit):
    only = hold(operator_unit, park)
    assert acting() == only
    assert the_duty().gaps(TODAY) == ("未定B角",)
    hold(operator_unit, park)
    assert acting() is None
    assert the_duty().gaps(TODAY) == ("未定A角", "未定B角")


def test_whose_account_is_closed_holds_no_seat(pair, system_admin):
    users.disable(user=pair[0], by=system_admin)
    assert the_duty().gaps(TODAY) == ("未定A角",)
    assert acting() == pair[1]


def test_a_duty_complete_has_no_gap(pair):
    assert the_duty().gaps(TODAY) == ()


def test_administrators_experts_and_interfaces_have_no_deputies(park):
    for role in (*ADMINISTRATORS, RoleCode.API_CLIENT):
        make_user(role)
    make_user(RoleCode.EXPERT, scope=park)
    assert duties() == []


# The second does the work


def test_the_second_hears_of_it_and_files_in_the_firsts_place():
    cast = make_cast()
    User.objects.filter(pk=cast.operator.pk).update(password="!")
    Grant.objects.filter(user=cast.operator).update(seat=SEAT.MAIN)
    second = hold(cast.operator.unit, cast.park, SEAT.DEPUTY)
    draft = cast.draft("2026Q2")
    assert told(second) == []
    away(cast.operator, 0, 5)
    assert told(second) == [f"代{cast.operator.name}办理园区运营方事项"]
    assert [grant.user for grant in deputised_by(fresh(second))] == [cast.operator]
    waiting = [todo.url for todo in todos_for(fresh(second))]
    assert f"/returns/{draft.pk}/" in waiting
    saved = returns.save(return_=draft, cells=ENTRIES, by=fresh(second))
    assert returns.file(return_=saved, by=fresh(second)).filed.filed_by == second.username


def told(user: User) -> list[str]:
    return [todo.title for todo in todos_for(fresh(user)) if todo.word == "代A角"]


def test_nobody_stands_in_for_another_unit_or_another_duty(pair, park):
    first, second = pair
    elsewhere = hold(make_unit(), park, SEAT.DEPUTY)
    other = hold(first.unit, make_park(), SEAT.DEPUTY)
    plain = hold(first.unit, park)
    away(first)
    assert told(second) != []
    assert told(elsewhere) == told(other) == told(plain) == []


def test_the_page_says_who_acts_today(pair, office, sign_in):
    first, second = pair
    away(first)
    page = sign_in(office).get("/accounts/duties/").content.decode()
    row = page[page.index(first.unit.name) :]
    assert f"{second.name}<small>代A角</small>" in row
    assert f"代{first.name}办理园区运营方事项" in sign_in(fresh(second)).get("/").content.decode()


# Seats


def grant_of(user: User) -> Grant:
    return user.grants.get()


def test_one_first_and_one_second_for_a_duty_of_a_unit(pair, park, operator_unit, security_admin):
    third = hold(operator_unit, park)
    for seat in (SEAT.MAIN, SEAT.DEPUTY):
        with pytest.raises(NotReady, match="已由.*担任"):
            grants.set_seat(grant=grant_of(third), seat=seat, by=security_admin)
    grants.set_seat(grant=grant_of(pair[1]), seat="", by=security_admin)
    grants.set_seat(grant=grant_of(third), seat=SEAT.DEPUTY, by=security_admin)
    assert the_duty().deputy.user == third


def test_another_unit_and_another_scope_have_seats_of_their_own(pair, park, security_admin):
    for other in (hold(make_unit(), park), hold(pair[0].unit, make_park())):
        assert grants.set_seat(grant=grant_of(other), seat=SEAT.MAIN, by=security_admin).seat == SEAT.MAIN


def test_a_seat_of_a_closed_account_or_a_former_term_is_free(
    pair, park, operator_unit, system_admin, security_admin
):
    users.disable(user=pair[0], by=system_admin)
    Grant.objects.filter(user=pair[1]).update(valid_to=TODAY)
    for seat in (SEAT.MAIN, SEAT.DEPUTY):
        given = grants.give(
            user=make_user(unit=operator_unit), role=RoleCode.OPERATOR, scope_kind="park", scope_code=park.code,
            seat=seat, by=security_admin,
        )  # fmt: skip
        assert given.seat == seat


def test_a_grant_that_is_over_gets_no_seat(park, operator_unit, security_admin):
    user = hold(operator_unit, park)
    Grant.objects.filter(user=user).update(valid_to=TODAY)
    with pytest.raises(NotReady, match="不能再定AB角"):
        grants.set_seat(grant=grant_of(user), seat=SEAT.MAIN, by=security_admin)


def test_a_seat_that_does_not_exist_is_refused(pair, security_admin):
    with pytest.raises(Invalid):
        grants.set_seat(grant=grant_of(pair[0]), seat="C", by=security_admin)


@pytest.mark.parametrize("who", ["office", "system_admin", "audit_admin", "operator", "leader"])
def test_only_the_security_administrator_places_people(who, pair, request):
    with pytest.raises(NotAllowed):
        grants.set_seat(grant=grant_of(pair[0]), seat="", by=request.getfixturevalue(who))
    assert grant_of(pair[0]).seat == SEAT.MAIN


def test_not_even_he_places_himself(security_admin):
    with pytest.raises(NotAllowed, match="不能给自己定AB角"):
        grants.set_seat(grant=grant_of(security_admin), seat=SEAT.MAIN, by=security_admin)


def test_the_page_places_people(pair, security_admin, sign_in):
    client, path = sign_in(security_admin), f"/accounts/duties/{grant_of(pair[1]).pk}/seat/"
    assert client.post(path, {"seat": "A"}).status_code == 409
    assert client.post(path, {"seat": "X"}).status_code == 422
    assert client.post(path, {"seat": ""}).status_code == 302
    assert grant_of(pair[1]).seat == ""


# Away


@pytest.mark.parametrize(
    ("who", "may"), [("office", True), ("system_admin", True), ("security_admin", False), ("leader", False)]
)
def test_who_registers_the_absence_of_another(who, may, pair, request):
    by = request.getfixturevalue(who)
    if may:
        persons.set_away(user=pair[0], since=TODAY, until=TODAY, by=by)
    else:
        with pytest.raises(NotAllowed):
            persons.set_away(user=pair[0], since=TODAY, until=TODAY, by=by)
    assert (fresh(pair[0]).away_from == TODAY) is may


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [(0, None, "同时填写"), (None, 0, "同时填写"), (5, 4, "不能早于起日"), (-5, -1, "已经过去")],
)
def test_days_that_make_no_absence_are_refused(since, until, sentence, pair):
    given = [None if number is None else day(number) for number in (since, until)]
    with pytest.raises(Invalid, match=sentence):
        persons.set_away(user=pair[0], since=given[0], until=given[1], by=pair[0])


def test_everybody_registers_his_own_absence_on_the_page(pair, sign_in):
    client = sign_in(pair[0])
    assert client.post("/accounts/away/", {"since": TODAY.isoformat(), "until": ""}).status_code == 422
    assert (
        client.post("/accounts/away/", {"since": TODAY.isoformat(), "until": day(3).isoformat()}).status_code
        == 302
    )
    assert acting() == pair[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_duties_asks_as_often_for_three_as_for_one(count, office, sign_in):
    client = sign_in(office)
    for _ in range(count):
        park = make_park()
        hold(make_unit(), park, SEAT.MAIN)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/accounts/duties/")
    assert len(page.context["rows"]) == count + 1
    assert len(queries) == 13
