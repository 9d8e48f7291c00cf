"""The second factor: of whom it is demanded, how it is enrolled and shown, and how it is lost."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path, reverse

from guandu import urls as portal_urls
from guandu.accounts.actions import factors as actions
from guandu.accounts.factors import Means
from guandu.accounts.models import AccessPolicy
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import NotAllowed, NotReady
from tests.factories import PASSWORD, make_user
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

ENROL, CODE_PAGE, AGAIN = "/accounts/factor/enrol/", "/accounts/sign-in/code/", "/accounts/confirm/code/"


def code(secret: str, *, steps: int = 0) -> str:
    """What the generator shows now, or some steps of thirty seconds away."""
    return format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30 + steps))


def give_generator(user) -> str:
    """The secret of a generator that `user` has enrolled."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def enter(user) -> Client:
    client = Client()
    client.post(reverse("accounts:sign-in"), {"username": user.username, "password": PASSWORD})
    return client


def show(client: Client, text: str):
    return client.post(CODE_PAGE, {"code": text})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.feature("X5")
@pytest.mark.parametrize("who", ["system_admin", "security_admin", "audit_admin"])
def test_an_administrator_without_one_reaches_the_enrolment_only(who, request):
    client = enter(request.getfixturevalue(who))
    for wanted in ("/", "/admin/", "/accounts/policy/", "/accounts/security/", "/accounts/factor/remove/"):
        assert client.get(wanted).headers["Location"] == ENROL, wanted
    refused = client.get("/api/v1/parks/")
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_required")
    for wanted in (ENROL, reverse("accounts:password")):
        assert client.get(wanted).status_code == 200
    assert client.post(reverse("accounts:sign-out")).status_code == 302


def test_a_session_alone_is_not_enough(system_admin):
    client = Client()
    client.force_login(system_admin)
    assert client.get("/admin/").headers["Location"] == ENROL
    assert signed_in(system_admin, "password", client=Client()).get("/admin/").status_code == 302
    assert signed_in(system_admin).get("/admin/").status_code == 200


def test_others_are_asked_when_the_policy_says_so(leader, office):
    assert enter(leader).get("/").status_code == 200
    AccessPolicy.objects.create(factor_roles=["leader"])
    assert enter(leader).get("/").headers["Location"] == ENROL
    assert enter(office).get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_enrolling_shows_a_code_and_opens_the_portal(system_admin):
    client = enter(system_admin)
    page = client.get(ENROL).content.decode()
    secret = re.search(r"密钥：<code>(\w+)</code>", page)[1]
    assert "data:image/svg+xml" in page
    assert "不正确" in client.post(ENROL, {"code": "000000"}).content.decode()
    enrolled = client.post(ENROL, {"code": code(secret)})
    assert enrolled.headers["Location"] == "/accounts/factor/codes/"
    codes = re.findall(r"<li><code>(\d+)</code></li>", client.get("/accounts/factor/codes/").content.decode())
    assert len(codes) == 10
    assert client.get("/admin/").status_code == 200
    assert AuditEvent.objects.get(verb="factor.enrol").actor_key == system_admin.username
    again = enter(system_admin)
    assert not is_in(show(again, code(secret)).client)
    assert is_in(show(again, codes[0]).client)


def test_the_secret_is_stored_encrypted(system_admin):
    secret = give_generator(system_admin)
    assert secret not in str(Authenticator.objects.get().data)


def test_after_the_password_the_code_is_asked(system_admin):
    secret = give_generator(system_admin)
    client = enter(system_admin)
    assert not is_in(client)
    assert client.get("/").headers["Location"].startswith(reverse("accounts:sign-in"))
    assert "输入动态口令" in client.get(CODE_PAGE).content.decode()
    assert not is_in(show(client, "000000").client)
    assert is_in(show(client, code(secret)).client)
    assert client.get("/admin/").status_code == 200
    event = AuditEvent.objects.get(verb="session.sign_in", outcome="done")
    assert event.reason == "口令、动态口令"


@pytest.mark.feature("X5")
def test_a_code_is_good_once_and_so_is_every_one_before_it(system_admin):
    secret = give_generator(system_admin)
    used = code(secret)
    assert is_in(show(enter(system_admin), used).client)
    for text in (used, code(secret, steps=-1)):
        assert not is_in(show(enter(system_admin), text).client)
    with time_machine.travel(clock.now() + timedelta(seconds=30)):
        assert is_in(show(enter(system_admin), code(secret)).client)


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_either_side_is_taken(steps, good, system_admin):
    secret = give_generator(system_admin)
    with time_machine.travel(clock.now(), tick=False):
        assert is_in(show(enter(system_admin), code(secret, steps=steps)).client) is good


