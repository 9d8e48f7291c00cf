"""The Celery application: one doorbell task, rung by the relay (ADR 0004)."""

import os

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging

from guandu.jobs import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guandu.settings")

app = Celery("guandu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logs(**_) -> None:
    """Whoever answers this signal has set logging up: Django did, by settings.LOGGING."""


@heartbeat_sent.connect
def show_that_the_worker_lives(**_) -> None:
    """Every two seconds, as long as its own loop turns and the broker answers."""
    pulse.show()
