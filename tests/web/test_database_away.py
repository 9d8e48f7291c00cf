"""The database is away: the answer says so and when to try again, and asks the database nothing."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def away(execute, sql, params, many, context):
    raise OperationalError("the database system is shutting down")


@pytest.mark.parametrize(("method", "name"), [("get", "portal:home"), ("post", "accounts:sign-out")])
def test_whoever_asks_meanwhile_hears_503_and_when_to_come_back(method, name, office, sign_in):
    client = sign_in(office, client=Client(raise_request_exception=False))
    with connection.execute_wrapper(away):
        answer = getattr(client, method)(reverse(name))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "系统暂时连不上数据库" in answer.content.decode()
    assert client.get(reverse("portal:home")).status_code == 200


def test_one_that_goes_away_when_the_session_is_stored_is_no_bad_request(office, sign_in):
    """What was asked for is done by then; who asks again is told so."""

    def away_for_sessions(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            away(execute, sql, params, many, context)
        return execute(sql, params, many, context)

    client = sign_in(office, client=Client(raise_request_exception=False))
    with connection.execute_wrapper(away_for_sessions):
        answer = client.post(reverse("officers:away"), {"since": "", "until": ""})
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert client.post(reverse("officers:away"), {"since": "", "until": ""}).status_code == 302


def test_a_session_that_is_gone_still_is_one(office, sign_in):
    client = sign_in(office, client=Client(raise_request_exception=False))

    def gone(execute, sql, params, many, context):
        if sql.startswith('UPDATE "django_session"'):
            execute('DELETE FROM "django_session"', (), False, context)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(gone):
        answer = client.post(reverse("officers:away"), {"since": "", "until": ""})
    assert answer.status_code == 400


def test_the_interface_too(office, sign_in):
    client = sign_in(office, client=Client(raise_request_exception=False))
    with connection.execute_wrapper(away):
        answer = client.get("/api/v1/parks/")
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (503, "application/json")
    assert int(answer.headers["Retry-After"]) > 0
