"""Tokens of the interface: they end, they travel in the header only, they open no page."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from knox.models import AuthToken

from guandu.accounts.actions import tokens, users
from guandu.core import clock
from guandu.core.errors import Invalid
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

PARKS = "/api/v1/parks/"


def ask(client, token: str, path: str = PARKS):
    return client.get(path, headers={"authorization": f"Token {token}"})


def test_a_token_ends_after_half_a_year(client, system_admin, api_client):
    token = tokens.issue(user=api_client, by=system_admin)
    with time_machine.travel(clock.now() + timedelta(days=179)):
        assert ask(client, token).status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=181)):
        assert ask(client, token).status_code == 401


def test_or_when_it_was_said(client, system_admin, api_client):
    token = tokens.issue(user=api_client, days=10, by=system_admin)
    with time_machine.travel(clock.now() + timedelta(days=11)):
        assert ask(client, token).status_code == 401


@pytest.mark.parametrize("days", [0, -1, 366])
def test_never_longer_than_a_year(days, system_admin, api_client):
    with pytest.raises(Invalid, match="1 至 365 天"):
        tokens.issue(user=api_client, days=days, by=system_admin)
    assert not AuthToken.objects.exists()


def test_the_command_says_how_long(api_client):
    call_command("api_token", "api-client", days=30)
    left = AuthToken.objects.get().expiry - clock.now()
    assert timedelta(days=29) < left <= timedelta(days=30)
    with pytest.raises(CommandError, match="365"):
        call_command("api_token", "api-client", days=400)


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "Authorization", "TOKEN"])
def test_a_token_in_the_address_is_refused_whatever_it_is_called(name, client, system_admin, api_client):
    token = tokens.issue(user=api_client, by=system_admin)
    for response in (client.get(PARKS, {name: token}), ask(client, token, f"{PARKS}?{name}={token}")):
        assert response.status_code == 400
        assert "令牌不能写在地址里" in response.json()["message"]
        assert token not in response.content.decode()


def test_the_token_of_a_disabled_account_is_worth_nothing(client, system_admin, api_client):
    token = tokens.issue(user=api_client, by=system_admin)
    type(api_client).objects.filter(pk=api_client.pk).update(is_active=False)
    assert ask(client, token).status_code == 401
    type(api_client).objects.filter(pk=api_client.pk).update(is_active=True)
    users.disable(user=api_client, by=system_admin)
    assert not AuthToken.objects.exists()


def test_the_account_of_another_system_opens_no_page(client, api_client):
    answer = client.post(reverse("accounts:sign-in"), {"username": "api-client", "password": PASSWORD})
    assert "账号或口令不正确" in answer.content.decode()
    client.force_login(api_client)
    assert client.get("/").status_code == 302
    assert client.get(PARKS).status_code == 401
