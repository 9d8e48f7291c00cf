"""One shape for every refusal, and nothing hostile gets further than a sentence."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.exceptions import ParseError

from guandu.accounts.models import Grant
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.web.api.errors import exception_handler
from guandu.web.api.parsing import read

pytestmark = pytest.mark.django_db


def is_refusal(response, status: int, code: str) -> dict:
    body = response.json()
    assert response.status_code == status
    assert body["code"] == code
    assert body["message"].endswith("。")
    assert body["request_id"] == response["X-Request-ID"]
    return body


def test_the_usual_refusals(client, sign_in, office, operator, other_park, audit_admin):
    is_refusal(client.get("/api/v1/parks/"), 401, "not_authenticated")
    is_refusal(sign_in(office).get("/api/v1/parks/no-such/"), 404, "not_found")
    is_refusal(sign_in(operator).get(f"/api/v1/parks/{other_park.code}/"), 404, "not_found")
    is_refusal(sign_in(audit_admin).get("/api/v1/parks/"), 403, "permission_denied")
    is_refusal(sign_in(office).post("/api/v1/parks/"), 405, "method_not_allowed")
    is_refusal(sign_in(office).get("/api/v1/nowhere/at/all"), 404, "not_found")


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (NotAllowed("不行。"), 403, "not_allowed"),
        (NotReady("还不行。", missing=["营业收入"]), 409, "not_ready"),
        (Conflict("别人改过。"), 409, "conflict"),
        (Invalid("不对。", errors=[("name", "太长。")]), 422, "invalid"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.Throttled(wait=5), 429, "throttled"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported_media_type"),
        (exceptions.ValidationError({"lines": [{}, {"area": ["太大。"]}]}), 400, "invalid"),
    ],
)
def test_every_kind_of_refusal_has_the_shape(exception, status, code):
    response = exception_handler(exception, {})
    assert response.status_code == status
    assert response.data["code"] == code
    assert response.data["message"].endswith("。")
    if isinstance(exception, exceptions.ValidationError):
        assert response.data["errors"] == [{"field": "lines.1.area", "message": "太大。"}]
    if isinstance(exception, NotReady):
        assert response.data["missing"] == ["营业收入"]


def test_what_is_no_refusal_is_not_hidden():
    assert exception_handler(RuntimeError("bug"), {}) is None


@pytest.mark.feature("H5")
@pytest.mark.parametrize("path", ["parks", "indicators", "figures", "targets", "assessments", "returns"])
def test_an_unknown_filter_is_refused_by_name(sign_in, office, path):
    response = sign_in(office).get(f"/api/v1/{path}/?colour=red")
    body = is_refusal(response, 400, "unknown_parameter")
    assert [error["field"] for error in body["errors"]] == ["colour"]


@pytest.mark.feature("H5")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=1001", "limit"),
        ("limit=0", "limit"),
        ("limit=１０", "limit"),
        ("limit=1e3", "limit"),
        ("cursor=!!!", "cursor"),
        ("cursor=YWJj", "cursor"),
        ("cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cursor"),
        ("period=2026Q9", "period"),
        ("period=2026Q3&period=2026Q2", "period"),
        ("scope_kind=galaxy", "scope_kind"),
        ("indicator=%00", "indicator"),
    ],
)
def test_a_wrong_value_is_refused_by_name(sign_in, office, query, field):
    response = sign_in(office).get(f"/api/v1/figures/?{query}")
    body = is_refusal(response, 400, "invalid")
    assert [error["field"] for error in body["errors"]] == [field]


@pytest.mark.parametrize(
    "path",
    [
        "parks/%00/",
        "figures/999999999999999999/",
        "figures/9999999999999999999999/",
        "figures/" + "9" * 5000 + "/",
        "targets/:/",
    ],
    ids=["NUL", "unknown", "large", "huge", "empty"],
)
def test_a_strange_address_is_not_found(sign_in, office, path):
    is_refusal(sign_in(office).get(f"/api/v1/{path}"), 404, "not_found")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Token", "authentication_failed"),
        ("Token nonsense", "authentication_failed"),
        ("Token a b", "authentication_failed"),
        ("Token \xff\xfe", "authentication_failed"),
        ("Basic abc", "not_authenticated"),
    ],
)
def test_a_wrong_token_is_refused_and_says_how_to_sign_in(client, header, code):
    response = client.get("/api/v1/parks/", HTTP_AUTHORIZATION=header)
    is_refusal(response, 401, code)
    assert response["WWW-Authenticate"] == "Token"


@pytest.mark.feature("H2")
def test_a_token_needs_the_right_to_use_the_interface(as_client, api_client, office, own):
    assert as_client(api_client).get("/api/v1/parks/").status_code == 200
    is_refusal(as_client(office).get("/api/v1/parks/"), 403, "permission_denied")


def test_a_token_of_a_disabled_or_ungranted_owner_opens_nothing(as_client, api_client, own):
    client = as_client(api_client)
    Grant.objects.filter(user=api_client).delete()
    assert client.get("/api/v1/parks/").status_code == 403
    api_client.is_active = False
    api_client.save()
    assert client.get("/api/v1/parks/").status_code == 401


HOSTILE = {
    "deep": "[" * 200_000,
    "deep and closed": "[" * 5_000 + "]" * 5_000,
    "deep objects": '{"a":' * 5_000 + "1" + "}" * 5_000,
    "NUL": r'{"a": "x\u0000y"}',
    "NUL in a name": r'{"a\u0000": 1}',
    "lone surrogate": r'["\ud800"]',
    "NaN": "[NaN]",
    "Infinity": "[-Infinity]",
    "twice": '{"a": 1, "a": 2}',
    "broken": '{"a": ',
    "empty": "",
    "huge integer": "[" + "9" * 5_000 + "]",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_json_is_refused_in_words(text):
    with pytest.raises(ParseError) as refused:
        read(text)
    assert str(refused.value.detail).endswith("。")


@pytest.mark.parametrize("value", [{"a": [1, "园区", None, {"b": "[[[["}]}, [[[]]], "{", 3])
def test_honest_json_is_read(value):
    assert read(json.dumps(value)) == value
