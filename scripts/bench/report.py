"""What a run prints: plain tables that can be pasted into an ADR."""

import os
import platform
import subprocess

from scripts.bench.harness import UNSTEADY, Outcome
from scripts.bench.sizes import Size
from scripts.bench.world import QUARTERS, World
from scripts.console import ROOT


def heading(world: World, rounds: int) -> str:
    server = world.fetch("SHOW server_version")[0][0].split()[0]
    return (
        f"commit {commit()} · {len(os.sched_getaffinity(0))} cores · load {os.getloadavg()[0]:.1f}"
        f" · Python {platform.python_version()} · PostgreSQL {server}\n"
        f"{len(world.parks)} parks · {world.firms:,} firm lines a quarter · {QUARTERS} quarters stored"
        f" · {world.truth.shape[2]} indicators · {rounds} rounds after one warm-up"
    )


def commit() -> str:
    """Short hash of HEAD, marked when the tree differs from it."""
    if not (ROOT / ".git").exists():
        return "unknown"
    return _git("rev-parse", "--short", "HEAD") + ("+changes" if _git("status", "--porcelain") else "")


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def size_table(sizes: list[Size]) -> str:
    floor = sizes[0]
    lines = ["", f"size: stored lines on disk with their indexes (floor: {floor.label})"]
    lines += [_row("design", "rows", "MB", "÷ floor")]
    lines += [
        _row(s.label, f"{s.rows:,}", f"{s.bytes / 1e6:.1f}", f"{s.bytes / floor.bytes:.2f}") for s in sizes
    ]
    return "\n".join(lines)


def outcome_table(outcome: Outcome) -> str:
    """Milliseconds: ratio of minima, minimum, median, worst."""
    case = outcome.case
    lines = ["", f"{case.name}: {case.title} (floor: {case.floor}; n = {len(outcome.floor.seconds)},"
                 f" {outcome.rows:,} rows; {outcome.seconds:.0f} s)"]  # fmt: skip
    lines += [_row("candidate", "÷ floor", "min ms", "median ms", "max ms")]
    for timing in outcome.timings:
        milliseconds = (f"{1000 * seconds:,.1f}" for seconds in (timing.best, timing.median, timing.worst))
        lines.append(_row(timing.candidate, f"{outcome.ratio(timing):.2f}", *milliseconds))
    if not outcome.steady:
        spread = outcome.floor.worst / outcome.floor.best
        lines.append(
            f"inconclusive: the floor's max/min is {spread:.2f}, above {UNSTEADY}; repeat when quieter"
        )
    return "\n".join(lines)


def _row(label: str, *cells: str) -> str:
    return f"  {label:<40}" + "".join(f"{cell:>12}" for cell in cells)
