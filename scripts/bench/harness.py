"""How one case is measured: rounds, rotation, oracle before clock, ratio of minima."""

import gc
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from scripts.bench.world import World

ROUNDS = 7
UNSTEADY = 1.5
PATIENCE = 12.0


class WrongAnswer(AssertionError):
    """A candidate's result differs from the oracle; its time is worth nothing."""


class Case(ABC):
    """One question with a floor and candidates that all answer it.

    Per round the harness calls `mutate` once, then for every candidate `run` (the only part under the
    clock), `observe` (what the run left behind, as a comparable value) and `clean`.
    """

    name: str
    title: str
    floor: str
    others: Sequence[str]
    slow: Sequence[str] = ()  # candidates that only a run with --slow has time for
    rounds: int | None = None  # at most so many counted rounds, where one takes long

    def __init__(self, world: World) -> None:
        self.world = world

    @abstractmethod
    def prepare(self) -> int:
        """Make tables and inputs once; return the number of rows that one run handles."""

    @abstractmethod
    def mutate(self, round_number: int) -> None:
        """Change the data, so that no answer of an earlier round is still right."""

    @abstractmethod
    def oracle(self) -> object:
        """The right answer now, found without any of the candidates' code."""

    @abstractmethod
    def run(self, candidate: str) -> object:
        """Do the work once."""

    def observe(self, candidate: str, result: object) -> object:
        """The answer in the oracle's shape; by default what `run` returned."""
        return result

    def clean(self, candidate: str) -> None:  # noqa: B027 - most cases only read
        """Put back what `run` wrote; a case that only reads has nothing to put back."""


@dataclass
class Timing:
    """Seconds of one candidate, one entry per counted round."""

    candidate: str
    seconds: list[float] = field(default_factory=list)

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def worst(self) -> float:
        return max(self.seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass
class Outcome:
    """All timings of a case; the floor comes first."""

    case: Case
    rows: int
    timings: list[Timing]
    seconds: float = 0  # on the wall, preparation and checks included

    @property
    def floor(self) -> Timing:
        return self.timings[0]

    @property
    def steady(self) -> bool:
        return self.floor.worst <= UNSTEADY * self.floor.best

    def ratio(self, timing: Timing) -> float:
        """Minimum of the candidate over minimum of the floor."""
        return timing.best / self.floor.best


def measure(case: Case, rounds: int = ROUNDS, slow: bool = False, patience: float = PATIENCE) -> Outcome:
    """Prepare and measure a case; once more if its floor was unsteady and `patience` seconds not yet gone."""
    names = [case.floor, *case.others, *(case.slow if slow else ())]
    rounds = rounds if case.rounds is None else min(rounds, case.rounds)
    started = time.monotonic()
    rows = case.prepare()
    outcome = _measure_once(case, names, rows, rounds, first=0)
    if not outcome.steady and time.monotonic() - started < patience:
        outcome = _measure_once(case, names, rows, rounds, first=rounds + 1)
    outcome.seconds = time.monotonic() - started
    return outcome


def _measure_once(case: Case, names: list[str], rows: int, rounds: int, first: int) -> Outcome:
    timings = {name: Timing(name) for name in names}
    for number in range(rounds + 1):
        case.mutate(first + number)
        expected = case.oracle()
        for name in _rotated(names, number):
            seconds = _timed_run(case, name, expected)
            if number:
                timings[name].seconds.append(seconds)
    return Outcome(case, rows, list(timings.values()))


def _rotated(names: list[str], by: int) -> list[str]:
    by %= len(names)
    return names[by:] + names[:by]


def _timed_run(case: Case, candidate: str, expected: object) -> float:
    gc.collect()
    gc.disable()
    try:
        started = time.perf_counter()
        result = case.run(candidate)
        seconds = time.perf_counter() - started
    finally:
        gc.enable()
    if case.observe(candidate, result) != expected:
        raise WrongAnswer(f"{case.name}: '{candidate}' does not give the oracle's answer")
    case.clean(candidate)
    return seconds
