"""Trial scores as pages read them: every park of a quarter, and one score explained."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import Q

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.jobs.models import Job
from parks.models import Park
from rating.engine import GroupResult, LeafResult, Result
from rating.engine.inputs import Reading
from rating.enums import TRIAL_JOB
from rating.models import Assessment, Scheme
from rating.queries.moved import moved_in_quarter, rules_of
from targets.models import Publication, Target

NEARNESS = frozenset({"next", "next_code", "next_title", "points_to_next"})
# The plan's targets of starred parks: goals to compare with, never quotas.
STAR_TARGETS = {5: "T03", 4: "T02", 3: "T01"}


@dataclass(frozen=True)
class Dimension:
    """One part of the total. `percent` is a whole number from 0 to 100, rounded down, for its bar."""

    title: str
    points: Decimal
    full: Decimal
    percent: int
    blocked: bool


@dataclass(frozen=True)
class ScoreRow:
    """One park's trial score. `missing` says what stands in the way of a blocked one; `moved` how many of its inputs
    say otherwise now than when it was computed."""

    assessment: Assessment
    chain_code: str
    chain_name: str
    blocked: bool
    total: Decimal
    full: Decimal
    dimensions: tuple[Dimension, ...]
    failed: tuple[str, ...]
    pending: tuple[str, ...]
    missing: tuple[str, ...]
    next_title: str
    points_to_next: Decimal | None
    moved: int = 0

    @property
    def park(self) -> Park:
        return self.assessment.park

    def dimension(self, title: str) -> Dimension | None:
        return next((each for each in self.dimensions if each.title == title), None)


@dataclass(frozen=True)
class ScoreTable:
    """The rows of a quarter under columns of dimensions: (title, full mark). A park to which a
    dimension does not apply has None there."""

    columns: tuple[tuple[str, Decimal], ...]
    rows: tuple[ScoreRow, ...]

    @property
    def lines(self) -> list[tuple[ScoreRow, list[Dimension | None]]]:
        return [(row, [row.dimension(title) for title, _ in self.columns]) for row in self.rows]

    @property
    def scored(self) -> int:
        return sum(not row.blocked for row in self.rows)

    @property
    def moved(self) -> int:
        """How many parks have a score whose inputs have moved since."""
        return sum(bool(row.moved) for row in self.rows)

    @property
    def publication(self) -> Publication | None:
        """The 期次 whose figures all rows were scored from; None where one was scored from the 核定 figures."""
        read = {row.assessment.publication for row in self.rows}
        return read.pop() if len(read) == 1 else None

    @property
    def starred(self) -> int:
        return sum(bool(row.assessment.stars) for row in self.rows)


@dataclass(frozen=True)
class GradeCount:
    """How many parks reach a number of stars in the trial, beside the plan's target for it."""

    stars: int
    count: int
    target: Target | None


def scheme_to_list(asked: str | None) -> tuple[Scheme | None, list[Scheme]]:
    """The scheme in use whose code was asked for, else the newest one; and all in use, where there are several."""
    used = list(Scheme.objects.newest().order_by("-adopted_at", "-pk"))
    chosen = next((each for each in used if each.code == asked), used[0] if used else None)
    return chosen, used if len(used) > 1 else []


def scored_quarters(scheme: Scheme, user: User) -> list[Period]:
    """Quarters with a score that `user` may see, the newest first."""
    codes = Assessment.objects.visible_to(user).filter(scheme=scheme).order_by()
    return sorted(
        {Period.parse(code) for code in codes.values_list("period", flat=True).distinct()}, reverse=True
    )


def score_table(scheme: Scheme, quarter: Period, user: User) -> ScoreTable:
    """One row a park that `user` may see, the best first, those without a score last. A fixed number of queries."""
    assessments = (
        Assessment.objects.visible_to(user)
        .filter(scheme=scheme, period=quarter.code)
        .select_related("park", "publication")
        .defer("snapshot")
        .order_by("park__code")
    )
    pairs = [(each, Result.from_json(each.result)) for each in assessments]
    chains = _chains(quarter, [each.park_id for each, _ in pairs])
    rules = rules_of(scheme)
    moved = moved_in_quarter(rules, quarter, pairs) if rules else {}
    rows = [
        _row(each, result, *chains.get(each.park_id, ("", "")), moved.get(each.pk, 0)) for each, result in pairs
    ]
    columns = {each.title: each.full for row in rows for each in row.dimensions}
    return ScoreTable(tuple(columns.items()), tuple(sorted(rows, key=_standing)))


