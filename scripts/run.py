"""make run: the whole portal on this machine, from nothing, with one command.

Environment: PORT (8000), BIND (127.0.0.1), DATABASE_URL and REDIS_URL (empty: SQLite and files),
VAR_DIR (./var). With --reset the local demonstration database is put aside instead.
"""

import argparse
import fcntl
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scripts.bootstrap import bootstrap
from scripts.console import ROOT, VENV_PYTHON, Halt, say, shown, told
from scripts.processes import Child, Supervisor, die_with_parent, end_on_sigterm, port_is_free

READY_SECONDS = 90
# The portal answers on this machine: a proxy of the environment must not be asked.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reset", action="store_true", help="put the demonstration database aside")
    reset = parser.parse_args().reset
    end_on_sigterm()
    env = local_environment(os.environ)
    var = Path(env["VAR_DIR"])
    with only_run_of(var):
        if reset:
            return put_aside(var, env)
        return run(env, var)


def run(env: dict[str, str], var: Path) -> int:
    host, port = env.get("BIND") or "127.0.0.1", port_of(env)
    if not port_is_free(host, port):
        raise Halt(f"端口 {port} 已被占用，请换一个端口：make run PORT={port + 1}")
    bootstrap()
    prepare(env)
    accounts = DemoAccounts(env)
    supervisor = Supervisor(children_of(host, port, var), env)
    supervisor.run(on_tick=Announcement(host, port, var, accounts))
    say("已全部停止。")
    return 0


# --- Environment ----------------------------------------------------------------------------------


def local_environment(given: Mapping[str, str]) -> dict[str, str]:
    """`given` with what a local run needs; nothing that is set is replaced."""
    env = {"GUANDU_ENV": "local", "VAR_DIR": str(ROOT / "var"), "DJANGO_SETTINGS_MODULE": "guandu.settings"}
    env.update({name: value for name, value in given.items() if value or name not in env})
    env["VAR_DIR"] = str(Path(env["VAR_DIR"]).resolve())
    var = Path(env["VAR_DIR"])
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in ("log", "media", "celery"):
        (var / folder).mkdir(mode=0o700, exist_ok=True)
    if not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = secret_key(var / "secret")
    if not env.get("AUDIT_KEY"):
        env["AUDIT_KEY"] = secret_key(var / "audit-key")
    if not env.get("CONTACT_KEY"):
        env["CONTACT_KEY"] = secret_key(var / "contact-key")
    return env


def secret_key(path: Path) -> str:
    """The random key kept in `path`, made at first start and readable by its owner only."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(64))
    return path.read_text().strip()


def port_of(env: Mapping[str, str]) -> int:
    text = env.get("PORT") or "8000"
    if not (text.isdigit() and 0 < int(text) < 65536):
        raise Halt(f"PORT={text}：应为 1 至 65535 之间的整数。")
    return int(text)


@contextmanager
def only_run_of(var: Path) -> Iterator[None]:
    """Two runs on one folder would share a database file and a broker folder."""
    with (var / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Halt(f"门户已在 {shown(var)} 上运行，请先到那个窗口按 Ctrl-C 停止。") from None
        yield


# --- Data -----------------------------------------------------------------------------------------


def prepare(env: Mapping[str, str]) -> None:
    """Migrate, load the plan, and at first start the demonstration data."""
    say("正在准备数据库……")
    code = subprocess.run([VENV_PYTHON, "-m", "scripts.prepare"], cwd=ROOT, env=env).returncode
    if code:
        raise Halt("数据库没有准备好，门户未启动；原因见上，改正后重新执行 make run，已有数据不受影响。")


def put_aside(var: Path, env: Mapping[str, str]) -> int:
    """Move the SQLite database and its files to var/aside-<time>; nothing is deleted."""
    if env.get("DATABASE_URL"):
        raise Halt("已设置 DATABASE_URL，本命令只处理本目录的 SQLite 演示库，请自行处理该数据库。")
    names = ["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "demo-accounts.txt", "media", "celery", "audit-anchors"]
    aside = var / f"aside-{time.strftime('%Y%m%d-%H%M%S')}"
    aside.mkdir(mode=0o700)
    for name in names:
        if (var / name).exists():
            (var / name).rename(aside / name)
    say(f"原演示数据已移到 {shown(aside)}，下次 make run 会重新生成。")
    return 0


class DemoAccounts:
    """The table of demonstration accounts, read while the web process starts."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.process = None
        if env["GUANDU_ENV"] == "local":
            self.process = subprocess.Popen(
                [VENV_PYTHON, "manage.py", "demo_accounts"],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                preexec_fn=die_with_parent,
            )

    def text(self) -> str:
        return self.process.communicate()[0].rstrip() if self.process else ""


# --- Processes ------------------------------------------------------------------------------------


def children_of(host: str, port: int, var: Path) -> list[Child]:
    """Web, worker, beat and relay, with a fresh log each; the last run's log is kept beside it."""
    python = str(VENV_PYTHON)
    web = f"-m gunicorn guandu.wsgi --workers 1 --worker-class gthread --threads 8 --bind {host}:{port}"
    worker = "-m celery -A guandu worker --concurrency 2 --loglevel WARNING --without-gossip --without-mingle"
    beat = ["-m", "celery", "-A", "guandu", "beat", "--loglevel", "WARNING", "--pidfile", ""]
    commands = {
        "web": ("网页服务", [*web.split(), "--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"]),
        "worker": ("后台任务", worker.split()),
        "beat": ("定时任务", [*beat, "--schedule", str(var / "celery" / "beat-schedule")]),
        "relay": ("任务转发", ["manage.py", "relay"]),
    }
    return [
        Child(name, words, [python, *arguments], fresh_log(var / "log" / f"{name}.log"))
        for name, (words, arguments) in commands.items()
    ]


def fresh_log(path: Path) -> Path:
    if path.exists():
        path.replace(path.with_suffix(".previous.log"))
    return path


class Announcement:
    """Says once, when the web process answers, where the portal is and who may sign in."""

    def __init__(self, host: str, port: int, var: Path, accounts: DemoAccounts) -> None:
        self.address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"
        self.var = var
        self.accounts = accounts
        self.until = time.monotonic() + READY_SECONDS
        self.made = False

    def __call__(self) -> None:
        if self.made:
            return
        if answers(f"{self.address}healthz"):
            self.made = True
            say(f"\n门户已启动：{self.address}\n")
            say(self.accounts.text())
            say(f"\n按 Ctrl-C 停止。运行记录在 {shown(self.var / 'log')}/。")
        elif time.monotonic() > self.until:
            log = shown(self.var / "log" / "web.log")
            raise Halt(f"网页服务 {READY_SECONDS} 秒内没有就绪，请查看 {log}。")


def answers(url: str) -> bool:
    try:
        with DIRECT.open(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    told(main)
