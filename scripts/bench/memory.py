"""How much memory a candidate needs: the most that this process had beyond what it had before, and the
largest child that it started."""

import gc
import resource
from pathlib import Path

from scripts.bench.harness import Case, WrongAnswer

_STATUS = Path("/proc/self/status")
# Writing this makes the kernel forget the peak so far.
_FORGET_PEAK = "5"
# A round that no timing has.
LAST = 999


def peaks(case: Case, names: list[str]) -> list[tuple[str, float, float]]:
    """(candidate, MB of this process above its start, MB of its largest child), each run once more on the data
    of the last round. Children are those of this candidate where its are larger than those before it."""
    case.mutate(LAST)
    expected, found = case.oracle(), []
    for name in names:
        gc.collect()
        Path("/proc/self/clear_refs").write_text(_FORGET_PEAK)
        before = _now("VmRSS")
        result = case.run(name)
        peak, child = _now("VmHWM") - before, _largest_child()
        if case.observe(name, result) != expected:
            raise WrongAnswer(f"{case.name}: '{name}' does not give the oracle's answer")
        case.clean(name)
        found.append((name, peak, child))
    return found


def peak_table(case: Case, names: list[str]) -> str:
    lines = [f"{case.name}: peak memory in MB (this process above its start; largest child so far)"]
    lines += [f"  {name:<40}{peak:>12,.0f}{child:>12,.0f}" for name, peak, child in peaks(case, names)]
    return "\n".join(lines)


def _now(name: str) -> float:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def _largest_child() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024

