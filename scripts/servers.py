"""A private PostgreSQL and Redis for one test run: free ports, a temporary folder, always stopped."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.console import Halt, tail
from scripts.processes import die_with_parent, free_port, stop_group
from scripts.system import postgres_binaries

START_SECONDS = 90
FAST_AND_FORGETFUL = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
}


@contextmanager
def private_servers() -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of two servers that end, with their files, when the block does."""
    folder = Path(tempfile.mkdtemp(prefix="guandu-servers-"))
    started: list[subprocess.Popen] = []
    try:
        folder.chmod(0o755)
        postgres, database_url = start_postgres(folder)
        started.append(postgres)
        redis, redis_url = start_redis(folder)
        started.append(redis)
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    finally:
        for process in started:
            stop_group(process, seconds=5)
        shutil.rmtree(folder, ignore_errors=True)


def start_postgres(
    folder: Path, options: Mapping[str, str] = FAST_AND_FORGETFUL
) -> tuple[subprocess.Popen, str]:
    """A server that trusts nobody without the run's password; as root it runs as another user."""
    binaries = postgres_binaries()
    if binaries is None:
        raise Halt("找不到 PostgreSQL 服务端程序 initdb。")
    home, password = folder / "postgres", secrets.token_hex(16)
    home.mkdir(mode=0o700)
    initialise(binaries, home, password, server_user())
    port = free_port()
    return serve_postgres(folder, port, options), f"postgres://guandu:{password}@127.0.0.1:{port}/guandu"


def serve_postgres(
    folder: Path, port: int, options: Mapping[str, str] = FAST_AND_FORGETFUL
) -> subprocess.Popen:
    """A server on the files that stand in `folder`, e.g. after the one before it was killed."""
    binaries, home, log = postgres_binaries(), folder / "postgres", folder / "postgres.log"
    assert binaries is not None
    settings = [f"--{name}={value}" for name, value in {**options, "port": str(port)}.items()]
    process = start([str(binaries / "postgres"), "-D", str(home), *settings], log, server_user())
    ready = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, process, log, "PostgreSQL")
    return process


def initialise(binaries: Path, home: Path, password: str, user: pwd.struct_passwd | None) -> None:
    word = home.with_suffix(".password")
    word.touch(mode=0o600)
    word.write_text(password)
    if user is not None:
        os.chown(home, user.pw_uid, user.pw_gid)
        os.chown(word, user.pw_uid, user.pw_gid)
    command = [str(binaries / "initdb"), "-D", str(home), "-U", "guandu", "-E", "UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        [*command, "--auth=scram-sha-256", f"--pwfile={word}", "--no-sync"],
        capture_output=True,
        text=True,
        cwd="/",
        **as_user(user),
    )
    if done.returncode:
        raise Halt(f"未能建立测试用的 PostgreSQL：\n{done.stderr.strip()}")


def start_redis(folder: Path, port: int = 0) -> tuple[subprocess.Popen, str]:
    """An empty Redis on `port` (0: a free one)."""
    port, log = port or free_port(), folder / "redis.log"
    log.unlink(missing_ok=True)
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    log.touch()
    process = start([*command, "--databases", "64", "--dir", str(folder)], log, None)
    wait_until(lambda: "Ready to accept connections" in log.read_text(), process, log, "Redis")
    return process, f"redis://127.0.0.1:{port}/0"


def server_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses root; an ordinary user runs it as himself (None)."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def as_user(user: pwd.struct_passwd | None) -> dict:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def start(command: list[str], log: Path, user: pwd.struct_passwd | None) -> subprocess.Popen:
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,
            **as_user(user),
        )


def wait_until(ready, process: subprocess.Popen, log: Path, words: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            stop_group(process, seconds=1)
            raise Halt(f"测试用的 {words} 没有启动：\n{tail(log)}")
        time.sleep(0.1)