def test_a_code_of_spaces_is_read_as_shown(system_admin):
    secret = give_generator(system_admin)
    text = code(secret)
    assert is_in(show(enter(system_admin), f" {text[:3]} {text[3:]} ").client)


def test_wrong_codes_lock_the_account_like_wrong_passwords(system_admin):
    secret = give_generator(system_admin)
    client = enter(system_admin)
    for _ in range(5):
        show(client, "000000")
    assert not is_in(show(client, code(secret)).client)
    assert AuditEvent.objects.filter(verb="session.lock", object_name=str(system_admin)).count() == 1


def test_a_recovery_code_is_good_once(system_admin):
    give_generator(system_admin)
    spare = RecoveryCodes.activate(system_admin).get_unused_codes()[0]
    assert is_in(show(enter(system_admin), spare).client)
    assert AuditEvent.objects.get(verb="session.sign_in", outcome="done").reason == "口令、恢复码"
    assert not is_in(show(enter(system_admin), spare).client)


def test_who_has_one_already_shows_it_when_his_role_begins_to_demand_it(leader):
    client = enter(leader)
    secret = give_generator(leader)
    AccessPolicy.objects.create(factor_roles=["leader"])
    assert client.get("/").headers["Location"] == AGAIN
    client.post(AGAIN, {"code": code(secret)})
    assert client.get("/").status_code == 200


def test_who_must_have_one_cannot_give_it_up_and_others_can(system_admin, office):
    for person, kept in ((system_admin, True), (office, False)):
        give_generator(person)
        client = signed_in(person)
        page = client.post("/accounts/factor/remove/")
        assert Authenticator.objects.filter(user=person).exists() is kept
        assert ("不能停用" in page.content.decode()) is kept


def test_a_demonstration_account_needs_none():
    person = make_user("system_admin", is_demo=True)
    client = Client()
    client.force_login(person)
    assert client.get("/admin/").status_code == 200


# A lost device


def test_the_security_administrator_takes_off_anothers(office, security_admin, sign_in):
    give_generator(office)
    his = sign_in(office)
    url = reverse("accounts:reset-factor", args=["office"])
    sign_in(security_admin).post(url, {"reason": "手机遗失，当面核实"})
    assert not Authenticator.objects.exists()
    event = AuditEvent.objects.get(verb="factor.reset")
    assert (event.object_name, event.reason) == (str(office), "手机遗失，当面核实")
    assert is_in(enter(office))
    assert his.get("/").status_code in {200, 302}


def test_not_an_administrators_nor_one_that_is_not_there(system_admin, security_admin, office):
    give_generator(system_admin)
    with pytest.raises(NotAllowed, match="bootstrap --reset"):
        actions.reset(user=system_admin, by=security_admin)
    with pytest.raises(NotReady, match="没有启用"):
        actions.reset(user=office, by=security_admin)
    assert Authenticator.objects.count() == 1


@pytest.mark.parametrize("who", ["system_admin", "audit_admin", "office"])
def test_nobody_else_takes_it_off(who, request, leader):
    give_generator(leader)
    with pytest.raises(NotAllowed):
        actions.reset(user=leader, by=request.getfixturevalue(who))


def test_bootstrap_takes_off_an_administrators(audit_admin):
    give_generator(audit_admin)
    call_command("bootstrap", reset=audit_admin.username, stdout=StringIO())
    assert not Authenticator.objects.exists()


# A second means


def toy_page(request):
    request.session["toy"] = True
    return HttpResponse("shown")


TOY = Means(
    code="toy",
    name="玩具",
    is_enrolled=lambda user: True,
    satisfied=lambda request: request.session.get("toy", False),
    challenge="toy",
)


@pytest.fixture
def toy(settings, monkeypatch):
    """A portal with another means of a second factor, registered by setting alone."""
    settings.SECOND_FACTORS = [f"{__name__}.TOY", *settings.SECOND_FACTORS]
    patterns = [*portal_urls.urlpatterns, path("toy/", toy_page, name="toy")]
    monkeypatch.setattr(portal_urls, "urlpatterns", patterns)
    clear_url_caches()
    yield
    clear_url_caches()


def test_another_means_is_registered_by_setting(system_admin, toy):
    client = enter(system_admin)
    assert client.get("/admin/").headers["Location"] == "/toy/"
    client.get("/toy/")
    assert client.get("/admin/").status_code == 200
