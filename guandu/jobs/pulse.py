"""Worker, beat and relay have no address to ask: they touch the file that PULSE_FILE names, and
scripts/alive.py reads its age. Where it is unset nothing is written."""

from pathlib import Path

from django.conf import settings


def show() -> None:
    if settings.PULSE_FILE:
        Path(settings.PULSE_FILE).touch()
