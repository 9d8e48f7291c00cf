"""Worker, beat and relay show that they live, and stop showing it when they hang."""

import time
from pathlib import Path

import pytest

from guandu.jobs import pulse

COMMANDS = {
    "worker-2": "-m celery -A guandu worker -c 1 -n second@%h --queues import,default --without-gossip --without-mingle",
    "beat": "-m celery -A guandu beat --pidfile= --schedule {folder}/schedule",
    "relay-2": "manage.py relay",
}


def test_where_no_file_is_named_none_is_written(settings, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings.PULSE_FILE = ""
    pulse.show()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.workers
@pytest.mark.parametrize("name", COMMANDS)
def test_a_real_process_shows_that_it_lives_until_it_hangs(name, celery_worker_process, tmp_path: Path):
    beat = tmp_path / f"{name}-pulse"
    celery_worker_process.env["PULSE_FILE"] = str(beat)
    celery_worker_process.start(name, *COMMANDS[name].format(folder=tmp_path).split())
    wait_for(beat.exists)
    celery_worker_process.freeze(name)
    beat.unlink()
    time.sleep(2.5)
    assert not beat.exists()
    if name != "beat":  # whose next turn may be a minute away
        celery_worker_process.thaw(name)
        wait_for(beat.exists)


def wait_for(happened, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.1)
    assert happened()
