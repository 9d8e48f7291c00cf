"""The Celery side: one doorbell and the reaper. Arguments are primitives; the Job row is the truth."""

from celery import shared_task

from guandu.jobs import worker


@shared_task
def run_job(job_id: int) -> None:
    worker.run(job_id)


@shared_task
def reap() -> None:
    worker.reap()
