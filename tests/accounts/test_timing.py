"""Nothing to learn from timing: refusals of every kind, compared with real hashing, on a real clock."""

import random
import statistics
import time

import pytest
from axes.models import AccessFailureLog
from django.test import Client
from django.urls import reverse

from guandu.accounts.lockout import name_key
from guandu.core import clock
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.prove]

TRIES = 200
# By chance alone one of twelve rounds of so many tries is worse than WORST: as many more are made.
ROUNDS = 4
WORST = 0.55
# A refusal takes as long as the portal says, which is so many times what it needs, on any machine.
LEISURE = 3


def likelihood(slower: list[float], faster: list[float]) -> float:
    """How often one of `slower` took longer than one of `faster`, ties as half; folded to 0.5 and up."""
    wins = sum((a > b) + (a == b) / 2 for a in slower for b in faster)
    share = wins / (len(slower) * len(faster))
    return max(share, 1 - share)


@pytest.fixture
def real(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    make_user("leader", username="nobody")
    needed = [seconds("nobody", "wrong", f"10.9.9.{number}") for number in range(20)]
    settings.REFUSED_SIGN_IN_SECONDS = LEISURE * statistics.median(needed)


def seconds(username: str, password: str, address: str) -> float:
    client = Client(REMOTE_ADDR=address)
    begun = time.perf_counter()
    client.post(reverse("accounts:sign-in"), {"username": username, "password": password})
    return time.perf_counter() - begun


@pytest.mark.feature("X5")
@pytest.mark.parametrize("kind", ["unknown", "closed", "no password", "locked"])
def test_a_refusal_takes_as_long_as_a_wrong_password(kind, real, prove_figure):
    taken: dict[str, list[float]] = {"wrong": [], kind: []}
    for round_ in range(ROUNDS):
        for each, name, address in _tries(kind, round_):
            taken[each].append(seconds(name, "wrong" if each == "wrong" else PASSWORD, address))
        figure = likelihood(taken["wrong"], taken[kind])
        if figure <= WORST:
            break
    tries = len(taken[kind])
    prove_figure(f"sign-in timing, wrong password against {kind}", f"AUC {figure:.3f} over {tries}+{tries}")
    assert figure <= WORST


def _tries(kind: str, round_: int) -> list[tuple[str, str, str]]:
    """Each under a name and from an address of its own, in random order, so that no count and no warm
    cache tells the two apart."""
    numbers = range(round_ * TRIES, (round_ + 1) * TRIES)
    wrong = [("wrong", make_user("leader", username=f"person-{number}").username) for number in numbers]
    tries = [*wrong, *((kind, _account(kind, number)) for number in numbers)]
    random.Random(7 + round_).shuffle(tries)
    return [
        (each, name, f"10.{round_}.{number // 250}.{number % 250}")
        for number, (each, name) in enumerate(tries)
    ]


def _account(kind: str, number: int) -> str:
    name = f"{kind.replace(' ', '-')}-{number}"
    if kind == "unknown":
        return name
    user = make_user("leader", username=name, is_active=kind != "closed")
    if kind == "no password":
        user.set_unusable_password()
        user.save()
    if kind == "locked":
        _lock(name)
    return name


def _lock(name: str) -> None:
    """From twenty addresses, so that it is locked from every other."""
    rows = [
        AccessFailureLog(username=name_key(name), attempt_time=clock.now(), locked_out=False)
        for _ in range(20)
    ]
    AccessFailureLog.objects.bulk_create(rows)
