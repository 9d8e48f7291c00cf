"""Guessing passwords: who is locked out, what the guesser learns, and how the trail stays short."""

import itertools
from datetime import timedelta
from ipaddress import ip_network

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from guandu.accounts import lockout
from guandu.accounts.actions import sessions
from guandu.accounts.models import AccessPolicy, User
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import NotAllowed
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

WRONG = "wrong"
HERE, ELSEWHERE = "198.51.100.7", "198.51.100.8"


def attempt(username: str, password: str = WRONG, *, address: str = HERE, **headers):
    client = Client(REMOTE_ADDR=address, **headers)
    response = client.post(reverse("accounts:sign-in"), {"username": username, "password": password})
    return response, "_auth_user_id" in client.session


def enters(username: str, *, address: str = HERE) -> bool:
    return attempt(username, PASSWORD, address=address)[1]


def guess(username: str, times: int, **where) -> None:
    for _ in range(times):
        attempt(username, **where)


@pytest.mark.feature("X5")
def test_five_failures_lock_the_name_at_that_address_for_half_an_hour(office):
    guess("office", 5)
    assert not enters("office")
    with time_machine.travel(clock.now() + timedelta(minutes=29)):
        assert not enters("office")
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert enters("office")


def test_four_failures_do_not_and_success_begins_anew(office):
    guess("office", 4)
    assert enters("office")
    guess("office", 4)
    assert enters("office")


def test_a_colleague_behind_the_same_address_is_not_locked(office, leader):
    guess("office", 6)
    assert enters("leader")
    assert enters("office", address=ELSEWHERE)


def test_the_name_is_one_in_every_way_of_writing_it(office):
    for written in ("office", "OFFICE", " Office", "ｏｆｆｉｃｅ", "oFFice"):
        attempt(written)
    assert not enters("office")


def test_another_browser_and_a_forged_header_are_no_way_around(office):
    for number in range(5):
        attempt(
            "office", HTTP_USER_AGENT=f"browser {number}", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}",
            HTTP_X_REAL_IP=f"192.0.2.{number}",
        )  # fmt: skip
    assert not enters("office")
    assert AccessAttempt.objects.count() == 1


