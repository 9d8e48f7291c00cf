"""Ten kinds of tampering, the guards out of the way: each is found, and its place is named."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line

from guandu.audit import anchors
from guandu.audit.verification import Verification
from tests.audit.tampering import KINDS, grow
from tests.plugins.flush import without_guards

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X1")]
LENGTH = 8


@pytest.fixture(params=["sha256", "sm3"])
def chain(request, settings) -> int:
    """Anchored after the fourth and the last event."""
    settings.AUDIT_HASH = request.param
    grow(4)
    anchors.write()
    grow(LENGTH - 4, prefix="V")
    anchors.write()
    assert list(Verification().breaks()) == []
    return LENGTH


@pytest.mark.parametrize("kind", KINDS)
def test_tampering_is_found_with_its_place(chain, kind, prove_figure):
    with without_guards():
        place = KINDS[kind](chain)
    found = list(Verification().breaks())
    assert found, f"{kind} was not seen"
    assert found[0].seq == place
    out = StringIO()
    with pytest.raises(CommandError) as told:
        call_command("verify_audit", stdout=out)
    assert told.value.returncode == 2
    assert out.getvalue().startswith(f"第 {place} 条")
    assert out.getvalue().count("\n") == 1
    prove_figure("篡改方式（每种两种算法）被发现", 1)


def test_the_ten_kinds_are_those_that_were_asked_for():
    assert list(KINDS) == [
        "edit_field", "edit_time", "swap_two", "delete_middle", "delete_tail", "truncate_and_regrow", "insert_forged",
        "edit_payload", "rewrite_without_key", "restore_backup",
    ]  # fmt: skip


def test_the_command_ends_with_two_when_something_is_broken_and_with_nothing_when_not(chain, monkeypatch):
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)
    execute_from_command_line(["manage.py", "verify_audit"])
    with without_guards():
        KINDS["edit_payload"](chain)
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", "verify_audit"])
    assert ended.value.code == 2


def test_a_tail_cut_before_the_next_anchor_is_found_by_the_head_alone(chain):
    from tests.audit.tampering import run

    with without_guards():
        run(
            "DELETE FROM audit_auditchange WHERE event_id = (SELECT id FROM audit_auditevent WHERE seq = 8)",
            "DELETE FROM audit_auditevent WHERE seq = 8",
        )
    assert [each.seq for each in Verification().breaks()][0] == 8


def test_a_missing_anchor_file_has_its_own_sentence(chain):
    anchors.path().unlink()
    assert [each.sentence for each in Verification().breaks()] == ["有审计记录，但锚定文件不存在"]


def test_missing_guards_are_named(chain):
    from django.db import connection

    from guandu.audit.triggers import GUARDS
    from guandu.core.triggers import create_all, drop_all

    taken = [guard for guard in GUARDS if guard.name == "audit_auditevent_no_update"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    drop_all(taken, connection)
    try:
        (found,) = Verification().breaks()
        assert "audit_auditevent_no_update" in found.sentence
    finally:
        create_all(taken, connection)
