"""The file outside the database: its own chain, what makes a new line due, and who counter-signed."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from guandu.audit import anchors
from guandu.audit.models import AuditCheck, AuditEvent
from guandu.audit.verification import Verification
from guandu.core import clock
from guandu.core.actors import LOADER
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.jobs.worker import run_waiting
from guandu.oversight import tasks
from guandu.oversight.actions.anchors import countersign
from tests.audit.tampering import add, cut_from, grow
from tests.plugins.flush import without_guards

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X1")]


def sentences() -> list[str]:
    return [each.sentence for each in Verification().breaks()]


def rewrite(change) -> None:
    """Edit the lines of the file as somebody at the disk would."""
    lines = [json.loads(text) for text in anchors.path().read_text().splitlines()]
    change(lines)
    anchors.path().write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


@pytest.fixture
def anchored() -> None:
    for prefix in "ABC":
        grow(2, prefix)
        anchors.write()


def test_lines_say_how_far_the_trail_had_come(anchored):
    lines = anchors.lines()
    assert [(line.number, line.kind, line.seq, line.said["count"]) for line in lines] == [
        (1, "anchor", 2, 2), (2, "anchor", 4, 4), (3, "anchor", 6, 6),
    ]  # fmt: skip
    assert lines[2].hash == AuditEvent.objects.get(seq=6).hash
    assert lines[2].code == lines[2].hash[:8].upper()
    assert anchors.path().stat().st_mode & 0o777 == 0o600
    assert sentences() == []


@pytest.mark.parametrize("name", ["hash", "seq", "count", "at", "key", "algorithm", "seal", "previous"])
def test_an_edited_line_is_named(anchored, name):
    rewrite(lambda lines: lines[1].update({name: 3 if name in {"seq", "count"} else "x" * 12}))
    assert any("锚定文件第 2 行" in sentence for sentence in sentences())


def test_a_line_taken_out_or_moved_is_named(anchored):
    rewrite(lambda lines: lines.pop(1))
    assert any("衔接不上" in sentence for sentence in sentences())


def test_lines_cut_at_the_end_are_missed_by_the_next_check(anchored):
    assert tasks.checks.check("full", tasks.checks.WATCH).is_whole
    rewrite(lambda lines: lines.pop())
    assert any("锚定文件现有 2 行，比以前校验时的 3 行少" in sentence for sentence in sentences())


def test_a_line_torn_by_a_power_cut_is_no_tampering(anchored):
    with anchors.path().open("a") as file:
        file.write('{"n": 4, "kind": "anch')
    assert sentences() == []
    add(code="D", by=LOADER)
    assert anchors.write().number == 4
    assert sentences() == []


def test_a_line_with_another_key_is_refused(anchored, settings):
    settings.AUDIT_KEY, settings.AUDIT_KEY_FALLBACKS = "another key of the forger " + "z" * 20, []
    assert any("该密钥未配置" in sentence for sentence in sentences())


def test_an_anchor_is_due_by_number_and_by_time(monkeypatch):
    assert not anchors.is_due()
    add(code="A", by=LOADER)
    assert anchors.is_due()
    anchors.write()
    assert not anchors.is_due()
    add(code="B", by=LOADER)
    assert not anchors.is_due()
    monkeypatch.setattr(anchors, "EVERY_EVENTS", 1)
    assert anchors.is_due()
    monkeypatch.undo()
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert anchors.is_due()


def test_without_events_nothing_is_anchored(capsys):
    call_command("anchor_audit")
    assert "还没有审计记录" in capsys.readouterr().out
    assert anchors.lines() == []


def test_the_counter_sign_is_an_event_and_a_line_with_the_name(anchored, audit_admin):
    before = len(anchors.lines())
    countersign(number=2, by=audit_admin)
    assert len(anchors.lines()) == before, "nothing is written to the file within the request"
    run_waiting()
    line = anchors.lines()[-1]
    assert (line.kind, line.said["anchor"], line.said["name"]) == ("countersign", 2, audit_admin.name)
    event = AuditEvent.objects.get(seq=line.said["event"])
    assert (event.verb, event.object_key, event.actor_key) == ("audit.countersign", "2", audit_admin.username)
    assert sentences() == []
    with pytest.raises(NotReady, match="已会签过"):
        countersign(number=2, by=audit_admin)
    assert anchors.enter_countersigns() == 0


def test_only_the_audit_administrator_counter_signs_what_is_there(anchored, audit_admin, system_admin):
    with pytest.raises(NotAllowed):
        countersign(number=2, by=system_admin)
    with pytest.raises(Invalid, match="没有第 99 行"):
        countersign(number=99, by=audit_admin)


def test_what_no_longer_says_the_same_is_not_counter_signed(anchored, audit_admin):
    with without_guards():
        cut_from(6)
        grow(2, "X")
    with pytest.raises(NotReady, match="与锚定时不同"):
        countersign(number=3, by=audit_admin)


def test_the_watch_anchors_checks_and_gives_one_alarm(monkeypatch):
    grow(3)
    tasks.watch()
    check = AuditCheck.objects.get()
    assert (check.kind, check.is_whole, check.to_seq) == ("full", True, 3)
    assert len(anchors.lines()) == 1
    tasks.watch()
    assert AuditCheck.objects.count() == 1, "nothing is due again within ten minutes"
    grow(2, "W")
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        tasks.watch()
        check = AuditCheck.objects.first()
        assert (check.kind, check.from_seq, check.to_seq, check.is_whole) == ("watch", 4, 5, True)
    with without_guards():
        AuditEvent.objects.filter(seq=5).update(reason="x")
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        tasks.watch()
        check = AuditCheck.objects.first()
        assert (check.kind, check.is_whole) == ("full", False)
    with time_machine.travel(clock.now() + timedelta(minutes=73)):
        tasks.watch()
    alarm = AuditEvent.objects.get(verb="audit.alarm")
    assert "第 5 条" in alarm.reason


def test_a_dropped_guard_is_alarmed_within_the_minute(monkeypatch):
    grow(1)
    tasks.watch()
    monkeypatch.setattr("guandu.audit.verification.guards_missing", lambda: ["audit_auditevent_no_update"])
    monkeypatch.setattr(tasks, "guards_missing", lambda: ["audit_auditevent_no_update"])
    tasks.watch()
    tasks.watch()
    assert [c.is_whole for c in AuditCheck.objects.all()] == [False, True]
    assert "audit_auditevent_no_update" in AuditEvent.objects.get(verb="audit.alarm").reason


def test_good_watches_are_forgotten_after_a_month_and_bad_ones_kept():
    grow(1)
    with time_machine.travel(clock.now() - timedelta(days=40)):
        anchors.write()
        for kind in ("full", "watch", "watch"):
            tasks.checks.check(kind, tasks.checks.WATCH)
        AuditCheck.objects.filter(pk=AuditCheck.objects.first().pk).update(is_whole=False)
    assert tasks.checks.forget_old_watches() == 1
    assert sorted(AuditCheck.objects.values_list("kind", "is_whole")) == [("full", True), ("watch", False)]
