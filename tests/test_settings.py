"""Production starts with strong secrets of its own or not at all, and every refusal names the variable."""

import os
import re
import runpy
import secrets
import socket
import subprocess
import sys
from base64 import b64encode
from hashlib import sha512
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from guandu import environment
from guandu.web import logs
from scripts.console import ROOT
from scripts.throwaway import production_environment

pytestmark = pytest.mark.once

NAMES = (
    "GUANDU_ENV", "DEBUG", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "AUDIT_KEY", "AUDIT_KEY_FALLBACKS", "CONTACT_KEY",
    "CONTACT_KEY_FALLBACKS", "DATABASE_URL",
    "REDIS_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "LOG_LEVEL", "TEST_DB_NAME",
)  # fmt: skip


@pytest.fixture
def start(monkeypatch, tmp_path):
    """The settings as they come out of the throw-away production environment with `changes`; None unsets."""

    monkeypatch.setattr(logs, "_settings_secrets", set())

    def started(**changes: str | None) -> dict:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(f"{name}_FILE", raising=False)
        given = {**production_environment(), "VAR_DIR": str(tmp_path / "var"), **changes}
        for name, value in given.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "guandu" / "settings.py"))

    return started


@pytest.mark.feature("X8")
def test_production_starts_without_debug_and_without_an_address_to_ask(start):
    settings = start()
    assert settings["DEBUG"] is False
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    # Named with its reason in guandu/sign_in_settings.py; nothing of Django's own is silenced.
    assert settings["SILENCED_SYSTEM_CHECKS"] == ["axes.W002"]


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "AUDIT_KEY", "CONTACT_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"]
)
def test_what_is_missing_is_named(name, start):
    with pytest.raises(ImproperlyConfigured, match=f"缺少环境变量 {name}"):
        start(**{name: None})


# Strong, and the same for every worker, which all collect the same tests.
LONG = b64encode(sha512(b"a key for these tests").digest()).decode()
WEAK = {
    "SECRET_KEY": [
        LONG[:49],
        "k" * 60,
        "aB3-xY7_" * 8,
        "correct horse battery staple " * 2,
        "local-only-" + LONG,
        "django-insecure-" + LONG,
        "change-me-" + LONG,
        "请设置一串随机字符" + LONG,
    ],
    "AUDIT_KEY": [LONG[:49], "a" * 60, "0123456789" * 6],
    "CONTACT_KEY": [LONG[:49], "c" * 60, "local-only-" + LONG],
    "DATABASE_URL": [
        "postgres://portal@db:5432/portal",
        "postgres://portal:123456@db:5432/portal",
        "postgres://postgres:postgres@db:5432/portal",
        "postgres://guandu-district:guandu-district@db:5432/portal",
        "postgres://portal:xK3fP9wQz2M@db:5432/portal",
        "postgres://portal:Password2026!x@db:5432/portal",
        "postgres://portal:aaaaaaaaaaaaaaaa@db:5432/portal",
    ],
    "REDIS_URL": [
        "redis://redis:6379/0",
        "redis://:redis@redis:6379/0",
        "redis://:123456123456@redis:6379/0",
    ],
    "ALLOWED_HOSTS": ["*", "portal.example,*"],
    "DEBUG": ["true", "1"],
}


@pytest.mark.feature("X8")
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WEAK.items() for value in values])
def test_what_is_weak_is_refused_by_name_and_never_repeated(name, value, start):
    with pytest.raises(ImproperlyConfigured, match=name) as refused:
        start(**{name: value})
    if len(value) > 6:
        assert value not in str(refused.value)


def test_one_key_does_not_serve_two_purposes(start):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY、AUDIT_KEY"):
        start(SECRET_KEY=LONG, AUDIT_KEY=LONG)
    with pytest.raises(ImproperlyConfigured, match="CONTACT_KEY"):
        start(AUDIT_KEY=LONG, CONTACT_KEY=LONG)


def test_a_database_in_a_file_is_not_for_production(start):
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL"):
        start(DATABASE_URL="sqlite:////tmp/x.sqlite3")


def test_redis_on_a_socket_of_this_machine_needs_no_password(start):
    assert start(REDIS_URL="unix:///run/redis/redis.sock?db=0")["REDIS_URL"].startswith("unix://")


def test_keys_that_were_replaced_still_verify(start):
    old, older = secrets.token_urlsafe(64), secrets.token_urlsafe(64)
    assert start(SECRET_KEY_FALLBACKS=f"{old}, {older},")["SECRET_KEY_FALLBACKS"] == [old, older]


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY", "CONTACT_KEY", "DATABASE_URL", "REDIS_URL"])
def test_a_secret_may_stand_in_a_file_that_its_owner_alone_reads(name, start, tmp_path):
    value = production_environment()[name]
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    file.chmod(0o600)
    assert start(**{name: None, f"{name}_FILE": str(file)})[name] == value


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_may_read_is_refused(mode, start, tmp_path):
    file = tmp_path / "secret"
    file.write_text(LONG)
    file.chmod(mode)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE.*600"):
        start(SECRET_KEY=None, SECRET_KEY_FILE=str(file))


def test_a_file_that_is_not_there_or_not_alone_is_refused(start, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE 所指的文件无法读取"):
        start(SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="只能设置一个"):
        start(SECRET_KEY_FILE=str(tmp_path / "nothing"))


def test_no_random_key_is_ever_taken_for_a_weak_one():
    for length in range(500):
        environment.strong_key("K", secrets.token_hex(25))
        environment.strong_key("K", secrets.token_urlsafe(38 + length % 40))


OFFLINE = """
import socket
def refused(*args, **kwargs):
    raise AssertionError("a connection was asked for at start: %r" % (args,))
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refused)
socket.create_connection = socket.getaddrinfo = refused
import guandu.wsgi, guandu.urls, guandu.celery
from django.core.management import call_command
call_command("check")
print("started")
"""


@pytest.mark.feature("X8")
def test_production_starts_and_checks_itself_without_asking_any_host(tmp_path: Path):
    env = {**os.environ, **production_environment(), "VAR_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", OFFLINE], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1:] == ["started"], done.stderr
    assert socket.socket.connect  # this process was left alone


@pytest.mark.parametrize("package", ["guandu", "parks", "targets", "rating", "investment", "templates", "scripts"])
def test_no_password_of_anybody_stands_in_the_tree(package):
    """A literal given to a password or secret: demonstration accounts get random ones at the first run."""
    literal = re.compile(r"""(?i)\b(?:password|passwd|secret|token)\w*\s*=\s*["'][^"'{}<>:\s]{6,}["']""")
    found = [
        f"{path.relative_to(ROOT)}: {match}"
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in {".py", ".html", ".csv", ".yaml"}
        for match in literal.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []
