"""Dangerous acts ask again when the last password or code is more than five minutes old."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from guandu.accounts.models import AccessPolicy, Grant
from guandu.audit.models import AuditEvent
from guandu.core import clock
from tests.accounts.test_second_factor import code, give_generator
from tests.factories import PASSWORD, make_user
from tests.permissions.building import built
from tests.permissions.world import World
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

# One for this file, which stands apart from the folder that it is built for.
world = pytest.fixture(scope="module", name="world")(built)

CONFIRM = "/accounts/confirm/"
POLICY = "/accounts/policy/"


def later(minutes: int):
    return time_machine.travel(clock.now() + timedelta(minutes=minutes))


def test_within_five_minutes_nothing_is_asked(security_admin):
    client = signed_in(security_admin)
    with later(4):
        assert client.get(POLICY).status_code == 200


def test_afterwards_the_password_is_asked_and_leads_back(security_admin):
    client = signed_in(security_admin)
    with later(6):
        asked = client.get(POLICY).headers["Location"]
        assert asked == f"{CONFIRM}?next=%2Faccounts%2Fpolicy%2F"
        shown = client.get(asked).content.decode()
        assert "确认身份" in shown
        assert security_admin.username in shown
        wrong = client.post(asked, {"password": "wrong", "next": POLICY})
        assert "口令不正确" in wrong.content.decode()
        assert client.post(asked, {"password": PASSWORD, "next": POLICY}).headers["Location"] == POLICY
        assert client.get(POLICY).status_code == 200
    with later(12):
        assert client.get(POLICY).status_code == 302


def test_a_code_serves_as_well(security_admin):
    secret = give_generator(security_admin)
    client = signed_in(security_admin)
    with later(6):
        asked = client.get(POLICY).headers["Location"]
        assert "用动态口令确认" in client.get(asked).content.decode()
        client.post(f"{CONFIRM}code/", {"code": code(secret), "next": POLICY})
        assert client.get(POLICY).status_code == 200


def test_what_was_sent_is_done_after_the_detour(security_admin, leader):
    client = signed_in(security_admin)
    url = reverse("admin:accounts_user_give_grant", args=[leader.pk])
    sent = {"role": "liaison", "scope": "district:", "since": "2026-01-01", "until": "", "reason": "来函", "seat": ""}
    with later(6):
        asked = client.post(url, sent).headers["Location"]
        assert asked.startswith(CONFIRM)
        assert not Grant.objects.filter(user=leader, role="liaison").exists()
        client.post(asked, {"password": PASSWORD, "next": url})
    assert Grant.objects.filter(user=leader, role="liaison").count() == 1


def test_wrong_passwords_there_lock_as_at_the_sign_in_page(security_admin):
    client = signed_in(security_admin)
    with later(6):
        for _ in range(5):
            client.post(CONFIRM, {"password": "wrong"})
        client.post(CONFIRM, {"password": PASSWORD})
        assert client.get(POLICY).status_code == 302


def test_a_demonstration_account_is_not_asked():
    person = make_user("security_admin", is_demo=True)
    client = signed_in(person, "demo")
    with later(20):
        assert client.get(POLICY).status_code == 200


def test_a_visitor_goes_to_the_sign_in_page(client):
    assert client.get(POLICY).headers["Location"].startswith(reverse("accounts:sign-in"))
    assert client.get(CONFIRM).headers["Location"].startswith(reverse("accounts:sign-in"))


@pytest.mark.parametrize(
    ("who", "url", "about"),
    [
        ("security_admin", "admin:accounts_user_give_grant", "user"),
        ("security_admin", "admin:accounts_grant_revoke", "grant"),
        ("system_admin", "admin:accounts_user_reset_password", "user"),
        ("system_admin", "admin:accounts_user_switch_active", "user"),
    ],
)
def test_each_dangerous_act_of_the_admin_asks(who, url, about, request, leader):
    client = signed_in(request.getfixturevalue(who))
    row = leader if about == "user" else leader.grants.get()
    address = reverse(url, args=[row.pk])
    assert client.get(address).status_code == 200
    with later(6):
        assert client.get(address).headers["Location"].startswith(CONFIRM)


def test_saving_the_policy_asks(security_admin):
    client = signed_in(security_admin)
    with later(6):
        assert client.post(POLICY, {"version": "1"}).headers["Location"].startswith(CONFIRM)
    assert not AccessPolicy.objects.exists()


# Who does it, its address, and the kind of row in it.
ACTS = {
    "unlock an account": ("security_admin", "accounts:unlock", "account"),
    "take off a second factor": ("security_admin", "accounts:reset-factor", "account"),
    "give the rights of a batch": ("security_admin", "officers:batch-grant", "batch"),
    "hand duties over": ("security_admin", "officers:handover-new", ""),
    "set a seat": ("security_admin", "officers:seat", "accounts/grant"),
    "open the accounts of a batch": ("system_admin", "officers:batch-open", "batch"),
    "print its passwords again": ("system_admin", "officers:batch-reissue", "batch"),
    "reset an operator's password": ("office", "officers:operator-reset", "operator account"),
    "take the audit trail away as a file": ("audit_admin", "oversight:export", ""),
}


@pytest.mark.parametrize("act", ACTS)
def test_each_dangerous_act_of_the_pages_asks(act, world: World):
    role, name, kind = ACTS[act]
    address = reverse(name, args=[world.objects[kind]["own"]] if kind else [])
    client = signed_in(world.people[role])
    before = AuditEvent.objects.count()
    with later(6):
        assert client.post(address, {}).headers["Location"].startswith(CONFIRM)
        assert AuditEvent.objects.count() == before
        client.post(f"{CONFIRM}?next=/", {"password": PASSWORD, "next": "/"})
        assert CONFIRM not in client.post(address, {}).headers.get("Location", "")
