"""The sign-in page: one answer to every failure, own addresses only, each step in the trail."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from guandu.audit.models import AuditEvent
from tests.factories import PASSWORD, make_demonstration, make_user

pytestmark = pytest.mark.django_db

NOT_SECRET = "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密"


def post(client: Client, **fields):
    return client.post(reverse("accounts:sign-in"), fields)


def body(response) -> str:
    return response.content.decode()


def test_the_page_says_what_must_not_be_stored_here(client):
    assert NOT_SECRET in body(client.get(reverse("accounts:sign-in")))


def test_signing_in_changes_the_session_key_and_is_recorded(client, office):
    client.get(reverse("accounts:sign-in"))
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    response = post(client, username="office", password=PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.session.session_key != before
    event = AuditEvent.objects.get(verb="session.sign_in")
    assert (event.actor_key, event.outcome, event.address) == ("office", "done", "127.0.0.1")


def test_every_failure_is_answered_alike(client, office):
    make_user(username="closed", is_active=False)
    pages = []
    for username, password in [("office", "wrong"), ("nobody", "wrong"), ("closed", PASSWORD)]:
        response = post(client, username=username, password=password)
        assert response.status_code == 200
        assert "_auth_user_id" not in client.session
        pages.append(body(response).replace(username, "").split("csrfmiddlewaretoken")[0])
    assert "账号或口令不正确，或账号已停用" in pages[0]
    assert len(set(pages)) == 1


def test_a_refused_sign_in_is_a_denial_in_the_trail(client, office):
    post(client, username="office", password="wrong")
    post(client, username="typed-my-password-here", password="x")
    known, unknown = AuditEvent.objects.filter(verb="session.sign_in").order_by("seq")
    assert [known.outcome, unknown.outcome] == ["denied", "denied"]
    assert known.object_name == str(office)
    assert unknown.object_name == ""
    assert "typed-my-password-here" not in unknown.reason


@pytest.mark.parametrize(
    ("wanted", "gone"),
    [
        ("/admin/", "/admin/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_stays_on_this_host(client, office, wanted, gone):
    response = post(client, username="office", password=PASSWORD, next=wanted)
    assert response.headers["Location"] == gone


def test_empty_fields_are_named(client):
    assert "账号：" in body(post(client, username="", password=""))


def test_signing_out_is_a_post_and_is_recorded(sign_in, office):
    client = sign_in(office)
    assert client.get(reverse("accounts:sign-out")).status_code == 405
    assert client.post(reverse("accounts:sign-out")).headers["Location"] == reverse("accounts:sign-in")
    assert "_auth_user_id" not in client.session
    assert AuditEvent.objects.filter(verb="session.sign_out", actor_key="office").exists()


def test_both_forms_ask_for_the_csrf_token(office):
    client = Client(enforce_csrf_checks=True)
    for name in ("accounts:sign-in", "accounts:demo-sign-in", "accounts:sign-out"):
        assert client.post(reverse(name), {"username": "office", "password": PASSWORD}).status_code == 403


@pytest.fixture
def demo_office(db):
    return make_user("office", username="demo-office", is_demo=True)


def test_a_role_is_a_button_while_demonstration_data_is_loaded(client, demo_office):
    page = body(client.get(reverse("accounts:sign-in")))
    assert "demo-office" not in page
    make_demonstration()
    page = body(client.get(reverse("accounts:sign-in")))
    assert 'value="demo-office"' in page
    assert "园区发展办" in page
    client.post(reverse("accounts:demo-sign-in"), {"username": "demo-office"})
    assert client.session["_auth_user_id"] == str(demo_office.pk)


def test_no_button_without_demonstration_data(client, demo_office):
    assert client.post(reverse("accounts:demo-sign-in"), {"username": "demo-office"}).status_code == 404


def test_no_button_in_production(client, demo_office):
    make_demonstration()
    with override_settings(PRODUCTION=True):
        assert "demo-office" not in body(client.get(reverse("accounts:sign-in")))
        assert client.post(reverse("accounts:demo-sign-in"), {"username": "demo-office"}).status_code == 404


def test_no_button_for_a_real_person(client, office):
    make_demonstration()
    assert client.post(reverse("accounts:demo-sign-in"), {"username": "office"}).status_code == 404
    assert "_auth_user_id" not in client.session
