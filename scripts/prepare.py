"""The database made ready in one process, run by the environment's own Python."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import Error as DatabaseError


def prepare() -> None:
    """Bring the schema up to date, load the plan and the standards, seed the demonstration on an empty local database."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_plan")
    call_command("load_standards")
    call_command("load_reminders")
    call_command("load_projects")
    call_command("load_scheme")
    if os.environ.get("GUANDU_ENV") == "local":
        call_command("seed_demo", if_empty=True)
    call_command("anchor_audit")


if __name__ == "__main__":
    try:
        prepare()
    except (CommandError, ImproperlyConfigured, DatabaseError) as error:
        sys.exit(f"{error}")
