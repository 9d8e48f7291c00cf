"""Kinds of work that play accidents, for real worker processes: `celery worker -I tests.jobs.kinds`.

GUANDU_TEST_LEASE (seconds) shortens the lease, so that a test need not wait as long as a person would.
`python -m tests.jobs.kinds` is the relay under the same conditions.
"""

import os
import signal
import time
from datetime import timedelta

import django

if __name__ == "__main__":
    django.setup()

from guandu.core import clock
from guandu.jobs import relay, worker
from guandu.jobs.models import OutboxMessage
from guandu.jobs.registry import job

EFFECT = "effect"

if os.environ.get("GUANDU_TEST_LEASE"):
    seconds = float(os.environ["GUANDU_TEST_LEASE"])
    worker.LEASE = timedelta(seconds=seconds)
    worker.BEAT_SECONDS = seconds / 4
    worker.PAUSES = (0.5, 1, 2)
    relay.REAP_SECONDS = 0.5


def leave_effect(context: worker.JobContext, part: int) -> None:
    """One row for each time that it was done; already stamped, so that no relay sends it."""
    now = clock.now()
    payload = {"job": context.job_id, "part": part}
    OutboxMessage.objects.create(topic=EFFECT, payload=payload, created_at=now, sent_at=now)


@job("test.write", title="试验写入")
def write(context: worker.JobContext, *, seconds: float = 0.0) -> None:
    """Compute for `seconds` without a report, then two effects in one transaction."""
    context.report(0, 2, f"进程 {os.getpid()}")
    time.sleep(seconds)
    with context.finishing(2, "试验完成"):
        leave_effect(context, 1)
        time.sleep(min(seconds, 0.05))
        leave_effect(context, 2)


@job("test.steps", title="试验分步")
def steps(context: worker.JobContext, *, seconds: float = 0.0) -> None:
    """Many reports before the effects."""
    for step in range(10):
        context.report(step, 10, f"进程 {os.getpid()}")
        time.sleep(seconds / 10)
    write(context)


@job("test.load", title="试验载入", queue="import")
def load(context: worker.JobContext, *, seconds: float = 0.0) -> None:
    write(context, seconds=seconds)


@job("test.crash", title="试验出错")
def crash(context: worker.JobContext) -> None:
    context.report(0, 1)
    raise ZeroDivisionError("秘密")


@job("test.die", title="试验中断")
def die(context: worker.JobContext) -> None:
    """Its process is killed each time, as the kernel does when memory runs out."""
    context.report(0, 1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from django.core.management import call_command

    call_command("relay")
