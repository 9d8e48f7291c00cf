"""Contact persons: masked in every list, revealed by right, each look in the trail, sealed in the database."""

import secrets

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from guandu.audit.changes import snapshot
from guandu.audit.models import AuditChange, AuditEvent
from guandu.core.actors import COMMAND_LINE
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.sealed import is_current
from guandu.core.telephone import masked, normalised
from guandu.web import logs
from parks.actions import contacts
from parks.models import Contact
from tests.factories import make_enterprise

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X10")]

NUMBER = "13812340000"
MASKED = "138****0000"


@pytest.fixture
def contact(park, office) -> Contact:
    return contacts.add(subject=park, name="张三", phone=NUMBER, duty="园区经理", by=office)


# The number


@pytest.mark.parametrize(
    ("typed", "number", "shown"),
    [
        ("13812340000", "13812340000", "138****0000"),
        (" １３８ 1234 0000 ", "13812340000", "138****0000"),
        ("+86-138-1234-0000", "13812340000", "138****0000"),
        ("0871-67170001", "0871-67170001", "0871-****0001"),
        ("（0871）67170001", "0871-67170001", "0871-****0001"),
        ("0871—67170001-802", "0871-67170001-802", "0871-****0001"),
    ],
)
def test_a_number_is_written_one_way_and_masked(typed, number, shown):
    assert normalised(typed) == number
    assert masked(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("6717000", "****00"),
        ("8012", "****"),
        ("内线 8012", "****"),
        ("13812340000 转 1", "****01"),
    ],
)
def test_what_is_no_number_shows_even_less(text, shown):
    assert masked(text) == shown


def test_the_list_of_operators_accounts_masks_their_numbers(office, operator, sign_in):
    operator.phone = NUMBER
    operator.save()
    shown = sign_in(office).get("/accounts/operators/").content.decode()
    assert MASKED in shown
    assert NUMBER not in shown


@pytest.mark.parametrize("typed", ["1381234000", "12345678901", "无", "138123400001", "6717000a"])
def test_a_wrong_number_is_refused_without_repeating_it(typed):
    with pytest.raises(Invalid) as refusal:
        normalised(typed)
    assert typed not in refusal.value.message


def test_nothing_of_the_number_stands_in_the_database(contact):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM parks_contact")
        row = "|".join(map(str, cursor.fetchone()))
    assert MASKED in row
    assert "1234" not in row.replace(contact.phone_sealed, "")
    assert NUMBER not in contact.phone_sealed


def test_the_trail_says_that_a_number_changed_and_nothing_of_it(contact, office):
    contacts.change(contact=contact, values={}, phone="13899990000", by=office)
    last = AuditChange.objects.filter(object_type="parks.contact").order_by("pk").last()
    assert set(last.before) == {"phone_sealed", "version"}
    assert last.before["phone_sealed"] != last.after["phone_sealed"]
    kept = "".join(f"{each.before}{each.after}" for each in AuditChange.objects.all())
    assert last.after["phone_sealed"].startswith("已加密（")
    for text in (NUMBER, "13899990000", MASKED, contact.phone_sealed, Contact.objects.get().phone_sealed):
        assert text not in kept


def test_the_same_number_again_is_no_change(contact, office):
    before = Contact.objects.get().phone_sealed
    contacts.change(contact=contact, values={"duty": "园区经理"}, phone=NUMBER, by=office)
    assert Contact.objects.get().phone_sealed == before
    assert AuditEvent.objects.filter(verb="contact.change").get().changes.count() == 0


# Reveal


def test_each_look_is_an_event_that_names_who_and_whom(contact, operator):
    assert contacts.reveal(contact=contact, by=operator) == NUMBER
    event = AuditEvent.objects.get(verb="contact.reveal")
    assert (event.actor_key, event.object_type, event.object_key, event.object_name) == (
        "operator", "parks.contact", str(contact.pk), "张三",
    )  # fmt: skip
    assert event.changes.count() == 0


@pytest.mark.parametrize("who", ["task_force_user", "leader", "liaison", "expert", "audit_admin"])
def test_without_the_right_nobody_looks(who, request, contact):
    with pytest.raises(NotAllowed):
        contacts.reveal(contact=contact, by=request.getfixturevalue(who))
    assert not AuditEvent.objects.filter(verb="contact.reveal", outcome="done").exists()


def test_an_operator_looks_at_his_own_parks_contacts_only(other_park, office, operator):
    other = contacts.add(subject=other_park, name="李四", phone=NUMBER, by=office)
    with pytest.raises(NotAllowed):
        contacts.reveal(contact=other, by=operator)


def test_a_number_copied_to_another_park_does_not_open(contact, other_park, office):
    stolen = Contact.objects.create(
        park=other_park, name="冒名", phone_sealed=contact.phone_sealed, phone_masked=MASKED
    )
    with pytest.raises(NotReady, match="无法显示"):
        contacts.reveal(contact=stolen, by=office)


# Keeping


def test_a_park_has_one_main_contact(contact, park, office):
    contacts.change(contact=contact, values={"is_main": True}, by=office)
    second = contacts.add(subject=park, name="李四", phone="0871-67170001", is_main=True, by=office)
    assert list(Contact.objects.filter(is_main=True)) == [second]


def test_a_contact_of_another_keeps_its_main(contact, other_park, office):
    contacts.change(contact=contact, values={"is_main": True}, by=office)
    contacts.add(subject=other_park, name="李四", phone=NUMBER, is_main=True, by=office)
    assert Contact.objects.filter(is_main=True).count() == 2


