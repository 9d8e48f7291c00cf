"""The Celery application: one doorbell task, rung by the relay (ADR 0004)."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guandu.settings")

app = Celery("guandu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logs(**_) -> None:
    """Whoever answers this signal has set logging up: Django did, by settings.LOGGING."""
