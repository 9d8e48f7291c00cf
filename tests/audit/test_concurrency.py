"""Many write at once: one chain, unforked, everything in it."""

import threading

import pytest
from django.db import connection

from guandu.accounts.models import Unit
from guandu.audit import anchors
from guandu.audit.actions import action, enter
from guandu.audit.models import AuditChange, AuditEvent
from guandu.audit.verification import Verification
from guandu.core.actors import Service

THREADS, EVENTS = 8, 100


@action("unit.test_crowd")
def add(*, code: str, by) -> None:
    enter(Unit(code=code, name=f"单位{code}", kind="street"))


@pytest.mark.feature("X2")
@pytest.mark.django_db(transaction=True)
def test_eight_threads_make_one_unforked_chain():
    failures: list[BaseException] = []
    ready = threading.Barrier(THREADS)

    def work(number: int) -> None:
        try:
            ready.wait(timeout=30)
            for each in range(EVENTS):
                add(code=f"T{number}-{each}", by=Service(f"thread-{number}", f"线程{number}"))
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    assert failures == []
    rows = list(AuditEvent.objects.order_by("seq").values_list("seq", "previous_hash", "hash"))
    assert [seq for seq, _, _ in rows] == list(range(1, THREADS * EVENTS + 1))
    assert [previous for _, previous, _ in rows] == ["", *(hash_ for _, _, hash_ in rows[:-1])]
    written = set(AuditChange.objects.values_list("object_key", flat=True))
    assert written == {f"T{number}-{each}" for number in range(THREADS) for each in range(EVENTS)}
    anchors.write()
    assert list(Verification().breaks()) == []
