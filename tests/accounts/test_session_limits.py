"""How long a session lasts, and what ends it: on the server, whatever the browser still holds."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from guandu.accounts.actions import users
from guandu.accounts.models import AccessPolicy
from guandu.audit.models import AuditEvent
from guandu.core import clock
from tests.factories import PASSWORD, make_demonstration, make_user

pytestmark = pytest.mark.django_db


def enter(username: str = "office", **headers) -> Client:
    client = Client(**headers)
    client.post(reverse("accounts:sign-in"), {"username": username, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def later(**age):
    return time_machine.travel(clock.now() + timedelta(**age))


@pytest.mark.feature("X5")
def test_after_thirty_idle_minutes_the_person_is_out_and_told_so(office):
    client = enter()
    with later(minutes=29):
        assert client.get("/").status_code == 200
    with later(minutes=58):
        assert client.get("/").status_code == 200
    with later(minutes=89):
        gone = client.get("/parks/?q=x")
        assert gone.headers["Location"] == f"{reverse('accounts:sign-in')}?why=idle&next=%2Fparks%2F%3Fq%3Dx"
        assert "长时间未操作，已退出登录" in client.get(gone.headers["Location"]).content.decode()
        assert not Session.objects.exists()
    event = AuditEvent.objects.get(verb="session.sign_out")
    assert (event.actor_key, event.reason) == ("office", "长时间未操作，已退出登录")


def test_what_the_page_asks_by_itself_is_no_use(office):
    client = enter()
    for minutes in (10, 20, 29):
        with later(minutes=minutes):
            assert client.get("/", headers={"X-Background": "1"}).status_code == 200
    with later(minutes=31):
        assert client.get("/", headers={"X-Background": "1"}).status_code == 302


def test_twelve_hours_are_the_longest_however_busy(office):
    client = enter()
    for minutes in range(20, 12 * 60, 20):
        with later(minutes=minutes):
            assert client.get("/accounts/security/", headers={"HX-Request": "1"}).status_code == 200
    with later(hours=12, minutes=1):
        assert "why=long" in client.get("/").headers["Location"]


def test_both_limits_are_the_policys(office):
    AccessPolicy.objects.create(idle_minutes=5, session_hours=1)
    client = enter()
    with later(minutes=6):
        assert client.get("/").status_code == 302


def test_the_interface_says_401(office):
    client = enter()
    with later(minutes=31):
        refused = client.get("/api/v1/parks/")
        assert (refused.status_code, refused.json()["code"]) == (401, "session_over")


def test_use_is_written_once_a_minute(office):
    client = enter()
    with later(seconds=70):
        before = Session.objects.get().session_data
        client.get(reverse("accounts:security"))
        touched = Session.objects.get().session_data
        assert touched != before
        assert UserSession.objects.get().last_seen_at == pytest.approx(clock.now(), abs=timedelta(seconds=2))
    with later(seconds=100):
        client.get(reverse("accounts:security"))
        assert Session.objects.get().session_data == touched


def test_a_key_from_before_sign_in_is_worth_nothing_afterwards(office):
    client = Client()
    session = client.session
    session["chosen"] = "by somebody else"
    session.save()
    before = client.cookies["sessionid"].value
    client.post(reverse("accounts:sign-in"), {"username": "office", "password": PASSWORD})
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def replay(client: Client) -> Client:
    """Another browser with the same cookie."""
    copy = Client()
    copy.cookies["sessionid"] = client.cookies["sessionid"].value
    return copy


def test_after_signing_out_the_old_cookie_opens_nothing(office):
    client = enter()
    copy = replay(client)
    client.post(reverse("accounts:sign-out"))
    assert copy.get("/").status_code == 302
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_disabling_deletes_the_rows_at_once(office, system_admin):
    clients = [enter(), enter()]
    users.disable(user=office, by=system_admin)
    assert not Session.objects.exists()
    assert {client.get("/").status_code for client in clients} == {302}


def test_a_new_password_ends_the_others_and_keeps_this_one(office):
    here, elsewhere = enter(), enter()
    fields = {"old": PASSWORD, "new": "Silver-8-window", "again": "Silver-8-window"}
    old_cookie = replay(here)
    here.post(reverse("accounts:password"), fields)
    assert here.get("/").status_code == 200
    assert {client.get("/").status_code for client in (elsewhere, old_cookie)} == {302}
    assert Session.objects.count() == UserSession.objects.count() == 1


def test_a_password_from_the_administrator_ends_all(office, system_admin):
    client = enter()
    users.set_password(user=office, password="Silver-8-window", by=system_admin)
    assert not Session.objects.exists()
    assert client.get("/").status_code == 302


def test_who_signs_in_over_another_leaves_nothing_of_him(office, leader):
    client = enter("office")
    session = client.session
    session["left"] = "behind"
    session.save()
    client.post(reverse("accounts:sign-in"), {"username": "leader", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(leader.pk)
    assert "left" not in client.session
    assert AuditEvent.objects.filter(verb="session.sign_out", actor_key="office").exists()


def test_a_demonstration_account_lists_its_session_too(client):
    make_user("office", username="demo-office", is_demo=True)
    make_demonstration()
    client.post(reverse("accounts:demo-sign-in"), {"username": "demo-office"})
    assert UserSession.objects.count() == 1
    assert AuditEvent.objects.get(verb="session.sign_in").reason == "演示账号"


CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/90.0.4430.212 Safari/537.36"


@pytest.mark.feature("X5")
def test_a_person_sees_where_he_is_signed_in_and_ends_the_others(office, leader):
    here, elsewhere = enter(HTTP_USER_AGENT=CHROME), enter(REMOTE_ADDR="192.0.2.9")
    other_person = enter("leader")
    shown = here.get(reverse("accounts:security")).content.decode()
    assert "在 <strong>2</strong> 处登录" in shown
    assert "Chrome，Windows" in shown
    assert "192.0.2.9" in shown
    assert shown.count("本次登录") == 1
    here.post(reverse("accounts:end-other-sessions"))
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)
    assert other_person.get("/").status_code == 200
    assert AuditEvent.objects.filter(verb="session.end", actor_key="office").count() == 1


def test_three_sessions_take_as_many_queries_as_one(office, django_assert_max_num_queries):
    client = enter()
    with django_assert_max_num_queries(30) as one:
        client.get(reverse("accounts:security"))
    queries = len(one)
    enter(), enter()
    with django_assert_max_num_queries(queries):
        client.get(reverse("accounts:security"))


def test_the_cookie_is_the_portals_alone(office):
    cookie = enter().cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
