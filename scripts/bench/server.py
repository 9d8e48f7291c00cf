"""A private PostgreSQL for one run: own folder, own port, gone afterwards."""

import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER_USER = "postgres"
BINARY_FOLDERS = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/pgsql")
# Autovacuum and parallel workers would run beside the clock; everything else that matters to a ratio
# (fsync, synchronous_commit, full_page_writes) is left as in production.
SETTINGS = {
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "autovacuum": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "random_page_cost": "1.1",
}


class ServerMissing(RuntimeError):
    """PostgreSQL's server programs are not on this machine; the message says what to install."""


def binaries() -> Path:
    """Folder with initdb and postgres: the newest under the usual roots, else what PATH finds."""
    found = [path.parent for root in BINARY_FOLDERS for path in Path(root).glob("**/bin/initdb")]
    if found:
        return max(found, key=_version)
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise ServerMissing("PostgreSQL's server programs (initdb, postgres) were not found: install postgresql.")


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


@contextmanager
def private_server() -> Iterator[str]:
    """Start a cluster on a free port of 127.0.0.1 and yield its URL; stop and delete it at the end."""
    folder = binaries()
    home = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    _hand_over(home)
    data, port = home / "data", _free_port()
    try:
        _run(folder / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        options += f" -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home}"
        _run(folder / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-o", options, "start")
        try:
            yield f"postgresql://bench@127.0.0.1:{port}/postgres"
        finally:
            _run(folder / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _hand_over(home: Path) -> None:
    """PostgreSQL refuses to run as root, so root gives the folder to the server's own user."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(SERVER_USER)
        os.chown(home, user.pw_uid, user.pw_gid)


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = [*_as_server_user(), *words]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def _as_server_user() -> list[str]:
    if shutil.which("setpriv"):
        return ["setpriv", f"--reuid={SERVER_USER}", f"--regid={SERVER_USER}", "--init-groups"]
    return ["runuser", "-u", SERVER_USER, "--"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
