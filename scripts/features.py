"""make features: run the tests that carry a feature row, then one line a row: id, tests, pass or FAIL.

With --last the outcome of the last make test is shown instead of running anything.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

from scripts.console import ROOT, VAR, Halt, say, told

RESULTS = VAR / "test"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--last", action="store_true", help="show the last make test; run nothing")
    files = last_results() if parser.parse_args().last else [run_marked()]
    rows = merged(files)
    for row in sorted(rows, key=row_order):
        say(line_of(row, rows[row]))
    return 1 if any(failed(tests) for tests in rows.values()) else 0


def run_marked() -> Path:
    """Run the marked tests on SQLite, quietly; returns the file of outcomes."""
    path = RESULTS / "features.json"
    path.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-m", "feature", f"--feature-results={path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not path.exists():
        raise Halt(f"带功能编号的测试没有运行完：\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    if done.returncode:
        sys.stderr.write(done.stdout)
    return path


def last_results() -> list[Path]:
    files = [path for name in ("sqlite", "postgres") if (path := RESULTS / f"features-{name}.json").exists()]
    if not files:
        raise Halt("还没有测试结果，请先执行 make test。")
    return files


def merged(files: list[Path]) -> dict[str, dict[str, set[str]]]:
    """{row: {test: its outcomes on the databases}}."""
    rows: dict[str, dict[str, set[str]]] = {}
    for path in files:
        for row, tests in json.loads(path.read_text())["rows"].items():
            for test, outcome in tests.items():
                rows.setdefault(row, {}).setdefault(test, set()).add(outcome)
    return rows


def failed(tests: dict[str, set[str]]) -> bool:
    """A row fails when one test failed, or none of its tests passed."""
    outcomes: set[str] = set().union(*tests.values())
    return "failed" in outcomes or "passed" not in outcomes


def line_of(row: str, tests: dict[str, set[str]]) -> str:
    return f"{row:<4} {len(tests):>4}  {'FAIL' if failed(tests) else 'pass'}"


def row_order(row: str) -> tuple[str, int]:
    letter, number = re.fullmatch(r"([A-Z])(\d+)", row).groups()  # type: ignore[union-attr]
    return letter, int(number)


if __name__ == "__main__":
    told(main)
