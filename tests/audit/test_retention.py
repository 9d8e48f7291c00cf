"""Kept half a year by a rule that refuses, and longer where a decision rests on it."""

import gzip
import json
from datetime import date, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from guandu.accounts.models import Unit
from guandu.audit import anchors, archives
from guandu.audit.actions import action, enter
from guandu.audit.models import AuditArchive, AuditChange, AuditEvent
from guandu.audit.triggers import KEEP_DAYS
from guandu.audit.verification import Verification
from guandu.core import clock
from guandu.core.actors import COMMAND_LINE, LOADER
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.oversight.actions.archive import archive
from guandu.oversight.actions.checks import WATCH, check
from tests.audit.tampering import grow
from tests.plugins.flush import without_guards

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X4")]


@action("title.award")
def decide(*, code: str, by) -> Unit:
    return enter(Unit(code=code, name=f"认定{code}", kind="street"))


def days_ago(days: int):
    return time_machine.travel(clock.now() - timedelta(days=days), tick=True)


def newest_day() -> date:
    return clock.real_today() - timedelta(days=KEEP_DAYS)


@pytest.fixture
def trail() -> None:
    """Five old events, the third and fifth decisions; anchored; then three young ones, anchored."""
    with days_ago(300):
        grow(2, "A")
        decide(code="D1", by=LOADER)
        grow(1, "B")
        decide(code="D2", by=LOADER)
        anchors.write()
    with days_ago(30):
        grow(3, "C")
        anchors.write()


def breaks() -> list[str]:
    return [str(each) for each in Verification().breaks()]


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_old_goes_to_a_file_and_decisions_stay(trail):
    made = archive(before=newest_day(), by=COMMAND_LINE)
    assert (made.from_seq, made.to_seq, made.kept, made.removed) == (1, 5, 2, 3)
    assert list(AuditEvent.objects.order_by("seq").values_list("seq", flat=True)) == [3, 5, 6, 7, 8, 9]
    assert list(AuditChange.objects.order_by("event__seq").values_list("object_key", flat=True)[:2]) == [
        "D1",
        "D2",
    ]
    assert AuditEvent.objects.get(seq=9).verb == "audit.archive"
    with gzip.open(archives.path(made), "rt") as file:
        events = [json.loads(text) for text in file]
    assert [event["seq"] for event in events] == [1, 2, 3, 4, 5]
    assert events[0]["changes"][0][1] == "A1"
    assert breaks() == []
    anchors.write()
    assert breaks() == []


def test_a_second_archive_goes_on_where_the_first_ended(trail):
    archive(before=clock.real_today() - timedelta(days=299), by=COMMAND_LINE)
    with time_machine.travel(clock.now() + timedelta(days=200)):
        made = archive_without_the_clock_of_the_database()
    assert (made.from_seq, made.to_seq) == (6, 9)
    assert breaks() == []


def archive_without_the_clock_of_the_database() -> AuditArchive:
    """The database's own clock cannot travel, so its guard would rightly refuse."""
    with without_guards():
        return archive(before=newest_day(), by=COMMAND_LINE)


def test_younger_than_six_months_is_refused_in_words(trail):
    assert KEEP_DAYS >= 184
    with pytest.raises(Invalid, match="至少保存六个月"):
        archive(before=newest_day() + timedelta(days=1), by=COMMAND_LINE)
    with pytest.raises(CommandError, match="至少保存六个月"):
        call_command("archive_audit", "--before", clock.real_today().isoformat())
    assert AuditEvent.objects.count() == 8


def test_nothing_old_enough_says_so():
    grow(2)
    with pytest.raises(NotReady, match="没有尚未归档"):
        archive(before=newest_day(), by=COMMAND_LINE)
    assert not AuditArchive.objects.exists()


def test_no_person_archives_the_audit_administrator_included(trail, audit_admin, system_admin):
    for person in (audit_admin, system_admin):
        with pytest.raises(NotAllowed):
            archive(before=newest_day(), by=person)
    assert AuditEvent.objects.filter(seq__lte=8).count() == 8


