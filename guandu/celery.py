"""The Celery application: one doorbell task, rung by the relay (ADR 0004)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guandu.settings")

app = Celery("guandu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
