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
from rating.engine import Adjustment, GateResult, GroupResult, LeafResult, Result
from rating.engine.inputs import Reading
from rating.enums import TRIAL_JOB
from rating.models import Assessment, Scheme
from targets.models import Figure, Target

FEWEST_DIGITS = 2
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
    """One park's trial score. `missing` says what stands in the way of a blocked one."""

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
    def starred(self) -> int:
        return sum(bool(row.assessment.stars) for row in self.rows)


@dataclass(frozen=True)
class GradeCount:
    """How many parks reach a number of stars in the trial, beside the plan's target for it."""

    stars: int
    count: int
    target: Target | None


def newest_scheme() -> Scheme | None:
    return Scheme.objects.newest().order_by("-loaded_at", "-pk").first()


def scored_quarters(scheme: Scheme, user: User) -> list[Period]:
    """Quarters with a score that `user` may see, the newest first."""
    codes = Assessment.objects.visible_to(user).filter(scheme=scheme).order_by()
    return sorted(
        {Period.parse(code) for code in codes.values_list("period", flat=True).distinct()}, reverse=True
    )


def score_table(scheme: Scheme, quarter: Period, user: User) -> ScoreTable:
    """One row a park that `user` may see, the best first, those without a score last. Two queries."""
    assessments = (
        Assessment.objects.visible_to(user)
        .filter(scheme=scheme, period=quarter.code)
        .select_related("park")
        .defer("facts")
        .order_by("park__code")
    )
    chains = _chains(quarter, [each.park_id for each in assessments])
    rows = [_row(each, *chains.get(each.park_id, ("", ""))) for each in assessments]
    columns = {each.title: each.full for row in rows for each in row.dimensions}
    return ScoreTable(tuple(columns.items()), tuple(sorted(rows, key=lambda row: (row.blocked, -row.total))))


def score_of_park(park: Park, user: User) -> ScoreRow | None:
    """The newest trial score of one park under the newest scheme, if `user` may see it."""
    assessment = (
        Assessment.objects.visible_to(user)
        .filter(scheme__in=Scheme.objects.newest(), park=park)
        .select_related("park")
        .defer("facts")
        .order_by("-period", "-scheme__loaded_at")
        .first()
    )
    return _row(assessment, "", "") if assessment else None


def grade_counts(rows: Iterable[ScoreRow]) -> list[GradeCount]:
    """Five stars first. One query."""
    found = Counter(row.assessment.stars for row in rows if not row.blocked)
    targets = {target.code: target for target in Target.objects.filter(code__in=STAR_TARGETS.values())}
    return [GradeCount(stars, found[stars], targets.get(code)) for stars, code in STAR_TARGETS.items()]


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


def _row(assessment: Assessment, chain_code: str, chain_name: str) -> ScoreRow:
    result = Result.from_json(assessment.result)
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


@dataclass(frozen=True)
class Section:
    """One dimension of the explained score: points = Σ items + Σ adjustments, exactly."""

    node: GroupResult | LeafResult
    percent: int
    items: tuple["Item", ...]
    adjustments: tuple[Adjustment, ...]


@dataclass(frozen=True)
class Item:
    leaf: LeafResult
    percent: int
    gap: str


@dataclass(frozen=True)
class Explained:
    """A stored score, ready to be shown. `digits` is the number of decimals that shows every part exactly."""

    assessment: Assessment
    quarter: Period
    result: Result
    sections: tuple[Section, ...]
    adjustments: tuple[Adjustment, ...]
    gates: tuple[GateResult, ...]
    digits: int
    open_figures: frozenset[int]
    near: bool


def explained(assessment: Assessment, user: User) -> Explained:
    """The score as it was stored: live data is asked only whether a source may still be opened."""
    result = Result.from_json(assessment.result)
    return Explained(
        assessment=assessment,
        quarter=Period.parse(assessment.period),
        result=result,
        sections=tuple(_section(node) for node in result.root.children),
        adjustments=result.root.adjustments,
        gates=result.gates,
        digits=_digits(result),
        open_figures=_open_figures(result, user),
        near=may_see_nearness(user),
    )


def _section(node: GroupResult | LeafResult) -> Section:
    below = tuple(node.walk()) if isinstance(node, GroupResult) else (node,)
    leaves = [each for each in below if isinstance(each, LeafResult)]
    groups = [each for each in below if isinstance(each, GroupResult)]
    return Section(
        node=node,
        percent=percent(node),
        items=tuple(Item(leaf, percent(leaf), _gap(leaf)) for leaf in leaves),
        adjustments=tuple(adjustment for group in groups for adjustment in group.adjustments),
    )


def _gap(leaf: LeafResult) -> str:
    return "" if leaf.status == "scored" else gaps(leaf)


def _digits(result: Result) -> int:
    nodes = list(result.root.walk())
    numbers = [n for node in nodes for n in (node.points, node.full, node.lost)]
    numbers += [adjustment.amount for adjustment in result.adjustments()]
    exponents = [number.normalize().as_tuple().exponent for number in numbers]
    return max(FEWEST_DIGITS, *(-exponent for exponent in exponents if isinstance(exponent, int)))


def _open_figures(result: Result, user: User) -> frozenset[int]:
    """The figures behind the score that still stand and that `user` may see. One query."""
    read = [leaf.inputs for leaf in result.leaves()]
    read += [condition.inputs for gate in result.gates for condition in gate.conditions]
    references = [reading.reference for inputs in read for reading in given_readings(inputs)]
    keys = {reference["figure"] for reference in references if "figure" in reference}
    return frozenset(Figure.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
