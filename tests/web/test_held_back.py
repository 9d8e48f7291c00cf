"""Who must first change his password, or show a second factor, reaches that and the way out: nothing else of
the whole portal."""

import pytest
from django.test import Client
from django.urls import reverse

from guandu.accounts.models import User
from tests.factories import PASSWORD
from tests.permissions.matrix import expectations, paths
from tests.permissions.world import World

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {"healthz"}
# Whatever the sign-in pages answer to somebody who is signed in already, they show nothing of the portal.
SIGN_IN = ("accounts/sign-in/", "accounts/single-sign-on/")


def entered(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.post(reverse("accounts:sign-in"), {"username": user.username, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def reached(client: Client, world: World, led_to: str, code: str) -> set[str]:
    """The routes that answer otherwise than by leading to `led_to`, or refusing with `code`."""
    found = set()
    for each in expectations().values():
        address = next(iter(paths(each, world).values()))
        response = client.get(address)
        refused = (
            response.status_code == 403 and response.json().get("code") == code
            if address.startswith("/api/")
            else False
        )
        led = response.status_code == 302 and response["Location"].startswith(led_to)
        if not (refused or led or response.status_code in {404, 405}):
            found.add(each.route)
    return {route for route in found if not route.startswith(SIGN_IN)}


@pytest.mark.feature("X5")
def test_who_must_change_his_password_reaches_nothing_else(world: World):
    User.objects.filter(pk=world.people["office"].pk).update(must_change_password=True)
    client = entered(world.people["office"])
    found = reached(client, world, reverse("accounts:password"), "password_due")
    assert found == {"accounts/password/", *OPEN_TO_ALL}
    assert client.get("/").headers["Location"] == reverse("accounts:password")
    assert client.post(reverse("accounts:sign-out")).headers["Location"] == reverse("accounts:sign-in")


@pytest.mark.feature("X5")
@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
def test_an_administrator_without_a_second_factor_reaches_nothing_else(role, world: World):
    enrol = "/accounts/factor/enrol/"
    client = entered(world.people[role])
    found = reached(client, world, enrol, "second_factor_required")
    assert {enrol.lstrip("/"), "accounts/password/"} <= found
    assert found <= {
        enrol.lstrip("/"),
        "accounts/password/",
        "accounts/confirm/",
        "accounts/confirm/code/",
        *OPEN_TO_ALL,
    }
