"""The chain: a clean one is never accused, every way of tampering is found and named."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from guandu.accounts.models import Unit
from guandu.audit.actions import action, enter
from guandu.audit.models import AuditEvent
from guandu.audit.trail import event_hash, verify
from guandu.audit.words import type_in_words, verb_in_words
from guandu.core.actors import LOADER
from tests.plugins.flush import without_guards

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X1")]


@action("unit.test_chain")
def add(*, code, by):
    enter(Unit(code=code, name=f"单位{code}", kind="street"))


@pytest.fixture
def chain():
    for number in range(1, 6):
        add(code=f"U{number}", by=LOADER)


def tamper(*statements: str) -> list[tuple[int, str]]:
    with without_guards(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return [(found.seq, found.sentence) for found in verify()]


def of(seq: int) -> str:
    return f"(SELECT id FROM audit_auditevent WHERE seq = {seq})"  # noqa: S608


def test_a_clean_chain_is_never_accused(chain):
    assert list(verify()) == []
    assert [event.seq for event in AuditEvent.objects.order_by("seq")] == [1, 2, 3, 4, 5]


def test_an_empty_trail_holds():
    assert list(verify()) == []


@pytest.mark.parametrize(
    "column",
    ["actor_key", "actor_name", "actor_kind", "verb", "outcome", "object_type", "object_key", "object_name",
     "reason", "request_id", "address", "changes_digest"],
)  # fmt: skip
def test_a_changed_field_is_named(chain, column):
    found = tamper(f"UPDATE audit_auditevent SET {column} = 'x' WHERE seq = 3")  # noqa: S608
    assert (3, "记录内容被改动") in found
    assert {seq for seq, _ in found} == {3}


def test_a_changed_time_is_named(chain):
    found = tamper("UPDATE audit_auditevent SET at = '2020-01-01 00:00:00' WHERE seq = 2")
    assert found == [(2, "记录内容被改动")]


def test_a_changed_detail_is_named(chain):
    found = tamper(f"UPDATE audit_auditchange SET after = '{{\"name\": \"x\"}}' WHERE event_id = {of(4)}")  # noqa: S608
    assert found == [(4, "变更明细被改动")]


def test_a_removed_detail_is_named(chain):
    assert tamper(f"DELETE FROM audit_auditchange WHERE event_id = {of(4)}") == [(4, "变更明细被改动")]  # noqa: S608


def test_an_added_detail_is_named(chain):
    found = tamper(
        "INSERT INTO audit_auditchange (event_id, position, object_type, object_key, object_name, before, after) "
        f"SELECT event_id, 9, object_type, object_key, object_name, before, after "
        f"FROM audit_auditchange WHERE event_id = {of(4)}"  # noqa: S608
    )
    assert found == [(4, "变更明细被改动")]


def test_a_removed_record_is_named(chain):
    found = tamper(
        f"DELETE FROM audit_auditchange WHERE event_id = {of(3)}", "DELETE FROM audit_auditevent WHERE seq = 3"  # noqa: S608
    )
    assert found == [(4, "第 3 条起缺少 1 条记录"), (4, "与前一条记录衔接不上")]


def test_a_cut_end_is_named(chain):
    found = tamper(
        f"DELETE FROM audit_auditchange WHERE event_id = {of(5)}", "DELETE FROM audit_auditevent WHERE seq = 5"  # noqa: S608
    )
    assert found == [(5, "链末端应为第 5 条，实际到第 4 条")]


def test_swapped_records_are_named(chain):
    found = tamper(
        "UPDATE audit_auditevent SET seq = 99 WHERE seq = 2",
        "UPDATE audit_auditevent SET seq = 2 WHERE seq = 3",
        "UPDATE audit_auditevent SET seq = 3 WHERE seq = 99",
    )
    assert {seq for seq, _ in found} >= {2, 3}


def test_a_rewritten_record_breaks_the_next_link(chain):
    """Whoever recomputes the hash of one record would have to recompute all that follow."""
    event = AuditEvent.objects.get(seq=3)
    event.actor_name = "别人"
    found = tamper(
        "UPDATE audit_auditevent SET actor_name = '别人' WHERE seq = 3",
        f"UPDATE audit_auditevent SET hash = '{event_hash(event)}' WHERE seq = 3",  # noqa: S608
    )
    assert found == [(4, "与前一条记录衔接不上")]


def test_the_command_names_what_is_broken(chain):
    out = StringIO()
    call_command("anchor_audit", stdout=out)
    call_command("verify_audit", stdout=out)
    assert "末端第 5 条" in out.getvalue()
    tamper("UPDATE audit_auditevent SET verb = 'x' WHERE seq = 3")
    with pytest.raises((CommandError, SystemExit)):
        call_command("verify_audit", stdout=out, stderr=out)


def test_words_stand_for_verbs():
    assert verb_in_words("park.update") == "修改园区"
    assert verb_in_words("grant.revoke") == "收回授权"
    assert verb_in_words("strange.thing") == "strange.thing"
    assert type_in_words("parks.park") == "园区"
    assert type_in_words("gone.model") == "gone.model"
