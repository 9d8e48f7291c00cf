"""What a container asks to know that its process lives."""

import os
import time
from pathlib import Path

import pytest

from scripts import alive


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    for name in ("PULSE_FILE", "PORT", "ALLOWED_HOSTS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.once
@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("portal.example, other.example", "portal.example"),
        (".example.cn", "example.cn"),
        ("*", "localhost"),
        ("", "localhost"),
    ],
)
def test_the_host_asked_for_is_one_that_is_let_in(allowed: str, host: str):
    assert alive.host_of(allowed) == host


@pytest.mark.django_db
def test_web_is_what_answers_for_its_host_only(live_server, monkeypatch, settings):
    settings.ALLOWED_HOSTS = ["portal.example"]
    monkeypatch.setenv("PORT", live_server.url.rpartition(":")[2])
    monkeypatch.setenv("ALLOWED_HOSTS", "portal.example")
    assert alive.main() == 0
    monkeypatch.setenv("ALLOWED_HOSTS", "stranger.example")
    assert alive.main() == 1


@pytest.mark.once
@pytest.mark.parametrize(
    ("age", "code"), [(0, 0), (alive.STILL_SECONDS - 5, 0), (alive.STILL_SECONDS + 5, 1), (None, 1)]
)
def test_a_process_without_an_address_lives_while_its_file_is_fresh(age, code, monkeypatch, tmp_path: Path):
    pulse = tmp_path / "pulse"
    if age is not None:
        pulse.touch()
        os.utime(pulse, times=(time.time() - age,) * 2)
    monkeypatch.setenv("PULSE_FILE", str(pulse))
    assert alive.main() == code
