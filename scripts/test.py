"""make test: the whole suite on SQLite and, at the same time, on a private PostgreSQL with Redis.

Figures that tests gave by `prove_figure` (tests/plugins/figures.py) are printed and kept in
var/test/prove.json by database; what failed is named once more before the counts. The last line is
`N passed, N failed, N skipped`, summed over the runs; errors count as failed.
"""

import argparse
import json
import os
import subprocess
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.bootstrap import bootstrap
from scripts.console import ROOT, VAR, VENV_PYTHON, Halt, say, shown, told
from scripts.processes import die_with_parent, end_on_sigterm, kill_group, stop_group
from scripts.servers import private_servers
from scripts.system import TEST_NEEDS, provide

RESULTS = VAR / "test"
LIMIT_SECONDS = 84 * 60
PROVE_LIMIT_SECONDS = 4 * 3600
NOTHING_COLLECTED = 5
FAILURE_LETTERS = 400
NOT_HANDED_ON = ("DATABASE_URL", "REDIS_URL", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Count:
    """How many tests passed, failed (errors included) and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True)
class Suite:
    """One run of the suite: the database's name, its variables, the arguments of pytest."""

    name: str
    env: Mapping[str, str]
    arguments: Sequence[str]

    @property
    def junit(self) -> Path:
        return RESULTS / f"{self.name}.xml"

    @property
    def log(self) -> Path:
        return RESULTS / f"{self.name}.log"

    @property
    def features(self) -> Path:
        return RESULTS / f"features-{self.name}.json"

    @property
    def figures(self) -> Path:
        return RESULTS / f"figures-{self.name}.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", choices=["", "sqlite", "postgres"], default="", help="only this database")
    parser.add_argument("--prove", action="store_true", help="the long proofs instead of the suite")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    given = parser.parse_args()
    end_on_sigterm()
    begun = time.monotonic()
    try:
        counts = test(given.db, [*(["--prove"] if given.prove else []), *given.pytest])
    except Halt as halt:
        say(f"{halt}\n{Count(failed=1)}")
        return 2
    print_figures(counts)
    for name in counts:
        for failure in failures_of(RESULTS / f"{name}.xml"):
            say(f"{name}: {failure}")
    total = sum(counts.values(), Count())
    for name, count in counts.items():
        say(f"{name}: {count}")
    say(f"用时 {time.monotonic() - begun:.0f} 秒")
    say(str(total))
    return 0 if total.passed and not total.failed else 1


def print_figures(names: Iterable[str]) -> None:
    """What the runs called `names` found, a line each, and all of it in one file."""
    found = {}
    for name in names:
        path = RESULTS / f"figures-{name}.json"
        found[name] = json.loads(path.read_text()) if path.exists() else {}
        for figure, value in found[name].items():
            say(f"{name}: {figure}: {value}")
    (RESULTS / "prove.json").write_text(json.dumps(found, ensure_ascii=False, indent=1))


def test(db: str, arguments: Sequence[str]) -> dict[str, Count]:
    """The counts of each run by its name."""
    provide(TEST_NEEDS)
    bootstrap(dev=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    with servers_for(db) as servers:
        return run_together(suites(db, servers, arguments))


@contextmanager
def servers_for(db: str) -> Iterator[dict[str, str]]:
    if db == "sqlite":
        yield {}
        return
    with private_servers() as servers:
        yield servers


def suites(db: str, servers: Mapping[str, str], arguments: Sequence[str]) -> list[Suite]:
    """What does not depend on the database runs once, with the one that its mark names, unless only one is asked."""
    both = db == ""
    plain = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
    # Hundreds of processes are started by tests: the tree is compiled once for all, and not beside its sources.
    plain["PYTHONPYCACHEPREFIX"] = str(VAR / "pycache")
    chosen = []
    if db in ("", "sqlite"):
        beside = ["--beside=postgres"] if both else []
        chosen.append(Suite("sqlite", plain, [*beside, *arguments]))
    if db in ("", "postgres"):
        beside = ["--beside=sqlite"] if both else []
        chosen.append(Suite("postgres", {**plain, **servers}, [*beside, *arguments]))
    return chosen


def run_together(chosen: Sequence[Suite]) -> dict[str, Count]:
    """Run the suites side by side, with two workers to a processor: many tests wait for processes of theirs."""
    each = max(1, 2 * (os.cpu_count() or 1) // len(chosen))
    processes = [start(suite, workers=each) for suite in chosen]
    try:
        echoes = [echo(suite, process) for suite, process in zip(chosen, processes, strict=True)]
        end = time.monotonic() + limit_of(chosen)
        for thread in echoes:
            thread.join(max(0.0, end - time.monotonic()))
    finally:
        for process in processes:
            if process.poll() is None:
                stop_group(process, seconds=5)
            kill_group(process)
    return {
        suite.name: count_of(suite.junit, process.returncode)
        for suite, process in zip(chosen, processes, strict=True)
    }


def limit_of(chosen: Sequence[Suite]) -> int:
    """Seconds after which the runs are stopped."""
    return PROVE_LIMIT_SECONDS if any("--prove" in suite.arguments for suite in chosen) else LIMIT_SECONDS


def start(suite: Suite, *, workers: int) -> subprocess.Popen:
    for path in (suite.junit, suite.features, suite.figures):
        path.unlink(missing_ok=True)
    parallel = ["-n", str(workers), "--dist", "loadgroup"] if workers > 1 else []
    reports = [
        f"--junitxml={suite.junit}",
        f"--feature-results={suite.features}",
        f"--figure-results={suite.figures}",
    ]
    command = [str(VENV_PYTHON), "-m", "pytest", "-q", "-rfE", "--durations=5"]
    # A proof takes longer than a test may hang; Python 3.11 can die of walking the stack of a thread that runs on.
    patient = ["-o", "faulthandler_timeout=0"] if "--prove" in suite.arguments else []
    return subprocess.Popen(
        [*command, *patient, *parallel, *reports, *suite.arguments],
        cwd=ROOT,
        env=suite.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def echo(suite: Suite, process: subprocess.Popen) -> threading.Thread:
    """Show each line as it comes, named by its database, and keep it in the suite's log."""

    def work() -> None:
        assert process.stdout is not None
        with suite.log.open("w") as log:
            for line in process.stdout:
                log.write(line)
                say(f"[{suite.name}] {line.rstrip()}")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def count_of(junit: Path, code: int) -> Count:
    """Counts of one run; a run that ended without a report, or otherwise than it says, failed."""
    if code == NOTHING_COLLECTED:
        return Count()
    try:
        suite = ElementTree.parse(junit).getroot().find("testsuite")
    except (FileNotFoundError, ElementTree.ParseError):
        say(f"测试进程提前结束（代码 {code}），没有留下 {shown(junit)}。")
        return Count(failed=1)
    assert suite is not None
    total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
    failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    passed = max(0, total - failed - skipped)
    return Count(passed, failed or int(code != 0), skipped)


def failures_of(junit: Path) -> list[str]:
    """A line for each failed test of one run, its name and how it failed: what whoever reads only the end has to know."""
    try:
        cases = list(ElementTree.parse(junit).iter("testcase"))
    except (FileNotFoundError, ElementTree.ParseError):
        return []
    return [
        f"FAILED {case.get('classname')}::{case.get('name')}: {' '.join(found.get('message', '').split())[:FAILURE_LETTERS]}"
        for case in cases
        for found in case
        if found.tag in ("failure", "error")
    ]


if __name__ == "__main__":
    told(main)
