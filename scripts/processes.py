"""Child processes that are always stopped: each a group of its own, ended by its id."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from scripts.console import ROOT, Halt, say, shown, tail

STOP_SECONDS = 10.0
RESTARTS_PER_MINUTE = 5
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
    """In the child: end when this script is killed outright, so that nothing is orphaned."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_on_sigterm() -> None:
    """Treat SIGTERM as Ctrl-C, so that every `finally` runs and no child is left."""

    def raise_interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, raise_interrupt)


def port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop_group(process: subprocess.Popen, seconds: float = STOP_SECONDS) -> None:
    """Ask `process` to end, wait, then kill whatever is left of its group."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
    kill_group(process)


def kill_group(process: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@dataclass
class Child:
    """One supervised process: its name for logs, its words for messages."""

    name: str
    words: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=deque)

    def start(self, env: Mapping[str, str]) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def deaths_in_last_minute(self, now: float) -> int:
        while self.deaths and now - self.deaths[0] > 60:
            self.deaths.popleft()
        return len(self.deaths)


class Supervisor:
    """Keeps children running until a signal; a child that keeps dying stops everything."""

    def __init__(self, children: Sequence[Child], env: Mapping[str, str]) -> None:
        self.children = children
        self.env = env
        self.signals = 0

    def run(self, *, on_tick: Callable[[], None], tick_seconds: float = 0.3) -> None:
        """Start all, call `on_tick` between looks; returns after a signal with everything stopped."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            for child in self.children:
                child.start(self.env)
            while not self.signals:
                self._revive()
                on_tick()
                time.sleep(tick_seconds)
        finally:
            self._stop()

    def _on_signal(self, _number: int, _frame: object) -> None:
        self.signals += 1
        if self.signals == 1:
            say("\n正在停止，请稍候……")

    def _revive(self) -> None:
        for child in self.children:
            if child.has_died():
                self._restart(child)

    def _restart(self, child: Child) -> None:
        assert child.process is not None
        kill_group(child.process)
        now = time.monotonic()
        if child.deaths_in_last_minute(now) >= RESTARTS_PER_MINUTE:
            raise Halt(
                f"{child.words}一分钟内多次退出，已全部停止，请查看 {shown(child.log)}：\n{tail(child.log)}"
            )
        child.deaths.append(now)
        code = child.process.returncode
        say(f"{child.words}意外退出（代码 {code}），正在重新启动，记录见 {shown(child.log)}。")
        child.start(self.env)

    def _stop(self) -> None:
        """Ask all at once, wait for all, kill the rest; a second signal does not wait."""
        running = [child.process for child in self.children if child.process is not None]
        asked = self.signals
        for process in running:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in running):
            if time.monotonic() > end or self.signals > asked:
                break
            time.sleep(0.05)
        for process in running:
            kill_group(process)
