"""The district's single sign-on, against a small provider that this test serves itself."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from guandu.accounts.models import User
from guandu.audit.models import AuditEvent
from tests.accounts.test_second_factor import code, give_generator
from tests.factories import make_user

pytestmark = pytest.mark.django_db

BEGIN = "/accounts/single-sign-on/district/"
CLIENT = "guandu-portal"


@dataclass
class Provider:
    """What the other side says next: the claims of its token, and how it signs."""

    key: rsa.RSAPrivateKey
    address: str = ""
    claims: dict = field(default_factory=dict)
    told: dict = field(default_factory=dict)
    signed_with: rsa.RSAPrivateKey | None = None
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> dict:
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "auth", "token_endpoint": "token", "userinfo_endpoint": "me", "jwks_uri": "keys"}
            return {"issuer": self.address, **{name: f"{self.address}/{each}" for name, each in names.items()}}
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}
        return self.told if path == "/me" else self.token()

    def token(self) -> dict:
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT, "sub": "person-1", "iat": now, "exp": now + 60, **self.claims}
        signed = jwt.encode(claims, self.signed_with or self.key, algorithm="RS256", headers={"kid": "one"})
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def provider(key, settings) -> Iterator[Provider]:
    served = Provider(key)

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            served.asked.append(self.path)
            body = json.dumps(served.answer(urlsplit(self.path).path)).encode()
            self.send_response(served.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer()

        def log_message(self, *arguments) -> None:
            """Nothing on the console."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OIDC_SERVER, settings.OIDC_NAME = served.address, "区统一身份认证"
    app = {
        "provider_id": "district", "name": "区统一身份认证", "client_id": CLIENT, "secret": "shared",
        "settings": {"server_url": served.address, "uid_field": "account"},
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield served
    server.shutdown()
    server.server_close()


def come_back(client: Client, wanted: str = "") -> object:
    """The whole way: to the other side, where the person consents, and back."""
    there = client.get(BEGIN, {"next": wanted} if wanted else {}).headers["Location"]
    asked = parse_qs(urlsplit(there).query)
    assert asked["client_id"] == [CLIENT]
    assert asked["code_challenge_method"] == ["S256"]
    return client.get(f"{BEGIN}back/", {"code": "granted", "state": asked["state"][0]})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.feature("X5")
def test_off_there_is_no_button_and_no_page(client):
    assert BEGIN not in client.get(reverse("accounts:sign-in")).content.decode()
    assert client.get(BEGIN).status_code == 404
    assert client.get(f"{BEGIN}back/").status_code == 404


@pytest.mark.feature("X5")
def test_an_existing_account_is_let_in_by_the_claim_that_names_it(client, office, provider):
    provider.claims = {"account": "OFFICE"}
    page = client.get(reverse("accounts:sign-in"), {"next": "/parks/"}).content.decode()
    assert "用区统一身份认证登录" in page
    assert come_back(client, "/parks/").headers["Location"] == "/parks/"
    assert client.session["_auth_user_id"] == str(office.pk)
    event = AuditEvent.objects.get(verb="session.sign_in")
    assert (event.actor_key, event.reason) == ("office", "统一身份认证")
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_a_claim_that_the_token_has_not_is_asked_for_with_the_same_subject(client, office, provider):
    provider.told = {"sub": "person-1", "account": "office"}
    come_back(client)
    assert is_in(client)
    assert "/me" in provider.asked


@pytest.mark.parametrize(
    "change",
    [
        {"claims": {"account": "nobody"}},
        {"claims": {"account": "closed"}},
        {"claims": {"account": "machine"}},
        {"claims": {"account": ""}},
        {"claims": {"account": ["office"]}},
        {},
        {"told": {"sub": "person-2", "account": "office"}},
        {"claims": {"account": "office", "aud": "another"}},
        {"claims": {"account": "office", "iss": "https://evil.example"}},
        {"claims": {"account": "office", "exp": 1_000_000_000}},
        {"claims": {"account": "office"}, "signed_with": rsa.generate_private_key(65537, 2048)},
        {"claims": {"account": "office"}, "status": 500},
    ],
)
def test_anybody_else_is_refused_with_a_sentence_and_nothing_is_made(change, client, office, provider):
    make_user("office", username="closed", is_active=False)
    make_user("api_client", username="machine")
    before = User.objects.count()
    if "status" in change:
        there = client.get(BEGIN).headers["Location"]
        provider.status = change["status"]
        answer = client.get(f"{BEGIN}back/", {"code": "granted", "state": parse_qs(urlsplit(there).query)["state"][0]})
    else:
        for name, value in change.items():
            setattr(provider, name, value)
        answer = come_back(client)
    assert answer.headers["Location"] == reverse("accounts:sign-in")
    shown = client.get(reverse("accounts:sign-in")).content.decode()
    assert "没有登录" in shown
    assert not is_in(client)
    assert User.objects.count() == before
    assert AuditEvent.objects.filter(verb="session.sign_in", outcome="denied").count() == 1


def test_an_answer_that_nobody_asked_for_opens_nothing(client, office, provider):
    provider.claims = {"account": "office"}
    client.get(f"{BEGIN}back/", {"code": "granted", "state": "made-up"})
    assert not is_in(client)


def test_another_provider_does_not_exist(client, provider):
    assert client.get("/accounts/single-sign-on/another/").status_code == 404


def test_the_other_side_that_is_away_is_said(client, provider):
    provider.status = 503
    assert client.get(BEGIN).headers["Location"] == reverse("accounts:sign-in")


def test_whoever_has_a_generator_shows_its_code_too(client, system_admin, provider):
    secret = give_generator(system_admin)
    provider.claims = {"account": system_admin.username}
    assert come_back(client).headers["Location"] == "/accounts/sign-in/code/"
    client.post("/accounts/sign-in/code/", {"code": code(secret)})
    assert is_in(client)
    assert client.get("/admin/").status_code == 200


def test_a_second_factor_of_the_other_side_counts_when_it_is_said_so(client, system_admin, provider, settings):
    provider.claims = {"account": system_admin.username}
    come_back(client)
    assert client.get("/admin/").status_code == 302
    settings.OIDC_SECOND_FACTOR = True
    assert client.get("/admin/").status_code == 200


def test_who_came_this_way_is_not_asked_for_a_password_he_does_not_use(client, office, provider):
    User.objects.filter(pk=office.pk).update(must_change_password=True)
    provider.claims = {"account": "office"}
    come_back(client)
    assert client.get("/").status_code == 200
