"""A clean trail is never accused: random histories with everything that may happen to one."""

from contextlib import suppress
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given, settings as hypothesis, strategies as st

from guandu.accounts.models import Unit
from guandu.audit import anchors, denials
from guandu.audit.actions import about, action, edit, enter, removed
from guandu.audit.models import AuditEvent
from guandu.audit.verification import Verification
from guandu.core import clock
from guandu.core.actors import COMMAND_LINE, LOADER, Service
from guandu.core.errors import NotAllowed, NotReady
from guandu.oversight.actions import archive as archiving
from guandu.oversight.actions.checks import WATCH, check
from tests.factories import make_unit, next_number

SAID = st.text(
    alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=40
).filter(str.strip)
STEP = st.one_of(
    st.tuples(st.just("write"), SAID),
    st.tuples(st.just("nested"), st.integers(0, 3)),
    st.tuples(st.just("swallowed"), SAID),
    st.tuples(st.just("failed"), SAID),
    st.tuples(st.just("denied"), SAID),
    st.tuples(st.just("refused page"), SAID),
    st.tuples(st.just("rolled back"), SAID),
    st.tuples(st.just("edited"), SAID),
    st.tuples(st.just("removed"), SAID),
    st.tuples(st.just("decided"), SAID),
    st.tuples(st.just("rotate"), st.integers(0, 9)),
    st.tuples(st.just("algorithm"), st.sampled_from(["sha256", "sm3"])),
    st.tuples(st.just("anchor"), st.none()),
    st.tuples(st.just("check"), st.sampled_from(["watch", "full"])),
    st.tuples(st.just("archive"), st.none()),
)
HISTORY = st.tuples(st.lists(STEP, max_size=14), st.lists(STEP, max_size=14))


@action("unit.test_history")
def write(*, name: str, by, outcome: Exception | None = None) -> Unit:
    unit = enter(Unit(code=f"H{next_number()}", name=f"名{name[:30]}", kind="street"))
    if outcome:
        raise outcome
    return unit


@action("title.award")
def decide(*, name: str, by) -> None:
    write(name=name, by=by)


@action("unit.test_nested")
def nest(*, depth: int, by, broken: str = "") -> None:
    about(make_unit(code=f"H{next_number()}"), reason="嵌套")
    write(name="外", by=by)
    if broken:
        with suppress(RuntimeError):
            write(name=broken, by=by, outcome=RuntimeError())
    if depth:
        nest(depth=depth - 1, by=by)


@action("unit.test_change")
def change(*, name: str, by) -> None:
    edit(write(name=name, by=by), {"name": "改" + name[:30]}, editable=frozenset({"name"}))


@action("unit.test_remove")
def remove(*, by) -> None:
    unit = write(name="去", by=by)
    removed(unit)
    unit.delete()


def step(kind: str, said, keys: list[str]) -> None:
    if kind == "write":
        write(name=said, by=Service("someone", said))
    elif kind == "nested":
        nest(depth=said, by=LOADER)
    elif kind == "swallowed":
        nest(depth=1, by=LOADER, broken=said)
    elif kind == "failed":
        with pytest.raises(RuntimeError):
            write(name=said, by=LOADER, outcome=RuntimeError())
    elif kind == "denied":
        with pytest.raises(NotAllowed):
            write(name=said, by=LOADER, outcome=NotAllowed(said))
    elif kind == "refused page":
        denials.record(by=LOADER, route=said, reason=said)
    elif kind == "rolled back":
        with transaction.atomic():
            write(name=said, by=LOADER)
            transaction.set_rollback(True)
    elif kind == "edited":
        change(name=said, by=LOADER)
    elif kind == "removed":
        remove(by=LOADER)
    elif kind == "decided":
        decide(name=said, by=LOADER)
    elif kind == "rotate":
        keys.append(f"key number {said} of this history " + "k" * 20)
        settings.AUDIT_KEY, settings.AUDIT_KEY_FALLBACKS = keys[-1], keys[:-1]
    elif kind == "algorithm":
        settings.AUDIT_HASH = said
    elif kind == "anchor":
        anchors.write()
    elif kind == "check":
        anchors.write()
        assert check(said, WATCH).breaks == [] or not AuditEvent.objects.exists()
    elif kind == "archive":
        archive()


def archive() -> None:
    with suppress(NotReady):
        archiving.archive(before=clock.real_today() - timedelta(days=184), by=COMMAND_LINE)


def live(history) -> None:
    """An old part, half a year and more ago, and a young one, which may archive the old."""
    old, young = history
    keys = [settings.AUDIT_KEY]
    with time_machine.travel(clock.now() - timedelta(days=260), tick=True):
        for kind, said in old:
            if kind != "archive":
                step(kind, said, keys)
    for kind, said in young:
        step(kind, said, keys)
    anchors.write()


def accusations(history) -> list[str]:
    """What the check says of a clean history, from its start and again from the middle."""
    anchors.path().unlink(missing_ok=True)
    before = (settings.AUDIT_KEY, settings.AUDIT_KEY_FALLBACKS, settings.AUDIT_HASH)
    with transaction.atomic():
        try:
            live(history)
            found = [str(each) for each in Verification().breaks()]
            if AuditEvent.objects.exists():
                kept = check("watch", WATCH)
                found += kept.breaks
        finally:
            settings.AUDIT_KEY, settings.AUDIT_KEY_FALLBACKS, settings.AUDIT_HASH = before
            transaction.set_rollback(True)
    return found


SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.django_db
@pytest.mark.feature("X1")
@hypothesis(max_examples=25, suppress_health_check=SLOW, deadline=None)
@given(HISTORY)
def test_a_clean_history_is_never_accused(history):
    assert accusations(history) == []


@pytest.mark.prove
@pytest.mark.django_db
@pytest.mark.feature("X1")
def test_no_false_alarm_in_a_thousand_histories(prove_figure):
    seen = {"histories": 0}

    @hypothesis(max_examples=1000, suppress_health_check=SLOW, deadline=None, database=None)
    @given(HISTORY)
    def tried(history):
        seen["histories"] += 1
        assert accusations(history) == []

    tried()
    assert seen["histories"] >= 1000
    prove_figure("审计链误报（随机历史）", f"0/{seen['histories']}")
