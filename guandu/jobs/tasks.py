"""The Celery side: one doorbell, and the daily round. Arguments are primitives; the Job row is the truth."""

from celery import shared_task

from guandu.core.actors import Service
from guandu.jobs import queue, worker
from guandu.jobs.actions import purge
from guandu.jobs.registry import job

HOUSEKEEPING = Service("housekeeping", "例行清理")


@shared_task
def run_job(job_id: int) -> None:
    worker.run(job_id)


@shared_task
def ask_due() -> None:
    queue.ask_due()


@job("jobs.purge", title="清理过期任务记录", daily_at=3)
def purge_old(context: worker.JobContext) -> None:
    """Done and cancelled jobs and sent messages beyond their time; what failed or was parked stays."""
    with context.writing():
        count = purge(by=HOUSEKEEPING)
    context.report(count, count, f"清理 {count} 条")
