"""The benchmark's own promises: an oracle before the clock, rotation, the ratio of minima, honest doubt."""

import pytest

from scripts.bench.harness import Case, Outcome, Timing, WrongAnswer, measure
from scripts.bench.report import outcome_table

pytestmark = pytest.mark.once


class Doubling(Case):
    """Doubles a number that every round changes; records the order of the candidates."""

    name, title, floor, others, slow = "double", "double a number", "times", ("plus", "shift"), ("loop",)

    def prepare(self) -> int:
        self.ran: list[tuple[int, str]] = []
        return 1

    def mutate(self, round_number: int) -> None:
        self.number = round_number + 1

    def oracle(self) -> int:
        return sum([self.number, self.number])

    def run(self, candidate: str) -> int:
        self.ran.append((self.number, candidate))
        return self.number * 2


class Stale(Doubling):
    """Answers rightly in the warm-up and repeats that answer for ever after."""

    def run(self, candidate: str) -> int:
        return 2


def test_every_candidate_runs_once_a_round_in_rotated_order():
    case = Doubling(world=None)
    outcome = measure(case, rounds=3, patience=0)
    assert case.ran == [
        (1, "times"), (1, "plus"), (1, "shift"),
        (2, "plus"), (2, "shift"), (2, "times"),
        (3, "shift"), (3, "times"), (3, "plus"),
        (4, "times"), (4, "plus"), (4, "shift"),
    ]  # fmt: skip
    assert [(timing.candidate, len(timing.seconds)) for timing in outcome.timings] == [
        ("times", 3),
        ("plus", 3),
        ("shift", 3),
    ]


def test_slow_candidates_run_only_when_asked_for():
    outcome = measure(Doubling(world=None), rounds=1, patience=0, slow=True)
    assert [timing.candidate for timing in outcome.timings] == ["times", "plus", "shift", "loop"]


def test_an_answer_of_the_round_before_is_refused():
    with pytest.raises(WrongAnswer, match="double: 'plus'"):
        measure(Stale(world=None), rounds=2, patience=0)


def test_ratio_is_between_minima():
    outcome = Outcome(Doubling(world=None), 1, [Timing("times", [0.2, 0.25]), Timing("plus", [0.5, 0.9])])
    assert outcome.ratio(outcome.timings[1]) == pytest.approx(2.5)


@pytest.mark.parametrize(("worst", "said"), [(0.3, False), (0.31, True)])
def test_an_unsteady_floor_makes_the_table_say_so(worst: float, said: bool):
    outcome = Outcome(Doubling(world=None), 1, [Timing("times", [0.2, worst])])
    assert ("inconclusive" in outcome_table(outcome)) is said


def test_an_unsteady_case_is_measured_again_on_changed_data(monkeypatch):
    monkeypatch.setattr("scripts.bench.harness.UNSTEADY", 0)
    case = Doubling(world=None)
    measure(case, rounds=1, patience=60)
    assert [number for number, candidate in case.ran if candidate == "times"] == [1, 2, 3, 4]