def _standing(row: ScoreRow) -> tuple:
    """By stars; points are compared only within one 载体形态, whose parks have the same items."""
    return row.blocked, -(row.assessment.stars or 0), row.park.carrier, -row.total


def score_of_park(park: Park, user: User) -> ScoreRow | None:
    """The newest trial score of one park under the newest scheme, if `user` may see it."""
    assessment = (
        Assessment.objects.visible_to(user)
        .filter(scheme__in=Scheme.objects.newest(), park=park)
        .select_related("park")
        .defer("facts", "snapshot")
        .order_by("-period", "-scheme__loaded_at")
        .first()
    )
    return _row(assessment, Result.from_json(assessment.result)) if assessment else None


def grade_counts(rows: Iterable[ScoreRow]) -> list[GradeCount]:
    """Five stars first. One query."""
    found = Counter(row.assessment.stars for row in rows if not row.blocked)
    targets = {target.code: target for target in Target.objects.filter(code__in=STAR_TARGETS.values())}
    return [GradeCount(stars, found[stars], targets.get(code)) for stars, code in STAR_TARGETS.items()]


def publications_of(quarter: Period, user: User) -> list[Publication]:
    """The 期次 of the quarter that a trial may read instead of the 核定 figures, the newest first. One query."""
    codes = {quarter.code, str(quarter.year)} if quarter.last == 12 else {quarter.code}
    return list(Publication.objects.visible_to(user).filter(period__in=codes).exclude(digest="").order_by("-pk"))


def trial_job(quarter: Period) -> Job | None:
    """The last job that scored, or is to score, the quarter."""
    of_it = Q(key=quarter.code) | Q(key__startswith=f"{quarter.code} ")
    return Job.objects.filter(of_it, kind=TRIAL_JOB).order_by("-pk").first()


def may_see_nearness(user: User) -> bool:
    """How near a park is to the next band or star stays with the office until the 评定办法 is issued."""
    return user.may(Permission.ASSESSMENT_RUN)


def without_nearness(content: Any) -> Any:
    """A result's JSON without next bands and the distance to the next grade."""
    if isinstance(content, dict):
        return {key: without_nearness(value) for key, value in content.items() if key not in NEARNESS}
    return [without_nearness(each) for each in content] if isinstance(content, list) else content


def _chains(quarter: Period, parks: list[int]) -> dict[int, tuple[str, str]]:
    placed = Park.objects.filter(pk__in=parks).placed_on(quarter.last_day)
    return {
        pk: (code or "", name or "")
        for pk, code, name in placed.values_list("pk", "chain_code", "chain_name")
    }


def _row(
    assessment: Assessment, result: Result, chain_code: str = "", chain_name: str = "", moved: int = 0
) -> ScoreRow:
    blocked = result.status == "blocked"
    return ScoreRow(
        assessment=assessment,
        chain_code=chain_code,
        chain_name=chain_name,
        blocked=blocked,
        total=result.total,
        full=result.full,
        dimensions=tuple(dimension(node) for node in result.root.children),
        failed=gates_with(result, "failed"),
        pending=gates_with(result, "pending"),
        missing=tuple(f"{leaf.title}：{gaps(leaf)}" for leaf in result.leaves() if leaf.status == "blocked"),
        next_title=result.grade.next_title,
        points_to_next=None if blocked else result.grade.points_to_next,
        moved=moved,
    )


def dimension(node: GroupResult | LeafResult) -> Dimension:
    return Dimension(node.title, node.points, node.full, percent(node), node.status == "blocked")


def percent(node: GroupResult | LeafResult) -> int:
    """Points as a share of the full mark, between 0 and 100."""
    if not node.full:
        return 0
    share = (node.points * 100 / node.full).to_integral_value(rounding=ROUND_FLOOR)
    return max(0, min(100, int(share)))


def gates_with(result: Result, status: str) -> tuple[str, ...]:
    return tuple(gate.title for gate in result.gates if gate.status == status)


def gaps(leaf: LeafResult) -> str:
    """What an item waits for: 企业入驻面积未报送或未核定、入驻企业数无数据."""
    wanting = dict.fromkeys(
        f"{reading.title}{reading.note}" for reading in given_readings(leaf.inputs) if reading.state != "ok"
    )
    return "、".join(wanting) or leaf.sentence.rstrip("。")


def given_readings(readings: Iterable[Reading]) -> Iterator[Reading]:
    """What was handed in, below every derived input; a derived one that failed by itself is its own."""
    for reading in readings:
        below = list(given_readings(reading.parts))
        own = not below or (reading.state != "ok" and all(part.state == "ok" for part in below))
        yield from [reading] if own else below
