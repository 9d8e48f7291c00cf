"""Keys change, algorithms change, and what was written before keys were used still holds: never backwards."""

from contextlib import contextmanager

import pytest

from guandu.audit import anchors, trail
from guandu.audit.models import AuditEvent, AuditHead
from guandu.audit.records import seal
from guandu.audit.verification import Verification
from tests.audit.tampering import cut_from, grow
from tests.plugins.flush import without_guards

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X1")]


@contextmanager
def before_keys(monkeypatch):
    """Events as the portal wrote them before they were keyed: no key, no algorithm of their own."""
    with monkeypatch.context() as old:
        old.setattr(trail, "KEYED", 1)
        old.setattr(trail.keys, "current", lambda: type("NoKey", (), {"number": ""}))
        yield


def breaks() -> list[tuple[int, str]]:
    return [(each.seq, each.sentence) for each in Verification().breaks()]


def test_events_without_a_key_still_hold_and_lead_over_to_those_with_one(monkeypatch):
    with before_keys(monkeypatch):
        grow(3, "OLD")
    grow(3, "NEW")
    anchors.write()
    assert list(AuditEvent.objects.order_by("seq").values_list("version", flat=True)) == [1, 1, 1, 2, 2, 2]
    assert breaks() == []


def test_an_event_without_a_key_after_one_with_a_key_is_a_break(monkeypatch):
    grow(3, "NEW")
    with before_keys(monkeypatch):
        grow(1, "OLD")
    anchors.write()
    assert breaks() == [(4, "记录改用了没有密钥的旧格式")]


def test_a_key_replaced_is_kept_for_what_it_sealed(settings):
    first = settings.AUDIT_KEY
    grow(3, "A")
    anchors.write()
    settings.AUDIT_KEY, settings.AUDIT_KEY_FALLBACKS = "the second key " + "b" * 30, [first]
    grow(3, "B")
    anchors.write()
    assert len(set(AuditEvent.objects.values_list("key_number", flat=True))) == 2
    assert breaks() == []
    settings.AUDIT_KEY_FALLBACKS = []
    assert breaks()[0][0] == 1
    assert "不在 AUDIT_KEY 与 AUDIT_KEY_FALLBACKS 中" in breaks()[0][1]


def test_the_algorithm_may_change_within_one_chain(settings):
    for algorithm in ("sha256", "sm3", "sha256"):
        settings.AUDIT_HASH = algorithm
        grow(2, algorithm.upper() + str(AuditEvent.objects.count()))
        anchors.write()
    assert list(AuditEvent.objects.order_by("seq").values_list("algorithm", flat=True)) == [
        "sha256", "sha256", "sm3", "sm3", "sha256", "sha256",
    ]  # fmt: skip
    assert breaks() == []


@pytest.mark.parametrize("column", ["algorithm", "version", "key_number"])
def test_what_seals_an_event_is_sealed_with_it(column):
    grow(3)
    anchors.write()
    with without_guards():
        AuditEvent.objects.filter(seq=2).update(
            **{column: {"algorithm": "sm3", "version": 3, "key_number": "x"}[column]}
        )
    assert breaks()[0][0] == 2


def test_the_same_record_under_another_key_has_another_hash(settings):
    grow(1)
    event = AuditEvent.objects.get()
    values = [getattr(event, name) for name in trail.COLUMNS]
    assert seal(values, {event.key_number: settings.AUDIT_KEY.encode()}) == event.hash
    assert seal(values, {event.key_number: b"guessed"}) != event.hash
    assert seal(values, {}) is None


def test_a_forged_tail_written_beyond_the_head_is_found():
    grow(4)
    anchors.write()
    with without_guards():
        cut_from(5)
        AuditHead.objects.update(seq=3)
    assert breaks()[0] == (4, "链末端应为第 3 条，实际到第 4 条")
