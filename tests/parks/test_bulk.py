"""One change of many with a reason, and what the change log says of it afterwards."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from guandu.audit.models import AuditChange, AuditEvent
from guandu.audit.queries import history_at, history_of
from guandu.core.context import RequestInfo, request_info
from guandu.core.errors import Conflict, Invalid, NotAllowed
from parks.actions import bulk, parks
from parks.models import Enterprise, Park
from tests.factories import make_enterprise, make_park, make_unit

pytestmark = pytest.mark.django_db

REASON = "按区政府分类意见统一调整"


@pytest.fixture
def twelve(db) -> list[Park]:
    return [make_park(name=f"园区{number:02d}") for number in range(12)]


@pytest.mark.feature("A9")
def test_twelve_parks_share_one_request_and_the_reason(twelve, office):
    with request_info(RequestInfo("req-bulk", "10.0.0.1")):
        count = bulk.change_parks(chosen=twelve, values={"carrier": "land"}, reason=REASON, by=office)
    assert count == 12
    event = AuditEvent.objects.get(verb="park.change_many")
    changes = list(event.changes.all())
    assert {each.object_key for each in changes} == {park.code for park in twelve}
    assert all(each.after["carrier"] == "land" for each in changes)
    for park in twelve:
        entry = history_of(park)[0]
        assert (entry.reason, entry.request_id, entry.verb) == (REASON, "req-bulk", "批量修改园区")
        assert [(line.label, line.before, line.after) for line in entry.lines] == [
            ("载体形式", "空", "用地类")
        ]


@pytest.mark.feature("A9")
def test_what_was_so_already_is_not_changed(twelve, office):
    parks.update(park=twelve[0], values={"carrier": "land"}, by=office)
    assert bulk.change_parks(chosen=twelve[:3], values={"carrier": "land"}, reason=REASON, by=office) == 2
    assert AuditEvent.objects.get(verb="park.change_many").changes.count() == 2


@pytest.mark.feature("A9")
@pytest.mark.parametrize(
    ("values", "reason", "sentence"),
    [
        ({"carrier": "land"}, " ", "请写明修改原因"),
        ({}, REASON, "至少一项"),
        ({"name": "同名"}, REASON, "不能批量修改：name"),
        ({"lettable_area": 1}, REASON, "不能批量修改：lettable_area"),
        ({"carrier": "sea"}, REASON, "填写内容有误"),
    ],
)
def test_an_unclear_change_touches_nothing(values, reason, sentence, twelve, office):
    with pytest.raises(Invalid, match=sentence):
        bulk.change_parks(chosen=twelve, values=values, reason=reason, by=office)
    assert not AuditChange.objects.exists()
    assert set(Park.objects.values_list("version", flat=True)) == {1}


@pytest.mark.feature("A9", "A18")
def test_one_that_moved_on_stops_all(twelve, office):
    shown = {park.pk: park.version for park in twelve}
    parks.update(park=twelve[3], values={"note": "他人"}, by=office)
    with pytest.raises(Conflict, match="园区03"):
        bulk.change_parks(chosen=twelve, values={"carrier": "land"}, reason=REASON, versions=shown, by=office)
    assert not Park.objects.filter(carrier="land").exists()


@pytest.mark.feature("A9")
@pytest.mark.parametrize("who", ["operator", "department_user", "leader", "system_admin"])
def test_only_the_office_changes_many(who, request, twelve):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        bulk.change_parks(chosen=twelve, values={"carrier": "land"}, reason=REASON, by=actor)
    with pytest.raises(NotAllowed):
        bulk.change_enterprises(chosen=[make_enterprise()], values={"note": "某"}, reason=REASON, by=actor)


# In the officials' admin


def chosen(client, name: str, rows: list, **said):
    data = {"action": "edit_many", "_selected_action": [row.pk for row in rows], **said}
    return client.post(reverse(f"admin:parks_{name}_changelist"), data)


def shown_in(response) -> str:
    return re.search(r'name="shown" value="([^"]+)"', response.content.decode())[1]


@pytest.mark.feature("A9")
def test_rows_chosen_in_the_list_are_changed_by_one_form(twelve, office, sign_in):
    client = sign_in(office)
    form = chosen(client, "park", twelve)
    assert form.status_code == 200
    assert "批量修改 12 个园区" in form.content.decode()
    shown = shown_in(form)
    wanting = chosen(client, "park", twelve, shown=shown, change_carrier="on", carrier="building", reason="")
    assert not Park.objects.filter(carrier="building").exists()
    assert "必填" in wanting.content.decode() or "errorlist" in wanting.content.decode()
    said = {"change_carrier": "on", "carrier": "building", "operating_model": "joint", "reason": REASON}
    done = chosen(client, "park", twelve, shown=shown, **said)
    assert done.status_code == 302
    assert Park.objects.filter(carrier="building", operating_model="").count() == 12
    again = chosen(client, "park", twelve, shown=shown, **said | {"carrier": "land"})
    assert "他人已修改" in again.content.decode()
    event = AuditEvent.objects.get(verb="park.change_many", outcome="done")
    assert (event.reason, event.changes.count()) == (REASON, 12)
    assert event.request_id


@pytest.mark.feature("A9")
def test_firms_are_changed_from_their_list_too(office, sign_in):
    firms = [make_enterprise() for _ in range(3)]
    street = make_unit("street", name="官渡街道")
    client = sign_in(office)
    shown = shown_in(chosen(client, "enterprise", firms))
    said = {"change_registered_street": "on", "registered_street": street.pk, "reason": REASON}
    assert chosen(client, "enterprise", firms, shown=shown, **said).status_code == 302
    assert Enterprise.objects.filter(registered_street=street).count() == 3


@pytest.mark.feature("A9")
def test_a_forged_page_is_refused(twelve, office, sign_in):
    answer = chosen(
        sign_in(office), "park", twelve, shown="forged", change_carrier="on", carrier="land", reason="x"
    )
    assert "已失效" in answer.content.decode()
    assert not Park.objects.filter(carrier="land").exists()


# The log


@pytest.mark.feature("A10")
def test_two_fields_edited_show_exactly_those_two_with_their_words(park, office, sign_in):
    with request_info(RequestInfo("req-two", "10.0.0.1")):
        parks.update(park=park, values={"carrier": "land", "lettable_area": 11_800_050}, by=office)
    entry = history_of(park)[0]
    assert (entry.actor, entry.request_id, entry.type_name, entry.object_name) == (
        office.name, "req-two", "园区", "本园区",
    )  # fmt: skip
    assert [(line.label, line.before, line.after) for line in entry.lines] == [
        ("载体形式", "空", "用地类"),
        ("可招商面积", "空", "118,000.50 平方米"),
    ]
    client = sign_in(office)
    for path in (reverse("admin:parks_park_history", args=[park.pk]), f"/register/parks/{park.code}/record/"):
        shown = client.get(path).content.decode()
        for words in ("118,000.50 平方米", "用地类", "req-two", office.name):
            assert words in shown


@pytest.mark.feature("A10")
def test_the_log_outlives_the_object_and_the_person(office):
    firm = make_enterprise(code="E-GONE", name="将删公司")
    bulk.change_enterprises(chosen=[firm], values={"note": "说明"}, reason=REASON, by=office)
    name = office.name
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM parks_enterprisename WHERE enterprise_id = %s", [firm.pk])
        cursor.execute("DELETE FROM parks_enterprise WHERE id = %s", [firm.pk])
        cursor.execute("DELETE FROM accounts_grant WHERE user_id = %s", [office.pk])
        cursor.execute("DELETE FROM accounts_user WHERE id = %s", [office.pk])
    entry = history_at("parks.enterprise", "E-GONE")[0]
    assert (entry.actor, entry.object_name, entry.reason) == (name, "将删公司", REASON)
    assert ("说明", "空", "说明") in [(line.label, line.before, line.after) for line in entry.lines]
