"""Coming and going, died in at every SQL statement: no session without its event, no lock without its own."""

from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from guandu.accounts.models import PasswordRecord, User
from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core import clock
from tests.accounts.test_second_factor import code, give_generator, show
from tests.crash import crash_everywhere, tell
from tests.factories import PASSWORD, make_demonstration, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.feature("X5")]


def let_in(user: User) -> int:
    """Sessions in which the person is let in, each of them listed."""
    keys = [
        row.session_key
        for row in Session.objects.all()
        if row.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    assert set(keys) <= set(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    return len(keys)


def events(verb: str, outcome: str = "done") -> int:
    return AuditEvent.objects.filter(verb=verb, outcome=outcome).count()


BROWSER = Client()


def enter(username: str, password: str = PASSWORD) -> Client:
    """From a browser that holds nothing; one for all, because each new one sets every middleware up."""
    BROWSER.cookies.clear()
    BROWSER.post(reverse("accounts:sign-in"), {"username": username, "password": password})
    return BROWSER


def kept(model: type[Model]) -> Callable[[], None]:
    """Puts the rows that the table has now back into it."""
    rows = list(model.objects.all())

    def put_back() -> None:
        model.objects.all().delete()
        model.objects.bulk_create(rows)

    return put_back


def sign_all_out() -> None:
    Session.objects.all().delete()
    UserSession.objects.all().delete()


@pytest.fixture
def die(prove_figure) -> Callable[..., None]:
    """Die in a step at every statement: each time all of `counts` rise as `after` says, or none does.

    `begin` makes the world that the step starts from.
    """

    def run(step, counts: Callable[[], tuple], after: tuple, begin=lambda: None) -> None:
        base: tuple = ()

        def written() -> tuple:
            return tuple(now - then for now, then in zip(counts(), base, strict=True))

        def anew() -> None:
            nonlocal base
            begin()
            base = counts()

        anew()
        crashes = crash_everywhere(step, written=written, allowed=[after, (0,) * len(after)], repair=anew)
        assert written() == after
        assert list(trail.verify()) == []
        assert crashes >= 5
        tell(prove_figure, crashes)

    return run


# Let in


@pytest.mark.parametrize("how", ["password", "demonstration", "code"])
def test_who_is_let_in_is_in_the_trail_and_in_the_list_or_is_not_let_in(how, die):
    make_demonstration()
    user = make_user("office", username="someone", is_demo=how == "demonstration")
    secret = give_generator(user) if how == "code" else ""
    enter("someone", "wrong")
    failed, fresh = kept(AccessAttempt), kept(Authenticator)

    def step() -> None:
        if how == "demonstration":
            BROWSER.cookies.clear()
            BROWSER.post(reverse("accounts:demo-sign-in"), {"username": "someone"})
        else:
            enter("someone")
        if how == "code":
            show(BROWSER, code(secret))

    def begin() -> None:
        """A code is good once, also where the portal died of it."""
        sign_all_out()
        failed()
        fresh()

    die(
        step,
        lambda: (let_in(user), events("session.sign_in"), AccessAttempt.objects.count()),
        (1, 1, -1),
        begin,
    )


# Gone


@pytest.mark.parametrize("why", ["asked for", "idle"])
def test_who_is_gone_is_gone_from_the_list_too_and_the_trail_says_so(why, office, die):
    def begin() -> None:
        sign_all_out()
        enter("office")

    def step() -> None:
        if why == "idle":
            with time_machine.travel(clock.now() + timedelta(minutes=40)):
                BROWSER.get("/")
        else:
            BROWSER.post(reverse("accounts:sign-out"))

    def counts() -> tuple[int, int, int]:
        return Session.objects.count(), UserSession.objects.count(), events("session.sign_out")

    die(step, counts, (-1, -1, 1), begin)


# Refused


def counted() -> tuple[int, int, int, int]:
    """What the lock-out counts, and what the trail says of it."""
    failures = sum(AccessAttempt.objects.values_list("failures_since_start", flat=True))
    said = events("session.sign_in", "denied"), events("session.lock")
    return failures, AccessFailureLog.objects.count(), *said


@pytest.mark.parametrize(
    ("before", "after"),
    [(0, (1, 1, 1, 0)), (4, (1, 1, 0, 1)), (5, (1, 0, 0, 0))],
    ids=["the first", "the lock", "after the lock"],
)
def test_a_refused_attempt_is_counted_and_recorded_or_neither(before, after, office, die):
    """A lock that is counted and not recorded would never be recorded."""
    for _ in range(before):
        enter("office", "wrong")
    attempts, log = kept(AccessAttempt), kept(AccessFailureLog)

    def begin() -> None:
        attempts()
        log()

    die(lambda: enter("office", "wrong"), counted, after, begin)


def test_a_wrong_old_password_too(office, sign_in, die):
    client = sign_in(office)
    given = {"old": "wrong", "new": "Another-2026-word", "again": "Another-2026-word"}
    attempts, log = kept(AccessAttempt), kept(AccessFailureLog)

    def begin() -> None:
        attempts()
        log()

    die(lambda: client.post(reverse("accounts:password"), given), counted, (1, 1, 1, 0), begin)


# One's own new password


def test_a_changed_password_ends_the_other_sessions_with_the_old_one(office, prove_figure):
    """Once the password is changed, whoever dies of it signs in again with the new one."""
    row = User.objects.filter(pk=office.pk)
    (old,), here = list(row.values("password", "password_changed_at")), Client()
    records = kept(PasswordRecord)
    given = {"old": PASSWORD, "new": "Another-2026-word", "again": "Another-2026-word"}

    def before() -> None:
        sign_all_out()
        records()
        row.update(**old)
        here.cookies = SimpleCookie(enter("office").cookies.output(header=""))
        enter("office")

    def written() -> tuple[bool, bool]:
        """Whether it is changed, and whether another session still lets in."""
        changed = row.get().check_password(given["new"])
        assert changed or (row.get().check_password(PASSWORD) and not PasswordRecord.objects.exists())
        valid = [each for each in Session.objects.all() if still_holds(each, row.get())]
        return changed, len(valid) > 1

    before()
    crashes = crash_everywhere(
        lambda: here.post(reverse("accounts:password"), given),
        written=written, allowed=[(False, True), (True, False)], repair=before,
    )  # fmt: skip
    assert crashes > 20
    assert written() == (True, False)
    assert here.get("/").status_code == 200
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def still_holds(session: Session, user: User) -> bool:
    """Whether the session was made with the password that the person has now."""
    return session.get_decoded().get(HASH_SESSION_KEY) == user.get_session_auth_hash()
