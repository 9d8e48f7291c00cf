"""Accidents of real processes: a worker killed at work, a relay that is gone, a broker that is down."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.celery import app
from guandu.core import clock
from guandu.jobs import worker
from guandu.jobs.models import Job, OutboxMessage, RelayLease
from targets.actions import returns
from targets.actions.figures import ROLL_UP_JOB
from targets.models import Figure, Return
from tests.plugins.workers import ROOT, database_url
from tests.targets.factories import Cast, make_cast

pytestmark = pytest.mark.workers

PATIENCE = 60
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def cast(transactional_db) -> Cast:
    return make_cast()


def until(what: Callable[[], object], seconds: float = PATIENCE) -> object:
    """The first true answer of `what`; the test fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = what()
        if answer:
            return answer
        time.sleep(0.02)
    pytest.fail(f"waited {seconds} s in vain; jobs: {list(Job.objects.values())}")


def confirm(cast: Cast, return_: Return) -> Job:
    """Confirm the return; the roll-up that now waits."""
    returns.confirm(return_=return_, by=cast.office)
    return Job.objects.get(kind=ROLL_UP_JOB)


def in_state(job: Job, state: str) -> Callable[[], bool]:
    return lambda: Job.objects.filter(pk=job.pk, state=state).exists()


def revenue() -> list[tuple[str, int | None]]:
    rows = Figure.objects.filter(indicator__code="REV", period="2026H1")
    return sorted(rows.values_list("scope_kind", "numerator"))


ALL_SCOPES = [
    ("chain", 100000),
    ("department", 100000),
    ("district", 100000),
    ("park", 100000),
    ("street", 100000),
]


def test_a_worker_killed_at_work_is_relieved_and_the_job_finishes_once(cast, celery_worker_process):
    return_ = cast.reviewed()
    job = confirm(cast, return_)
    until(in_state(job, Job.State.RUNNING))
    with transaction.atomic():
        # The worker now waits for this row before it can write, and dies waiting.
        held = Job.objects.select_for_update().get(pk=job.pk)
        celery_worker_process.kill("worker")
        assert held.state == Job.State.RUNNING, "the job was over before the accident"
    assert not Figure.objects.exists()
    celery_worker_process.start_worker()
    assert worker.reap() == 0, "a lease that is not over is respected"
    Job.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert worker.reap() == 1
    until(in_state(job, Job.State.DONE))
    job.refresh_from_db()
    assert (job.attempts, job.fence) == (2, 2)
    assert revenue() == ALL_SCOPES
    assert AuditEvent.objects.filter(verb="figures.store").count() == 1
    assert list(trail.verify()) == []


def test_without_a_relay_the_message_waits_and_is_sent_when_one_is_back(cast, celery_worker_process):
    return_ = cast.reviewed()
    celery_worker_process.kill("relay")
    job = confirm(cast, return_)
    time.sleep(1)
    assert OutboxMessage.objects.get().sent_at is None
    assert in_state(job, Job.State.QUEUED)()
    # The dead relay's lease runs out, as it does by itself after some seconds.
    RelayLease.objects.update(until=clock.now() - timedelta(seconds=1))
    celery_worker_process.start_relay()
    until(in_state(job, Job.State.DONE))
    assert OutboxMessage.objects.exclude(sent_at=None).exists()
    assert revenue() == ALL_SCOPES


def test_a_click_is_answered_while_the_broker_is_down_and_the_message_waits(
    cast, sign_in, monkeypatch, tmp_path
):
    return_ = cast.reviewed()
    monkeypatch.setattr(app, "send_task", lambda *_, **__: pytest.fail("a request spoke to the broker"))
    answer = sign_in(cast.office).post(reverse("targets:return-confirm", args=[return_.pk]))
    assert answer.status_code == 302
    assert Return.objects.get(pk=return_.pk).state == "locked"
    assert sent_once(tmp_path, REDIS_URL=NOWHERE) == 0
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert sent_once(tmp_path, REDIS_URL=f"redis://127.0.0.1:{mute.getsockname()[1]}/0") == 0
    assert OutboxMessage.objects.get().sent_at is None
    assert sent_once(tmp_path) == 1
    assert OutboxMessage.objects.get().sent_at is not None


def sent_once(folder: Path, **env: str) -> int:
    """How many messages one pass of a relay sent, in a process of its own."""
    own = {**os.environ, "VAR_DIR": str(folder / "var"), "DATABASE_URL": database_url(), **env}
    done = subprocess.run(
        [sys.executable, "manage.py", "relay", "--once"],
        cwd=ROOT, env=own, capture_output=True, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    return int(done.stdout.strip())
