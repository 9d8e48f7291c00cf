"""包保 as it is lived: each leader's, department's and officer's parks on a day, visits, open requests, reds."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core.errors import Invalid, NotAllowed, NotReady
from parks.actions import sponsor_visits
from parks.actions.sponsor_visits import Seen
from parks.enums_requests import RequestState, VisitRank
from parks.models import Sponsorship, SponsorVisit
from parks.queries.sponsoring import DEPARTMENT, LEADER, OFFICER, holders_on
from targets.enums_plan import LightState
from tests.factories import make_demonstration, make_park, make_sponsorship, make_unit
from tests.parks.asked import make_request
from tests.targets.lit import led, make_light
from tests.targets.plans import make_plan, make_target

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A3")]
TODAY = date(2026, 10, 12)
CHANGED = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration(TODAY)


@pytest.fixture
def sponsored(park, department):
    """本园区: 李区长 until the end of August, 陈区长 since; the same department, other officers."""
    Sponsorship.objects.filter(park=park).delete()
    make_sponsorship(park, department, until=CHANGED, leader="李区长", deputy_head="张局长", staff_member="王科员", deputy_staff="赵科员")
    make_sponsorship(park, department, since=CHANGED, leader="陈区长", deputy_head="张局长", staff_member="周科员", deputy_staff="赵科员")
    return park


def visit(park, by, **said) -> SponsorVisit:
    seen = {"on": date(2026, 10, 9), "rank": VisitRank.STAFF, "visitors": "周科员", "seen": "园区运营正常", **said}
    return sponsor_visits.record(park=park, visit=Seen(**seen), by=by)


def names(user, by, day=TODAY, who="") -> dict[str, list[str]]:
    return {holder.name: [each.park.name for each in holder.parks] for holder in holders_on(user, by, day, who)}


# --- whose parks ------------------------------------------------------------------------------------


def test_whoever_holds_the_duty_on_the_day_has_the_park(sponsored, office):
    assert names(office, LEADER) == {"陈区长": ["本园区"]}
    assert names(office, LEADER, date(2026, 8, 31)) == {"李区长": ["本园区"]}
    assert names(office, DEPARTMENT) == {"本部门": ["本园区"]}
    assert set(names(office, OFFICER)) == {"周科员", "赵科员", "张局长"}
    assert set(names(office, OFFICER, date(2026, 8, 31))) == {"王科员", "赵科员", "张局长"}
    assert names(office, OFFICER, who="周") == {"周科员": ["本园区"]}


def test_a_park_that_nobody_answers_for_stands_last(sponsored, office):
    make_park(name="没有包保的园区")
    assert list(names(office, LEADER)) == ["陈区长", "未定包保区领导"]


def test_each_sees_his_own_parks(sponsored, other_park, operator, department_user):
    for user in (operator, department_user):
        assert names(user, DEPARTMENT) == {"本部门": ["本园区"]}


def test_open_and_late_requests_and_visits_stand_at_the_park(sponsored, office, operator, department):
    make_request(sponsored, operator, due_on=date(2026, 10, 8))
    make_request(sponsored, operator, RequestState.CLOSED, department)
    visit(sponsored, office)
    visit(sponsored, office, on=date(2026, 9, 9))
    (holder,) = holders_on(office, LEADER, TODAY)
    (row,) = holder.parks
    assert (row.open, row.late, row.visits, row.visited_on) == (1, 1, 2, date(2026, 10, 9))
    assert (holder.open, holder.late, holder.unvisited) == (1, 1, 0)


def test_reds_are_those_that_the_department_or_the_task_force_leads(sponsored, office, department, chain, leader):
    plan = make_plan()
    make_light(led(make_target(plan, "T01"), department), LightState.RELEASED)
    make_light(led(make_target(plan, "T02"), chain.task_force))
    make_light(led(make_target(plan, "T03"), make_unit()), LightState.RELEASED)
    make_light(led(make_target(plan, "T04"), department), LightState.CLEARED)

    def reds(user) -> list[str]:
        (holder,) = holders_on(user, LEADER, TODAY)
        return [red.title[:3] for red in holder.reds]

    assert reds(office) == ["T01", "T02"]
    # What the office has not released a leader does not know.
    assert reds(leader) == ["T01"]


# --- visits -----------------------------------------------------------------------------------------


def test_a_visit_keeps_the_duty_of_its_day(sponsored, department, department_user):
    row = visit(sponsored, department_user, on=date(2026, 8, 20), asks="希望增容供电")
    assert (row.leader, row.department, row.recorded_unit) == ("李区长", department, "本部门")


@pytest.mark.parametrize("who", ["leader", "liaison", "department_user", "street_user", "office"])
def test_whoever_goes_there_records_it(who, sponsored, request):
    assert visit(sponsored, request.getfixturevalue(who)).pk


@pytest.mark.parametrize("who", ["operator", "expert", "task_force_user"])
def test_whoever_is_visited_does_not(who, sponsored, request):
    with pytest.raises(NotAllowed):
        visit(sponsored, request.getfixturevalue(who))


def test_a_department_records_for_its_own_parks(other_park, department_user):
    with pytest.raises(NotAllowed):
        visit(other_park, department_user)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"on": date(2026, 10, 13)}, "on"),
        ({"seen": " "}, "seen"),
        ({"visitors": ""}, "visitors"),
        ({"rank": "x"}, "rank"),
        ({"seen": "长" * 501}, "seen"),
    ],
)
def test_each_field_is_refused_in_words(said, field, sponsored, department_user):
    with pytest.raises(Invalid) as refused:
        visit(sponsored, department_user, **said)
    assert [name for name, _ in refused.value.errors] == [field]


def test_a_wrong_one_is_voided_by_who_recorded_it_or_the_office(sponsored, department_user, street_user, office):
    row = visit(sponsored, department_user)
    with pytest.raises(NotAllowed):
        sponsor_visits.void(visit=row, because="记错园区", by=street_user)
    with pytest.raises(Invalid):
        sponsor_visits.void(visit=row, because="", by=department_user)
    sponsor_visits.void(visit=row, because="记错园区", by=department_user)
    with pytest.raises(NotReady):
        sponsor_visits.void(visit=row, because="记错园区", by=office)
    (holder,) = holders_on(office, LEADER, TODAY)
    assert holder.parks[0].visits == 0


# --- pages ------------------------------------------------------------------------------------------


def test_a_visit_is_entered_on_its_page_with_ones_own_part_chosen(sponsored, department_user, sign_in):
    Sponsorship.objects.filter(park=sponsored, valid_to=None).update(staff_member=department_user.name)
    client = sign_in(department_user)
    form = client.get("/sponsors/visits/new/").context["form"]
    assert (form.initial["park"], form.initial["rank"], form.initial["visitors"]) == (sponsored, "staff", department_user.name)
    sent = {"park": sponsored.pk, "on": "2026-10-09", "rank": "staff", "visitors": "周科员", "seen": "A&B<C>扩产", "asks": "供电"}
    shown = client.post("/sponsors/visits/new/", sent, follow=True).content.decode()
    for said in ("A&amp;B&lt;C&gt;扩产", "企业反映：供电", "当日由本部门包保", "区领导 陈区长", "请再提出诉求"):
        assert said in shown
    row = SponsorVisit.objects.get()
    assert client.post(f"/sponsors/visits/{row.pk}/void/", {"because": "记错"}).status_code == 302
    assert "已作废：记错" in client.get("/sponsors/visits/?voided=all").content.decode()


@pytest.mark.parametrize(("field", "value"), [("seen", ""), ("on", "2026-13-40"), ("on", "2026-10-13"), ("rank", ""), ("park", "99999")])
def test_what_is_wrong_is_said_and_nothing_is_lost(field, value, sponsored, department_user, sign_in):
    sent = {"park": sponsored.pk, "on": "2026-10-09", "rank": "staff", "visitors": "周科员", "asks": ""}
    sent |= {"seen": "留在页面上的话", field: value}
    response = sign_in(department_user).post("/sponsors/visits/new/", sent)
    assert response.status_code == 422
    assert f'href="#id_{field}"' in response.content.decode()
    assert field == "seen" or "留在页面上的话" in response.content.decode()
    assert not SponsorVisit.objects.exists()


def test_the_page_is_by_leader_department_and_officer_and_day(sponsored, leader, sign_in):
    client = sign_in(leader)
    for query, name in (("", "陈区长"), ("on=2026-08-31", "李区长"), ("by=department", "本部门"), ("by=officer", "周科员")):
        shown = client.get(f"/sponsors/?{query}").content.decode()
        assert f"<h2>{name}</h2>" in shown
    assert client.get("/sponsors/?on=nonsense&by=x").status_code == 200


def test_an_operator_sees_who_came_and_an_expert_does_not(sponsored, department_user, operator, expert, sign_in):
    visit(sponsored, department_user, seen="走访所见")
    assert "走访所见" in sign_in(operator).get("/sponsors/visits/").content.decode()
    assert sign_in(expert).get("/sponsors/visits/").status_code == 403


@pytest.mark.parametrize("path", ["/sponsors/", "/sponsors/?by=officer", "/sponsors/visits/"])
def test_the_pages_ask_as_often_for_three_as_for_one(path, office, sign_in):
    client, counts, plan = sign_in(office), [], make_plan()
    for number in range(3):
        unit = make_unit()
        place = make_park(department=unit)
        visit(place, office)
        make_request(place, office, RequestState.HANDLING, unit)
        make_light(led(make_target(plan, f"T0{number}"), unit), LightState.RELEASED)
        if number in {0, 2}:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1]