def test_behind_a_trusted_proxy_each_visitor_counts_for_himself(office, leader, settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/24")]
    for _ in range(5):
        attempt("office", address="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    response, entered = attempt("office", PASSWORD, address="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert not entered
    assert attempt("office", PASSWORD, address="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.2")[1]


def test_from_fifty_addresses_a_name_gets_twenty_guesses_an_hour(office, monkeypatch):
    checked = []
    checks = MD5PasswordHasher.verify
    monkeypatch.setattr(MD5PasswordHasher, "verify", lambda *a: checked.append(1) or checks(*a))
    addresses = itertools.cycle(f"192.0.2.{number}" for number in range(50))
    for address in itertools.islice(addresses, 60):
        attempt("office", address=address)
    assert len(checked) <= AccessPolicy.current().failures_an_hour
    assert not enters("office", address=ELSEWHERE)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert enters("office", address=ELSEWHERE)


def test_the_admins_own_address_of_sign_in_is_the_same_page(office):
    guess("office", 5)
    client = Client(REMOTE_ADDR=HERE)
    client.post("/admin/login/", {"username": "office", "password": PASSWORD}, follow=True)
    assert "_auth_user_id" not in client.session


def test_the_numbers_are_the_policys(office):
    AccessPolicy.objects.create(failures_to_lock=3, lock_minutes=10)
    guess("office", 3)
    assert not enters("office")
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert enters("office")


@pytest.fixture
def refused(office) -> dict[str, str]:
    """Every kind of account that is refused, by what it is refused for → name and password."""
    make_user(username="closed", is_active=False)
    make_user("api_client", username="machine")
    empty = make_user(username="empty")
    empty.set_unusable_password()
    empty.save()
    make_user("office", username="locked")
    for _ in range(5):
        attempt("locked", address=ELSEWHERE)
    return {
        "wrong": ("office", "wrong"),
        "unknown": ("nobody", "wrong"),
        "closed": ("closed", PASSWORD),
        "no password": ("empty", PASSWORD),
        "interface": ("machine", PASSWORD),
        "locked": ("locked", PASSWORD),
    }


def test_every_refusal_is_one_answer_and_one_hash(refused, monkeypatch):
    hashes = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *a: hashes.append(1) or encode(*a))
    answers, counts = {}, {}
    for why, (username, password) in refused.items():
        hashes.clear()
        response, entered = attempt(username, password, address=ELSEWHERE)
        assert not entered, why
        body = response.content.decode().replace(f'value="{username}"', "")
        before, _, rest = body.partition('name="csrfmiddlewaretoken" value="')
        answers[why] = (response.status_code, before, rest[rest.index('"') :])
        counts[why] = len(hashes)
    assert len(set(answers.values())) == 1
    assert counts == dict.fromkeys(refused, 1)


def test_names_that_were_typed_are_kept_as_digests(office):
    attempt("my-password-in-the-wrong-field")
    rows = [*AccessAttempt.objects.values(), *AccessFailureLog.objects.values(), *AuditEvent.objects.values()]
    assert "my-password-in-the-wrong-field" not in str(rows)


def test_the_trail_has_each_failure_until_the_lock_and_the_lock_once(office):
    guess("office", 30)
    events = list(AuditEvent.objects.filter(verb__startswith="session.").order_by("seq"))
    assert [(event.verb, event.outcome) for event in events] == [("session.sign_in", "denied")] * 4 + [
        ("session.lock", "done")
    ]
    assert events[-1].object_name == str(office)
    assert events[-1].address == HERE
    assert AccessAttempt.objects.get().failures_since_start == 30


def test_ever_new_names_lengthen_the_trail_by_so_many_an_hour(monkeypatch):
    monkeypatch.setattr(sessions, "REFUSALS_RECORDED_AN_HOUR", 8)
    for number in range(12):
        attempt(f"name-{number}")
    denied = AuditEvent.objects.filter(outcome="denied").order_by("seq")
    assert denied.count() == sessions.REFUSALS_RECORDED_AN_HOUR
    assert denied.last().reason == sessions.LAST_RECORDED
    attempt("name-12", address=ELSEWHERE)
    assert denied.count() == sessions.REFUSALS_RECORDED_AN_HOUR + 1


def test_failures_are_forgotten_after_a_day():
    attempt("nobody")
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        attempt("somebody")
    assert AccessFailureLog.objects.count() == 1


def test_the_security_administrator_lets_a_person_try_again(office, security_admin, sign_in):
    guess("office", 5)
    client = sign_in(security_admin)
    page = client.get(reverse("accounts:protection")).content.decode()
    assert "<strong>1</strong> 个账号" in page
    client.post(reverse("accounts:unlock", args=["office"]))
    assert enters("office")
    event = AuditEvent.objects.get(verb="session.unlock")
    assert (event.actor_key, event.object_name) == (security_admin.username, str(office))


@pytest.mark.parametrize("who", ["system_admin", "audit_admin", "office", "operator"])
def test_nobody_else_lets_him(who, request, leader):
    with pytest.raises(NotAllowed):
        sessions.unlock(user=leader, by=request.getfixturevalue(who))


def test_locked_names_are_found_at_every_kind_of_lock(office, leader):
    guess("office", 5)
    for number in range(20):
        attempt("leader", address=f"192.0.2.{number}")
    make_user(username="free")
    names = lockout.locked_names(AccessPolicy.current())
    locked = [user.username for user in User.objects.all() if lockout.name_key(user.username) in names]
    assert sorted(locked) == ["leader", "office"]


def test_a_wrong_old_password_counts_as_well(office, sign_in):
    client = sign_in(office)
    for _ in range(5):
        client.post(reverse("accounts:password"), {"old": "wrong", "new": "Another-2026-word", "again": "Another-2026-word"})
    response = client.post(
        reverse("accounts:password"), {"old": PASSWORD, "new": "Another-2026-word", "again": "Another-2026-word"}
    )
    assert "原口令不正确" in response.content.decode()