@pytest.mark.feature("A18")
def test_a_stale_contact_is_not_overwritten(contact, office, operator):
    seen = snapshot(contact)
    contacts.change(contact=contact, values={"duty": "总经理"}, by=office)
    with pytest.raises(Conflict) as refusal:
        contacts.change(contact=contact, values={"duty": "副总"}, seen=seen, by=operator)
    assert refusal.value.changes == (("职务", "总经理", "副总"),)


def test_an_ended_contact_is_ended_once(contact, office):
    ended = contacts.end(contact=contact, by=office)
    assert ended.ended_on is not None
    with pytest.raises(NotReady):
        contacts.end(contact=ended, by=office)


@pytest.mark.parametrize("who", ["department_user", "street_user", "leader"])
def test_who_may_only_look_does_not_edit(who, request, contact, park):
    actor = request.getfixturevalue(who)
    for step in (
        lambda: contacts.add(subject=park, name="某", phone=NUMBER, by=actor),
        lambda: contacts.change(contact=contact, values={"name": "某"}, by=actor),
        lambda: contacts.end(contact=contact, by=actor),
    ):
        with pytest.raises(NotAllowed):
            step()


def test_numbers_are_sealed_anew_under_another_key(contact, office, settings, capsys):
    old = settings.CONTACT_KEY
    settings.CONTACT_KEY, settings.CONTACT_KEY_FALLBACKS = secrets.token_urlsafe(64), [old]
    call_command("reseal_contacts")
    assert "重新加密 1 个" in capsys.readouterr().out
    settings.CONTACT_KEY_FALLBACKS = []
    fresh = Contact.objects.get()
    assert is_current(fresh.phone_sealed)
    assert contacts.reveal(contact=fresh, by=office) == NUMBER
    assert contacts.reseal(by=COMMAND_LINE) == 0


def test_without_the_former_key_nothing_is_touched(contact, office, settings):
    before = contact.phone_sealed
    settings.CONTACT_KEY = secrets.token_urlsafe(64)
    with pytest.raises(CommandError, match="CONTACT_KEY_FALLBACKS"):
        call_command("reseal_contacts")
    assert Contact.objects.get().phone_sealed == before
    with pytest.raises(NotReady, match="CONTACT_KEY"):
        contacts.reveal(contact=contact, by=office)


# Pages: a canary in every answer


def body(response) -> str:
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode(
        "utf-8", "replace"
    )


def test_lists_exports_api_and_history_hold_the_masked_number_at_most(
    contact, park, office, operator, sign_in, caplog
):
    firm = make_enterprise(park=park)
    contacts.add(subject=firm, name="王五", phone=NUMBER, by=office)
    client = sign_in(office)
    paths = [
        f"/parks/{park.code}/", f"/register/parks/{park.code}/record/", f"/register/enterprises/{firm.code}/record/",
        f"/register/contacts/{contact.pk}/", "/register/quality/", "/search/?q=138", f"/api/v1/parks/{park.code}/",
        "/api/v1/parks/", f"/admin/parks/park/{park.pk}/change/", f"/admin/parks/park/{park.pk}/history/",
    ]  # fmt: skip
    shown = [body(client.get(path)) for path in paths]
    shown.append(body(client.post("/admin/parks/park/export/", {"format": "1"})))
    assert all(NUMBER not in text for text in shown)
    assert MASKED in shown[0]
    assert MASKED in shown[2]
    assert NUMBER not in caplog.text
    assert logs.scrub(f"phone {NUMBER}") == "phone ［略］"


def test_the_number_shows_once_and_is_never_stored_by_a_browser(contact, operator, sign_in):
    client = sign_in(operator)
    response = client.post(f"/register/contacts/{contact.pk}/reveal/")
    assert NUMBER in body(response)
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get(f"/register/contacts/{contact.pk}/reveal/").status_code == 405
    assert NUMBER not in body(client.get(f"/register/parks/{contact.park.code}/record/"))
    assert AuditEvent.objects.filter(verb="contact.reveal").count() == 1


def test_a_contact_is_entered_changed_and_ended_by_pages(park, operator, sign_in):
    client = sign_in(operator)
    path = f"/register/parks/{park.code}/contacts/"
    wrong = client.post(path, {"name": "张三", "phone": "12"})
    assert wrong.status_code == 422
    assert "电话应为 11 位手机号" in body(wrong)
    assert "no-store" in wrong.headers["Cache-Control"]
    client.post(path, {"name": "张三", "phone": NUMBER, "is_main": "on"})
    contact = Contact.objects.get()
    form = client.get(f"/register/contacts/{contact.pk}/")
    seen = form.context["form"].initial["seen"]
    said = {"name": "张三丰", "phone": "", "is_main": "on", "seen": seen}
    assert client.post(f"/register/contacts/{contact.pk}/", said).status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.is_main, contact.phone_masked) == ("张三丰", True, MASKED)
    stale = client.post(f"/register/contacts/{contact.pk}/", said | {"name": "李四"})
    assert stale.status_code == 409
    assert client.post(f"/register/contacts/{contact.pk}/end/").status_code == 302
    assert "还没有登记联系人" in body(client.get(f"/register/parks/{park.code}/record/"))


def test_others_contacts_do_not_exist(other_park, office, operator, sign_in):
    other = contacts.add(subject=other_park, name="李四", phone=NUMBER, by=office)
    client = sign_in(operator)
    for path in (f"/register/contacts/{other.pk}/reveal/", f"/register/contacts/{other.pk}/end/"):
        assert client.post(path).status_code == 404
    assert client.get(f"/register/contacts/{other.pk}/").status_code == 404
