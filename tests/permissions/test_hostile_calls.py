"""trust.md M15 and 3-B, over HTTP: JSON made to hurt, and tokens that are none, on every address of the interface."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import clear_url_caches, path
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from guandu import urls as portal_urls
from guandu.core import clock
from tests.permissions.addresses import addresses
from tests.permissions.rows import SESSIONS, TRAIL, differing, digests

pytestmark = [pytest.mark.django_db, pytest.mark.once]

DEEP = 5_000
HOSTILE = {
    "an array 5,000 deep in a field": b'{"extra": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "objects 5,000 deep in a field": b'{"extra": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}",
    "an array 200,000 deep": b"[" * 200_000 + b"]" * 200_000,
    "200,000 opened and never closed": b"[" * 200_000,
    "33 deep": b'{"extra": ' + b"[" * 32 + b"]" * 32 + b"}",
    "NUL in a text": rb'{"extra": "x\u0000y"}',
    "NUL in a name": rb'{"extra": {"a\u0000": 1}}',
    "NUL as a byte": b'{"extra": "x\x00y"}',
    "a lone surrogate": rb'{"extra": "\ud800"}',
    "a surrogate the wrong way round": rb'{"extra": "\udc00\ud800"}',
    "a surrogate as bytes": b'{"extra": "\xed\xa0\x80"}',
    "broken UTF-8": b'{"extra": "\xff\xfe"}',
    "overlong UTF-8": b'{"extra": "\xc0\xaf"}',
    "UTF-16": '{"extra": 1}'.encode("utf-16"),
    "NaN": b'{"extra": NaN}',
    "Infinity": b'{"extra": Infinity}',
    "-Infinity": b'{"extra": -Infinity}',
    "an integer of 5,000 digits": b'{"extra": ' + b"9" * 5_000 + b"}",
    "one name twice": b'{"extra": 1, "extra": 2}',
    "one name twice, within": b'{"extra": {"a": 1, "a": 2}}',
    "one name twice, by escape": rb'{"extra": {"a": 1, "\u0061": 2}}',
    "single quotes": b"{'extra': 1}",
    "a comma too many": b'{"extra": [1,]}',
    "a comment": b'{"extra": 1} // x',
    "two values": b"{} {}",
    "half": b'{"extra": ',
    "nothing": b"",
    "more than there may be": b'{"extra": "' + b"a" * (2 * 1024 * 1024) + b'"}',
}
HONEST = {
    "a nested value": {"extra": {"a": [1, "园区", None, {"b": "[[[["}]}},
    "a large number": {"extra": 10**30},
    "a surrogate pair": {"extra": "😀"},
    "a text that looks like brackets": {"extra": "[" * 200_000},
}


class Probe(APIView):
    """Reads what it is sent, as every view of the interface would under our settings."""

    class Said(serializers.Serializer):
        extra = serializers.JSONField()

    def post(self, request) -> Response:
        said = self.Said(data=request.data)
        said.is_valid(raise_exception=True)
        return Response(said.validated_data)


@pytest.fixture
def probe(monkeypatch) -> str:
    patterns = [path("api/v1/probe/", Probe.as_view()), *portal_urls.urlpatterns]
    monkeypatch.setattr(portal_urls, "urlpatterns", patterns)
    clear_url_caches()
    yield "/api/v1/probe/"
    clear_url_caches()


def send(world, method: str, address: str, data: bytes, token: str = "", kind: str = "application/json"):
    world.quick_browser.cookies.clear()
    token = token or world.tokens["api_client"]
    return world.quick_browser.generic(method, address, data, kind, headers={"authorization": f"Token {token}"})


def said(answer: HttpResponseBase) -> Any:
    return json.loads(answer.content)


@pytest.mark.feature("H5")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused_with_a_sentence(name, probe, world, prove_figure):
    answer = send(world, "POST", probe, HOSTILE[name])
    assert answer.status_code == 400
    assert said(answer)["message"].endswith("。")
    assert said(answer)["request_id"] == answer["X-Request-ID"]
    prove_figure("恶意 JSON，全部以 400 拒绝", 1)


@pytest.mark.parametrize("name", HONEST)
def test_honest_json_arrives_as_it_was_sent(name, probe, world):
    answer = send(world, "POST", probe, json.dumps(HONEST[name]).encode())
    assert (answer.status_code, said(answer)) == (200, HONEST[name])


def test_another_kind_of_body_is_not_taken(probe, world):
    for kind in (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
    ):
        assert send(world, "POST", probe, b"extra=1", kind=kind).status_code == 415


def test_no_address_of_the_interface_breaks_on_it(world, prove_figure):
    """The interface reads only: it says so, whatever is sent."""
    before, wrong, count = digests({*TRAIL, *SESSIONS}), [], 0
    for route, address in addresses(world):
        for name, data in HOSTILE.items() if route.startswith("api/") else ():
            for method in ("POST", "PATCH"):
                status = send(world, method, address, data).status_code
                count += 1
                if status not in {403, 404, 405}:
                    wrong.append(f"{method} {route} {name}: {status}")
    assert wrong == []
    assert differing(before) == []
    prove_figure("恶意 JSON × 接口地址，无一 5xx", count)


# Tokens that are none


@pytest.fixture
def token(world):
    """A fresh token of the API client."""
    with transaction.atomic():
        made, text = AuthToken.objects.create(user=world.people["api_client"])
        yield made, text
        transaction.set_rollback(True)


def ended(made: AuthToken) -> None:
    AuthToken.objects.filter(pk=made.pk).update(expiry=clock.now() - timedelta(seconds=1))


def revoked(made: AuthToken) -> None:
    made.delete()


def of_a_closed_account(made: AuthToken) -> None:
    type(made.user).objects.filter(pk=made.user.pk).update(is_active=False)


@pytest.mark.feature("H2")
@pytest.mark.parametrize("end", [ended, revoked, of_a_closed_account], ids=lambda end: end.__name__)
def test_a_token_that_has_ended_opens_no_address(end, token, world, prove_figure):
    made, text = token
    asked = [address for route, address in addresses(world) if route.startswith("api/")]
    assert len(asked) >= 20
    assert {send(world, "GET", address, b"", text).status_code for address in asked} <= {200, 403, 404}
    end(made)
    assert {send(world, "GET", address, b"", text).status_code for address in asked} == {401}
    prove_figure("失效令牌 × 接口地址，全部 401", len(asked))


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "key", "Authorization"])
def test_a_token_in_the_address_is_refused_on_every_address(name, token, world, prove_figure):
    _, text = token
    asked = [address for route, address in addresses(world) if route.startswith("api/")]
    for address in asked:
        answer = send(world, "GET", f"{address}?{name}={text}", b"", text)
        assert answer.status_code == 400, address
        assert text not in answer.content.decode()
    prove_figure("地址中的令牌 × 接口地址，全部拒绝", len(asked))


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token ",
        "Token a b",
        "Token \xff",
        "Bearer x",
        "Token １２３",
        "Token " + "a" * 9_000,
        "Basic Og==",
    ],
)
def test_a_header_that_is_no_token_is_refused(header, world):
    """As it comes over the wire: bytes, each read as one sign."""
    client = Client(raise_request_exception=False)
    answer = client.get("/api/v1/parks/", HTTP_AUTHORIZATION=header.encode().decode("latin-1"))
    assert answer.status_code == 401
    assert answer.json()["message"].endswith("。")
