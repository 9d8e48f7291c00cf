"""What a password must be, on every way in; and when it must be changed before anything else."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from guandu.accounts.actions import users
from guandu.accounts.models import AccessPolicy, PasswordRecord, Unit, User
from guandu.core import clock
from guandu.core.errors import Invalid
from tests.factories import PASSWORD, make_unit, make_user

pytestmark = pytest.mark.django_db

GOOD = "Copper-7-lantern"
WEAK = {
    "short": ("Ab3-xyz", "至少 8 位"),
    "two kinds": ("abcdefgh1234", "至少三种"),
    "one kind": ("lowercaseonlywords", "至少三种"),
    "district": ("Guandu-8-lantern", "地名和业务词"),
    "district in characters": ("官渡Copper-7x", "地名和业务词"),
    "account": ("Wang-wei-7-copper", "本人的账号"),
    "name": ("Ab3-王伟伟-copper", "本人的账号"),
    "phone": ("Copper-64178899", "本人的账号"),
    "common": ("P@ssw0rd-2031", "过于常见"),
    "sequence": ("Ax-123456-tz", "过于常见"),
    "too long": ("Ab3-" + "x" * 130, "不超过 128 位"),
}


@pytest.fixture
def person(db) -> User:
    return make_user("leader", username="wang.wei", name="王伟伟", phone="64178899")


def by_page(person, password, sign_in, system_admin, monkeypatch) -> str:
    fields = {"old": PASSWORD, "new": password, "again": password}
    return sign_in(person).post(reverse("accounts:password"), fields).content.decode()


def by_action(person, password, sign_in, system_admin, monkeypatch) -> str:
    with pytest.raises(Invalid) as refusal:
        users.set_password(user=person, password=password, by=system_admin)
    return str(refusal.value.errors)


def by_opening(person, password, sign_in, system_admin, monkeypatch) -> str:
    given = {"username": "wang.wei2", "name": person.name, "phone": person.phone, "unit": person.unit}
    with pytest.raises(Invalid) as refusal:
        users.create(**given, password=password, by=system_admin)
    return str(refusal.value.errors)


def by_command(person, password, sign_in, system_admin, monkeypatch) -> str:
    """Django's own, for whoever sits at the server."""
    said = StringIO()
    monkeypatch.setattr("getpass.getpass", lambda prompt: password)
    with pytest.raises(CommandError):
        call_command("changepassword", person.username, stdout=StringIO(), stderr=said)
    return said.getvalue()


@pytest.mark.feature("X5")
@pytest.mark.parametrize("way_in", [by_page, by_action, by_opening, by_command])
@pytest.mark.parametrize("weak", WEAK)
def test_a_weak_password_is_refused_with_its_reason_on_every_way_in(
    weak, way_in, person, sign_in, system_admin, monkeypatch
):
    password, sentence = WEAK[weak]
    assert sentence in way_in(person, password, sign_in, system_admin, monkeypatch)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)
    assert not User.objects.filter(username="wang.wei2").exists()


def test_djangos_command_for_a_superuser_makes_none(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)
    with pytest.raises((CommandError, AttributeError)):
        call_command("createsuperuser", username="root", name="甲", interactive=False)
    assert not User.objects.exists()


@pytest.mark.parametrize("password", [GOOD, "Ab3-" + "x" * 60, "铜灯-Lantern-7", "a b C 7 long pass phrase"])
def test_a_good_one_is_taken(password, person, system_admin):
    users.set_password(user=person, password=password, by=system_admin)
    assert User.objects.get(pk=person.pk).check_password(password)


def test_the_length_is_the_policys(person, system_admin):
    AccessPolicy.objects.create(password_length=20)
    with pytest.raises(Invalid) as refusal:
        users.set_password(user=person, password=GOOD, by=system_admin)
    assert "至少 20 位" in str(refusal.value.errors)


def test_the_last_five_are_not_taken_again_and_the_sixth_is(person):
    words = [PASSWORD, *(f"Copper-{number}-lantern" for number in range(11, 16))]
    for word in words[1:]:
        users.set_password(user=person, password=word, by=person)
    for word in words[1:]:
        with pytest.raises(Invalid) as refusal:
            users.set_password(user=person, password=word, by=person)
        assert "最近 5 次" in str(refusal.value.errors)
    users.set_password(user=person, password=words[0], by=person)
    assert PasswordRecord.objects.filter(user=person).count() == 6


def test_one_time_passwords_keep_the_rules_and_do_not_repeat(person, system_admin):
    made = {users.one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in list(made)[:5]:
        users.set_password(user=person, password=password, by=system_admin)


def page_after(client, path="/") -> tuple[int, str]:
    response = client.get(path)
    return response.status_code, response.headers.get("Location", "")


@pytest.mark.feature("X5")
def test_who_gets_a_password_from_another_changes_it_before_anything_else(office, system_admin, client):
    users.set_password(user=office, password=GOOD, by=system_admin)
    client.post(reverse("accounts:sign-in"), {"username": "office", "password": GOOD})
    for path in ("/", "/parks/", "/admin/", "/nowhere/", reverse("accounts:security")):
        assert page_after(client, path) == (302, reverse("accounts:password"))
    refused = client.get("/api/v1/parks/")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_due")
    assert "口令须先修改" in refused.json()["message"]
    assert client.post("/accounts/security/end-others/").headers["Location"] == reverse("accounts:password")
    fields = {"old": GOOD, "new": "Silver-8-window", "again": "Silver-8-window"}
    assert client.post(reverse("accounts:password"), fields).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert not User.objects.get(pk=office.pk).must_change_password


def test_htmx_leads_the_whole_page_there(office, system_admin, client):
    users.set_password(user=office, password=GOOD, by=system_admin)
    client.post(reverse("accounts:sign-in"), {"username": "office", "password": GOOD})
    response = client.get("/parks/", headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == reverse("accounts:password")


def test_signing_out_stays_open_meanwhile(office, system_admin, client):
    users.set_password(user=office, password=GOOD, by=system_admin)
    client.post(reverse("accounts:sign-in"), {"username": "office", "password": GOOD})
    assert client.post(reverse("accounts:sign-out")).headers["Location"] == reverse("accounts:sign-in")


def test_a_password_is_due_after_ninety_days(office, sign_in):
    for days, due in ((89, False), (90, True)):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            status, _ = page_after(sign_in(office))
            assert status == (302 if due else 200), days


def test_a_demonstration_account_is_never_led_there(sign_in):
    person = make_user("office", is_demo=True, must_change_password=True)
    assert sign_in(person).get("/").status_code == 200


@pytest.mark.parametrize("how", ["opened", "bootstrap", "reset"])
def test_it_is_marked_whoever_sets_it(how, system_admin):
    make_unit(Unit.Kind.OFFICE)
    if how == "opened":
        user = users.create(username="new.one", name="新同事", unit=make_unit(), password=GOOD, by=system_admin)
    elif how == "bootstrap":
        system_admin.grants.all().delete()
        call_command("bootstrap", stdout=StringIO())
        user = User.objects.get(username="secadmin")
    else:
        call_command("bootstrap", reset=system_admin.username, stdout=StringIO())
        user = User.objects.get(pk=system_admin.pk)
    assert user.must_change_password


def test_the_page_says_the_rules_beforehand(office, sign_in):
    shown = sign_in(office).get(reverse("accounts:password")).content.decode()
    for words in ("至少 8 位，可以粘贴。", "至少三种", "最近 5 次"):
        assert words in shown