def test_the_command_says_what_it_moved(trail):
    out = StringIO()
    call_command("archive_audit", "--before", newest_day().isoformat(), stdout=out)
    assert "长期保留 2 条，移出 3 条" in out.getvalue()
    with pytest.raises(CommandError, match="应为日期"):
        call_command("archive_audit", "--before", "2026-13-40")


def test_the_database_refuses_what_no_archive_covers(trail):
    with pytest.raises(IntegrityError, match="append-only"):
        sql("DELETE FROM audit_auditevent WHERE seq = 1")
    with pytest.raises(IntegrityError, match="append-only"):
        sql("DELETE FROM audit_auditchange")


def test_the_database_refuses_the_young_and_the_decisions_even_when_an_archive_covers_them(trail):
    archive(before=newest_day(), by=COMMAND_LINE)
    registered = AuditArchive.objects.get()
    registered.pk, registered.from_seq, registered.to_seq = None, 6, 9
    registered.save(force_insert=True)
    for seq in (3, 5, 6, 7, 8, 9):
        with pytest.raises(IntegrityError, match="append-only"):
            sql(
                f"DELETE FROM audit_auditchange WHERE event_id = (SELECT id FROM audit_auditevent WHERE seq = {seq})"
            )  # noqa: S608
        with pytest.raises(IntegrityError, match="append-only"):
            sql(f"DELETE FROM audit_auditevent WHERE seq = {seq}")  # noqa: S608


def test_a_register_is_final(trail):
    archive(before=newest_day(), by=COMMAND_LINE)
    for statement in ("UPDATE audit_auditarchive SET kept = 0", "DELETE FROM audit_auditarchive"):
        with pytest.raises(IntegrityError, match="audit archive is final"):
            sql(statement)


@pytest.mark.feature("X1")
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit_auditarchive SET to_seq = 4", "归档登记被改动"),
        ("UPDATE audit_auditarchive SET last_hash = 'x'", "归档登记被改动"),
        ("DELETE FROM audit_auditarchive", "第 1 条起缺少 2 条记录"),
        ("UPDATE audit_auditevent SET reason = 'x' WHERE seq = 3", "记录内容被改动"),
        ("DELETE FROM audit_auditchange WHERE object_key = 'D1'", "变更明细被改动"),
    ],
)
def test_tampering_with_what_an_archive_left_is_named(trail, statement, words):
    archive(before=newest_day(), by=COMMAND_LINE)
    anchors.write()
    with without_guards():
        sql(statement)
    assert any(words in sentence for sentence in breaks())


@pytest.mark.feature("X1")
def test_a_kept_event_that_is_gone_is_missed(trail):
    archive(before=newest_day(), by=COMMAND_LINE)
    with without_guards():
        sql("DELETE FROM audit_auditchange WHERE object_key = 'D1'")
        sql("DELETE FROM audit_auditevent WHERE seq = 3")
    assert any("应保留 2 条，现有 1 条" in sentence for sentence in breaks())


@pytest.mark.feature("X1")
def test_an_edited_file_is_named_and_a_file_kept_elsewhere_is_none_of_it(trail):
    made = archive(before=newest_day(), by=COMMAND_LINE)
    whole = archives.path(made).read_bytes()
    archives.path(made).write_bytes(
        gzip.compress(gzip.decompress(whole).replace("单位A1".encode(), "单位A9".encode()))
    )
    assert any("的归档文件" in sentence for sentence in breaks())
    archives.path(made).unlink()
    assert breaks() == []


def test_a_failed_archive_leaves_everything(trail, monkeypatch):
    monkeypatch.setattr(archives, "remove", lambda made: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        archive(before=newest_day(), by=COMMAND_LINE)
    assert AuditEvent.objects.count() == 8
    assert not AuditArchive.objects.exists()
    assert breaks() == []


def test_a_watch_whose_start_was_archived_meanwhile_accuses_nobody():
    with days_ago(300):
        grow(1, "A")
        anchors.write()
        assert check("full", WATCH).is_whole
        grow(1, "B")
    archive(before=newest_day(), by=COMMAND_LINE)
    anchors.write()
    assert check("watch", WATCH).breaks == []
