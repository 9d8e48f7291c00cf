"""How near a score is to a cut, and which single criterion would carry it across."""

from dataclasses import dataclass, replace
from decimal import Decimal

from rating.engine import Facts, References, Result, Scheme
from rating.engine.scheme import Grade
from rating.trying.steps import Step, shifted, steps


@dataclass(frozen=True, slots=True)
class Flip:
    """One criterion, moved by one band, changes the grade. `gates` are the titles of those that it opens or shuts."""

    criterion: str
    title: str
    input: str
    input_title: str
    way: str
    before: str
    after: str
    points: Decimal
    grade: str
    stars: int
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Where one score stands between the cuts. `above` points are wanting to the next cut, `below` are to spare over the
    own one (None at the ends). `held` are the titles of the gates that keep it below the grade of its points.
    `by_place`: a grade goes by place in the cohort, so that one score alone says nothing and no flips are sought."""

    above: Decimal | None
    above_title: str
    below: Decimal | None
    below_title: str
    held: tuple[str, ...]
    flips: tuple[Flip, ...] = ()
    by_place: bool = False

    @property
    def distance(self) -> Decimal | None:
        """To the nearer of the two cuts."""
        found = [each for each in (self.above, self.below) if each is not None]
        return min(found) if found else None


def nearness(
    scheme: Scheme, facts: Facts, result: Result, references: References, within: Decimal
) -> Near | None:
    """None for a score that is blocked or without cuts. The flips are sought for scores within `within` points of a cut,
    and for those that a gate holds back."""
    if result.status == "blocked" or not result.grade.by_score:
        return None
    own = _grade(scheme, result.grade.by_score)
    cut = own.cut.of(facts.attributes) if own and own.cut else None
    titles = {gate.code: gate.title for gate in result.gates}
    held = tuple(titles[code] for code in result.grade.held_by if code in titles)
    near = Near(
        result.grade.points_to_next, result.grade.next_title,
        None if cut is None else result.total - cut, own.title if own and cut is not None else "", held,
        by_place=scheme.needs_cohort,
    )  # fmt: skip
    wanted = held or (near.distance is not None and near.distance <= within)
    if not wanted or near.by_place:
        return near
    return replace(near, flips=flips(scheme, facts, result, references))


def flips(scheme: Scheme, facts: Facts, result: Result, references: References) -> tuple[Flip, ...]:
    """Every step of one band that gives another grade, found by scoring the whole again."""
    found: dict[tuple[str, str, str], Flip] = {}
    for step in steps(scheme, facts, references):
        after = shifted(scheme, facts, references, step.input, step.value)
        if after.grade.code != result.grade.code:
            found[step.criterion, step.input, step.way] = _flip(step, result, after)
    return tuple(found.values())


def _flip(step: Step, before: Result, after: Result) -> Flip:
    was, now = ({gate.code: gate for gate in each.gates} for each in (before, after))
    turned = tuple(gate.title for code, gate in now.items() if code in was and was[code].status != gate.status)
    return Flip(
        step.criterion, step.title, step.input, step.input_title, step.way, step.before, step.after,
        after.total - before.total, after.grade.title, after.grade.stars, turned,
    )  # fmt: skip


def _grade(scheme: Scheme, code: str) -> Grade | None:
    return next((each for each in scheme.grades if each.code == code), None)
