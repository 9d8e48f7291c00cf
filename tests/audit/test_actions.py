"""The one write path: one event for the outermost action, nothing of what failed, denials kept."""

import pytest
from django.db import transaction

from guandu.accounts.models import Unit
from guandu.audit.actions import about, action, created, edit, enter, removed, updated
from guandu.audit.changes import snapshot
from guandu.audit.models import AuditChange, AuditEvent
from guandu.core.actors import LOADER
from guandu.core.context import RequestInfo, request_info
from guandu.core.errors import Conflict, Invalid, NotAllowed
from tests.factories import make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X1")]


@action("unit.test_enter")
def enter_unit(*, code, by, fail=None):
    unit = enter(Unit(code=code, name=f"单位{code}", kind="street"))
    if fail:
        raise fail
    return unit


@action("unit.test_outer")
def outer(*, codes, by, swallow=False):
    about(make_unit(code="OUTER"), reason="试验")
    for code in codes:
        try:
            enter_unit(code=code, by=by, fail=RuntimeError() if code.startswith("BAD") else None)
        except RuntimeError:
            if not swallow:
                raise


def test_one_event_with_every_change_of_inner_actions():
    outer(codes=["A", "B"], by=LOADER)
    event = AuditEvent.objects.get()
    assert (event.verb, event.object_key, event.reason) == ("unit.test_outer", "OUTER", "试验")
    assert list(event.changes.values_list("object_key", flat=True)) == ["A", "B"]


def test_what_a_failed_inner_action_did_is_dropped():
    outer(codes=["A", "BAD", "B"], by=LOADER, swallow=True)
    assert list(AuditChange.objects.values_list("object_key", flat=True)) == ["A", "B"]
    assert not Unit.objects.filter(code="BAD").exists()


def test_a_failure_leaves_nothing_and_no_event():
    with pytest.raises(RuntimeError):
        outer(codes=["A", "BAD"], by=LOADER)
    assert not Unit.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_denial_is_kept_after_everything_was_rolled_back():
    with pytest.raises(NotAllowed):
        enter_unit(code="A", by=LOADER, fail=NotAllowed("您没有权限。"))
    assert not Unit.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.outcome, event.reason, event.object_key) == ("denied", "您没有权限。", "A")
    assert event.changes.count() == 0


def test_a_denial_of_an_inner_action_is_one_event_of_the_outer():
    @action("unit.test_around")
    def around(*, by):
        enter_unit(code="A", by=by)
        enter_unit(code="B", by=by, fail=NotAllowed("不行。"))

    with pytest.raises(NotAllowed):
        around(by=LOADER)
    assert [(e.verb, e.outcome) for e in AuditEvent.objects.all()] == [("unit.test_around", "denied")]


def test_after_a_failure_the_next_action_starts_anew():
    with pytest.raises(RuntimeError):
        enter_unit(code="A", by=LOADER, fail=RuntimeError())
    enter_unit(code="B", by=LOADER)
    assert AuditEvent.objects.get().changes.get().object_key == "B"


def test_recording_outside_an_action_is_a_mistake():
    with pytest.raises(RuntimeError, match="inside an @action"):
        created(make_unit())


def test_an_action_takes_keywords_only():
    with pytest.raises(TypeError):
        enter_unit("A", by=LOADER)


def test_an_event_says_who_asked_from_where():
    with request_info(RequestInfo("req-1", "10.1.2.3")):
        enter_unit(code="A", by=LOADER)
    event = AuditEvent.objects.get()
    assert (event.actor_kind, event.actor_name, event.address) == ("service", "数据载入", "10.1.2.3")
    assert event.request_id == "req-1"


def test_nothing_altered_is_no_change():
    unit = make_unit()

    @action("unit.test_touch")
    def touch(*, by):
        assert not updated(unit, snapshot(unit))
        assert edit(unit, {"name": unit.name}, editable=frozenset({"name"})).pk == unit.pk

    touch(by=LOADER)
    assert AuditEvent.objects.get().changes.count() == 0


def test_an_edit_names_what_is_wrong_and_what_was_changed_meanwhile():
    unit = make_unit(name="原名")
    seen = snapshot(unit)
    Unit.objects.filter(pk=unit.pk).update(name="他人改名")

    @action("unit.test_edit")
    def change(*, values, by, seen=None):
        return edit(unit, values, editable=frozenset({"name", "kind"}), seen=seen)

    with pytest.raises(Conflict) as conflict:
        change(values={"name": "我改名"}, seen=seen, by=LOADER)
    assert conflict.value.changes == (("单位名称", "他人改名", "我改名"),)
    with pytest.raises(Invalid) as wrong:
        change(values={"kind": "planet"}, by=LOADER)
    assert [name for name, _ in wrong.value.errors] == ["kind"]
    with pytest.raises(Invalid, match="code"):
        change(values={"code": "X"}, by=LOADER)


def test_a_removed_row_is_kept_in_the_trail():
    unit = make_unit(name="将撤销")

    @action("unit.test_remove")
    def remove(*, by):
        removed(unit)
        unit.delete()

    remove(by=LOADER)
    change = AuditChange.objects.get()
    assert change.after is None
    assert change.before["name"] == "将撤销"


def test_the_surrounding_transaction_takes_the_event_with_it():
    with transaction.atomic():
        enter_unit(code="A", by=LOADER)
        transaction.set_rollback(True)
    assert not AuditEvent.objects.exists()
