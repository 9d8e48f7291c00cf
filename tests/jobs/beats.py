"""A beat that asks every second for what is due: `celery -A tests.jobs.beats beat`, for accidents.

A worker that is to know its daily kind of work is started with `-I tests.jobs.kinds,tests.jobs.beats`.
"""

from guandu.celery import app
from guandu.jobs.registry import job

app.conf.beat_schedule = {
    "daily-round": {"task": "guandu.jobs.tasks.ask_due", "schedule": 1.0},
    "audit-watch": {"task": "guandu.oversight.tasks.watch", "schedule": 1.0},
}


@job("test.daily", title="试验每日", daily_at=0)
def daily(context) -> None:
    context.report(1, 1)
