"""Accounts that nobody uses are closed by the nightly watch, with a line each, and some never."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from guandu.accounts.actions import users
from guandu.accounts.actions.sweep import sweep
from guandu.accounts.models import AccessPolicy, User
from guandu.accounts.tasks import WATCH_JOB
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.jobs.models import Job
from guandu.jobs.queue import ask_due
from guandu.jobs.worker import run_waiting
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def after(days: int):
    """Three in the morning, some days from now."""
    return time_machine.travel(clock.now().replace(hour=19) + timedelta(days=days), tick=False)


def enter(username: str) -> Client:
    client = Client()
    client.post(reverse("accounts:sign-in"), {"username": username, "password": PASSWORD})
    return client


def closed() -> set[str]:
    return set(User.objects.filter(is_active=False).values_list("username", flat=True))


def test_ninety_days_without_use_close_an_account_and_say_so(office, leader):
    enter("office")
    with after(60):
        enter("leader")
    with after(91):
        ask_due()
        run_waiting()
    assert closed() == {"office"}
    event = AuditEvent.objects.get(verb="user.disable")
    assert (event.actor_kind, event.object_name) == ("service", str(office))
    assert "超过 90 天没有使用" in event.reason
    assert Job.objects.get(kind=WATCH_JOB).progress_note.startswith("停用账号 1 个")


@pytest.mark.parametrize(("days", "gone"), [(89, False), (91, True)])
def test_an_account_that_was_never_used_has_as_long(days, gone, office):
    with after(days):
        sweep()
    assert ("office" in closed()) is gone


def test_the_days_are_the_policys(office):
    AccessPolicy.objects.create(dormant_days=30)
    with after(31):
        sweep()
    assert closed() == {"office"}


def test_done_again_it_changes_nothing(office):
    with after(91):
        assert [user.username for user in sweep()] == ["office"]
        assert sweep() == []
    assert AuditEvent.objects.filter(verb="user.disable").count() == 1


def test_what_it_closed_opens_nothing_any_more(office):
    with after(91):
        sweep()
        assert "_auth_user_id" not in enter("office").session


def test_who_was_let_in_again_or_given_a_password_has_his_days_from_then(
    office, leader, system_admin, liaison
):
    with after(80):
        users.disable(user=office, by=system_admin)
        users.enable(user=office, by=system_admin)
        users.set_password(user=leader, password="Silver-8-window", by=system_admin)
    with after(100):
        sweep()
    assert closed() == {"liaison"}
    with after(175):
        sweep()
    assert {"office", "leader"} <= closed()


def test_clients_demonstration_accounts_and_the_last_of_an_administrators_role_stay(
    api_client, system_admin, security_admin
):
    make_user("office", username="demo", is_demo=True)
    make_user("security_admin", username="second")
    with after(60):
        enter("second")
    with after(200):
        sweep()
    assert closed() == {"security-admin"}
