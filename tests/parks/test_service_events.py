"""政务服务进园区 and other services: a plain ledger that counts; a wrong line is corrected or voided."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from parks.actions import service_events
from parks.actions.service_events import Held
from parks.enums_requests import ServiceKind
from parks.models import ServiceEvent
from parks.queries.services import events_for, totals_of
from targets.registered import facts_of, source_errors
from tests.factories import make_demonstration, make_park

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]
TODAY = date(2026, 10, 12)
DAY = date(2026, 9, 4)
Q3 = Period.parse("2026Q3")


@pytest.fixture(autouse=True)
def _today(db):
    make_demonstration(TODAY)


def held(**said) -> Held:
    return Held(**{"kind": ServiceKind.GOVERNMENT, "on": DAY, "title": "市场监管窗口进园区", "people": 46, "firms": 12, "items": 9, **said})


def record(park, by, **said) -> ServiceEvent:
    return service_events.record(park=park, held=held(**said), by=by)


def form(park, **said) -> dict:
    return {"park": park.pk, "kind": "training", "on": "2026-09-20", "title": "A&B<C>培训", "host": "", "people": "85", "firms": "",
            "items": "", "note": "", **said}  # fmt: skip


@pytest.mark.parametrize("who", ["operator", "street_user", "department_user", "office"])
def test_whoever_keeps_the_park_records_what_came_to_it(who, park, request):
    by = request.getfixturevalue(who)
    event = record(park, by)
    assert (event.recorded_by, event.recorded_unit) == (by.name, by.unit.name)


@pytest.mark.parametrize("who", ["operator", "street_user", "leader", "task_force_user"])
def test_nobody_records_for_a_park_that_is_not_his(who, other_park, request):
    with pytest.raises(NotAllowed):
        record(other_park, request.getfixturevalue(who))


@pytest.mark.parametrize("day", [date(2026, 10, 13), date(2023, 12, 31)])
def test_a_day_to_come_or_before_the_park_was_opened_is_refused(day, park, operator):
    with pytest.raises(Invalid) as refused:
        record(park, operator, on=day)
    assert [name for name, _ in refused.value.errors] == ["on"]


def test_the_same_is_entered_once(park, operator):
    record(park, operator)
    with pytest.raises(Invalid, match="按提示"):
        record(park, operator)


def test_what_was_not_counted_is_no_zero(park, operator):
    record(park, operator, people=None, firms=0)
    record(park, operator, title="第二次", people=None, firms=3, items=None)
    (total,) = totals_of(events_for(operator))
    assert (total.events, total.people, total.firms, total.items) == (2, None, 3, 9)


def test_it_is_corrected_until_it_is_voided(park, operator, office):
    event = record(park, operator)
    event = service_events.correct(event=event, values={"people": 50}, version=1, by=office)
    assert (event.people, event.version) == (50, 2)
    with pytest.raises(Conflict):
        service_events.correct(event=event, values={"people": 51}, version=1, by=operator)
    with pytest.raises(Invalid):
        service_events.void(event=event, because=" ", by=operator)
    service_events.void(event=event, because="重复登记", by=operator)
    for act in (lambda: service_events.void(event=event, because="再次", by=operator),
                lambda: service_events.correct(event=event, values={"people": 1}, by=operator)):  # fmt: skip
        with pytest.raises(NotReady):
            act()
    assert record(park, operator).pk != event.pk


# --- counted ----------------------------------------------------------------------------------------


def test_indicators_and_rating_items_count_them(park, other_park, operator, office):
    record(park, operator)
    record(park, operator, title="第二次", on=date(2026, 9, 20))
    record(other_park, office, kind=ServiceKind.TRAINING)
    record(park, operator, title="上季度", on=date(2026, 6, 30))
    service_events.void(event=record(park, operator, title="作废"), because="重复", by=operator)
    found = facts_of("parks.service_events", Q3)
    assert sorted(fact.park_code for fact in found) == sorted([park.code, park.code, other_park.code])
    assert [fact.park_code for fact in facts_of("parks.service_events", Q3, kinds=["training"])] == [other_park.code]
    assert len(facts_of("parks.service_events", Q3, kinds=["government"], counting="parks")) == 1
    assert len(facts_of("parks.service_events", Q3, since="2026-01-01")) == 4
    assert not list(source_errors("parks.service_events", {"kinds": ["training"]}))
    with pytest.raises(Invalid, match="没有这些服务类别"):
        facts_of("parks.service_events", Q3, kinds=["dinner"])


# --- pages ------------------------------------------------------------------------------------------


def test_it_is_entered_corrected_and_voided_on_its_pages(park, operator, sign_in):
    client = sign_in(operator)
    shown = client.post("/services/new/", form(park), follow=True).content.decode()
    assert "A&amp;B&lt;C&gt;培训" in shown
    event = ServiceEvent.objects.get()
    assert (event.people, event.firms, event.host) == (85, None, "")
    said = {name: value for name, value in form(park, people="90", version="1").items() if name != "park"}
    assert client.post(f"/services/{event.pk}/", said).status_code == 302
    assert client.post(f"/services/{event.pk}/", said).status_code == 409
    assert client.post(f"/services/{event.pk}/void/", {"because": ""}).status_code == 422
    assert client.post(f"/services/{event.pk}/void/", {"because": "重复"}).status_code == 302
    assert "已作废：重复" in client.get("/services/?voided=all").content.decode()
    assert "A&amp;B" not in client.get("/services/").content.decode()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("on", "2026-10-13", "日期不能晚于今天"),
        ("people", "-1", "没有统计的留空"),
        ("people", "很多", "没有统计的留空"),
        ("title", "", "请填写名称。"),
        ("kind", "", "请选择类别。"),
        ("kind", "dinner", "选"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(field, value, sentence, park, operator, sign_in):
    response = sign_in(operator).post("/services/new/", form(park, **{field: value}))
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not ServiceEvent.objects.exists()


def test_each_sees_and_mends_those_of_his_own_parks(park, other_park, operator, office, leader, sign_in):
    record(park, operator, title="本园服务")
    other = record(other_park, office, title="外园服务")
    shown = sign_in(operator).get("/services/").content.decode()
    assert ("本园服务" in shown, "外园服务" in shown) == (True, False)
    assert sign_in(operator).get(f"/services/{other.pk}/").status_code == 404
    shown = sign_in(leader).get("/services/").content.decode()
    assert ("外园服务" in shown, "更正" in shown) == (True, False)
    assert sign_in(leader).get("/services/new/").status_code == 403


def test_the_ledger_is_narrowed_and_stands_on_the_parks_profile(park, operator, sign_in):
    record(park, operator, title="甲")
    record(park, operator, title="乙", kind=ServiceKind.TRAINING, on=date(2026, 8, 1))
    client = sign_in(operator)
    titles = lambda query: [event.title for event in client.get(f"/services/?{query}").context["page"]]  # noqa: E731
    assert (titles("kind=training"), titles("since=2026-09-01")) == (["乙"], ["甲"])
    assert (titles("text=乙"), titles("sort=kind")) == (["乙"], ["甲", "乙"])
    assert "甲" in client.get(f"/parks/{park.code}/?period=2026Q3").content.decode()


def test_the_ledger_asks_as_often_for_three_as_for_one(office, sign_in):
    client, counts = sign_in(office), []
    for number in range(3):
        record(make_park(), office)
        if number in {0, 2}:
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/services/").status_code == 200
            counts.append(len(captured))
    assert counts[0] == counts[1]
