"""A fresh portal has no account, and asks the network nothing when it starts."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth.hashers import is_password_usable
from django.db import connection

from guandu.accounts.models import Grant, User
from scripts.console import ROOT

STARTED = """
import socket

def refuse(*arguments, **named):
    raise OSError("the network was asked")

socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse
import django
django.setup()
from django.urls import get_resolver
from guandu.celery import app
from guandu.wsgi import application
print(len(get_resolver().reverse_dict))
"""


@pytest.mark.feature("X8")
@pytest.mark.once
def test_a_fresh_portal_starts_without_the_network(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "guandu.settings",
        "GUANDU_ENV": "local",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "REDIS_URL": "",
    }
    done = subprocess.run(
        [sys.executable, "-c", STARTED], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


@pytest.mark.feature("X8")
@pytest.mark.django_db
def test_migrations_leave_no_account_no_right_and_no_password():
    assert not User.objects.exists()
    assert not Grant.objects.exists()
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = [table for table in tables if _passwords(cursor, table)]
    assert found == []


def _passwords(cursor, table: str) -> list[str]:
    """The usable passwords that the table holds."""
    columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    if "password" not in columns:
        return []
    cursor.execute(f"SELECT password FROM {connection.ops.quote_name(table)}")  # noqa: S608  # a name of the schema
    return [row[0] for row in cursor.fetchall() if is_password_usable(row[0])]
