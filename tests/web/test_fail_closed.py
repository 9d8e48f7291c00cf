"""What happens when the lookup of rights, the audit trail or the cache fails: nothing is done and nothing shown."""

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from guandu.accounts.models import User
from guandu.audit import trail
from guandu.core import clock
from guandu.jobs.models import Job
from tests.accounts.test_second_factor import CODE_PAGE, code, enter, give_generator
from tests.factories import PASSWORD, make_user
from tests.permissions.rows import digests
from tests.signing_in import signed_in
from tests.targets.factories import make_cast

pytestmark = pytest.mark.django_db

# When somebody was last seen, and that he was refused, is no business of these.
OF_SESSIONS = {"django_session", "usersessions_usersession"}
OF_THE_TRAIL = {"audit_auditevent", "audit_auditchange", "audit_audithead"}
NEW = "Silver-8-window"
POLICY = {
    "idle_minutes": 20, "session_hours": 8, "password_length": 10, "password_days": 60, "passwords_kept": 8,
    "failures_to_lock": 4, "lock_minutes": 20, "failures_an_hour": 15, "dormant_days": 60, "version": 1,
}  # fmt: skip

Step = tuple[Client, str, dict]


def rows(but: set[str] = OF_SESSIONS) -> dict[str, str]:
    """A digest of the rows of every other table."""
    return digests(but)


def failing(*args, **kwargs):
    raise OperationalError("disk full")


def without_rights(monkeypatch) -> None:
    monkeypatch.setattr(User, "grants_today", failing)


def without_audit(monkeypatch) -> None:
    monkeypatch.setattr(trail, "append", failing)


def without_cache(monkeypatch) -> None:
    for name in ("get", "set", "add", "delete", "incr", "touch", "has_key", "clear"):
        monkeypatch.setattr(type(caches["default"]), name, failing)


# --- Writes ---------------------------------------------------------------------------------------


def save_a_return() -> Step:
    cast = make_cast()
    return signed_in(cast.operator), f"/returns/{cast.draft().pk}/save/", {"counter": "0", "v-REV": "5"}


def file_a_return() -> Step:
    cast = make_cast()
    filled = cast.filled()
    return signed_in(cast.operator), f"/returns/{filled.pk}/file/", {"counter": filled.draft.change_counter}


def confirm_a_return() -> Step:
    cast = make_cast()
    return signed_in(cast.office), f"/returns/{cast.reviewed().pk}/confirm/", {}


def change_the_password() -> Step:
    return (
        signed_in(make_user("office")),
        reverse("accounts:password"),
        {"old": PASSWORD, "new": NEW, "again": NEW},
    )


def keep_the_policy() -> Step:
    return signed_in(make_user("security_admin")), reverse("accounts:policy"), POLICY


def give_a_grant() -> Step:
    url = reverse("admin:accounts_user_give_grant", args=[make_user("leader").pk])
    given = {
        "role": "liaison",
        "scope": "district:",
        "since": "2026-01-01",
        "until": "",
        "reason": "来函",
        "seat": "",
    }
    return signed_in(make_user("security_admin")), url, given


def disable_an_account() -> Step:
    url = reverse("admin:accounts_user_switch_active", args=[make_user("leader").pk])
    return signed_in(make_user("system_admin")), url, {"reason": "离岗"}


def cancel_a_job() -> Step:
    office = make_user("office")
    job = Job.objects.create(
        kind="rating.trial", needs="assessment.run", actor_kind="user", actor_key=office.username, actor_name="甲",
        created_at=clock.now(),
    )  # fmt: skip
    return signed_in(office), f"/jobs/{job.pk}/cancel/", {}


WRITES: list[Callable[[], Step]] = [
    save_a_return, file_a_return, confirm_a_return, change_the_password, keep_the_policy, give_a_grant, disable_an_account,
    cancel_a_job,
]  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_each_of_these_writes_when_nothing_fails(write):
    client, address, form = write()
    before = rows()
    assert client.post(address, form).status_code < 400
    assert rows() != before


@pytest.mark.parametrize("failure", [without_rights, without_audit])
@pytest.mark.parametrize("write", WRITES)
def test_without_rights_or_audit_it_is_refused_and_no_row_has_changed(write, failure, monkeypatch):
    client, address, form = write()
    client.raise_request_exception = False
    before = rows()
    failure(monkeypatch)
    refused = client.post(address, form)
    assert refused.status_code == 503
    assert refused["X-Request-ID"] in refused.content.decode()
    assert rows() == before


@pytest.mark.parametrize("write", WRITES)
def test_without_the_cache_the_same_people_may_and_may_not(write, monkeypatch):
    """Nothing that must be true is kept in it: who may writes, who may not is refused."""
    client, address, form = write()
    others = (
        [Client(), signed_in(make_user("leader"))] if address != reverse("accounts:password") else [Client()]
    )
    without_cache(monkeypatch)
    before = rows(OF_SESSIONS | OF_THE_TRAIL)
    assert {other.post(address, form).status_code for other in others} <= {302, 403, 404}
    assert rows(OF_SESSIONS | OF_THE_TRAIL) == before
    assert client.post(address, form).status_code < 400
    assert rows(OF_SESSIONS | OF_THE_TRAIL) != before


# --- Refusals and signing in ----------------------------------------------------------------------


def test_a_refusal_that_cannot_be_recorded_stays_one(operator, sign_in, monkeypatch):
    client = sign_in(operator)
    client.raise_request_exception = False
    assert client.get(reverse("targets:plan")).status_code == 403
    without_audit(monkeypatch)
    refused = client.get(reverse("accounts:policy"))
    assert refused.status_code == 503
    assert "登录策略" not in refused.content.decode()


def test_nobody_signs_in_without_a_line_in_the_trail(office, monkeypatch):
    without_audit(monkeypatch)
    client = Client(raise_request_exception=False)
    answer = client.post(reverse("accounts:sign-in"), {"username": "office", "password": PASSWORD})
    assert answer.status_code == 503
    assert client.get("/").status_code == 302


@pytest.mark.feature("X5")
def test_a_code_is_good_once_whatever_the_cache_forgets(system_admin, monkeypatch):
    secret = give_generator(system_admin)
    forgetful = type(caches["default"])
    monkeypatch.setattr(forgetful, "add", lambda *args, **kwargs: True)
    monkeypatch.setattr(forgetful, "get", lambda self, key, default=None, version=None: default)
    used = code(secret)
    first, second = enter(system_admin), enter(system_admin)
    assert first.post(CODE_PAGE, {"code": used}).status_code == 302
    assert first.get("/accounts/security/").status_code == 200
    second.post(CODE_PAGE, {"code": used})
    assert "_auth_user_id" not in second.session
