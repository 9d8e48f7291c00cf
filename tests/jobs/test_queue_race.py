"""A job that waits is not claimed from under a transaction that counts on it."""

import threading

import pytest
from django.db import connection, transaction

from guandu.core.actors import ROLL_UP
from guandu.jobs import queue, worker
from guandu.jobs.models import OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_waits_for_a_transaction_that_joined_a_queued_job():
    """Otherwise it would read its inputs before the joined transaction's values are there."""
    with transaction.atomic():
        job = queue.enqueue("figures.roll_up", by=ROLL_UP, key="2026Q3", period="2026Q3")
    joined, seen = threading.Event(), []

    def join_and_linger():
        with transaction.atomic():
            assert queue.enqueue("figures.roll_up", by=ROLL_UP, key="2026Q3", period="2026Q3") == job
            OutboxMessage.objects.create(topic="value", created_at=job.created_at)
            joined.set()
            threading.Event().wait(0.5)
        connection.close()

    other = threading.Thread(target=join_and_linger)
    other.start()
    assert joined.wait(10)
    if worker.claim(job.pk):
        seen = list(OutboxMessage.objects.filter(topic="value"))
    other.join()
    assert len(seen) == 1
