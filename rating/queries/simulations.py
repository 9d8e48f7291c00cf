"""A scheme tried beside another, as pages and files show it: who moves, the spread beside the plan's goals, who is near."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.periods import Period
from guandu.jobs.models import Job
from parks.enums import Carrier
from parks.models import Park
from rating.engine import Facts
from rating.enums import SIMULATION_JOB
from rating.models import Assessment, Simulation
from rating.queries.scores import STAR_TARGETS
from rating.trying.compare import WAYS, Move, Side
from rating.trying.nearness import Flip, Near
from rating.trying.outcome import Outcome, Placed
from targets.models import Target

WAY_TONES = {"up": "done", "down": "late", "same": "idle", "gained": "done", "lost": "late", "none": "warn"}
UNPLACED = "未定"
KINDS = {"carrier": "载体形态", "chain": "产业链", "street": "街道"}
# How the table is ordered: who moves stands first.
_ORDER = {"down": 0, "up": 1, "lost": 2, "gained": 3, "same": 4, "none": 5}


@dataclass(frozen=True)
class SpreadRow:
    """How many parks have a number of stars before and after; `stars` 0 is 未达星级, None 暂不评定. `target` is the plan's
    goal: a target, not a quota."""

    stars: int | None
    title: str
    before: int
    after: int
    target: Target | None


@dataclass(frozen=True)
class GroupRow:
    """The parks of one class: how many, with three stars and more before and after, risen, fallen, without a grade."""

    title: str
    parks: int
    before: int
    after: int
    risen: int
    fallen: int
    blocked: int


@dataclass(frozen=True)
class MoveRow:
    placed: Placed
    move: Move
    tone: str
    word: str
    carrier: str


@dataclass(frozen=True)
class NearRow:
    """One park near a cut. `asks`: the flips that would raise it; `fears`: those that would lower it."""

    placed: Placed
    side: Side
    near: Near
    asks: tuple[Flip, ...]
    fears: tuple[Flip, ...]


def simulations(user: User):
    """The last asked first, without what they hold."""
    rows = Simulation.objects.visible_to(user).select_related("before", "after")
    return rows.defer("facts", "outcome", "before__text", "after__text")


def quarters_to_try() -> list[Period]:
    """Quarters that were scored, the newest first: those have figures. One query."""
    codes = Assessment.objects.order_by().values_list("period", flat=True).distinct()
    return sorted((Period.parse(code) for code in codes), reverse=True)


def simulation_job(simulation: Simulation) -> Job | None:
    """The last job that computed it, or is to."""
    return Job.objects.filter(kind=SIMULATION_JOB, key=simulation.key).order_by("-pk").first()


def placed(quarter: Period, facts: Sequence[Facts], moves: Sequence[Move]) -> tuple[Placed, ...]:
    """The moves with where each park belonged on the quarter's last day. One query."""
    parks = Park.objects.filter(code__in=[each.entity for each in facts]).placed_on(quarter.last_day)
    known = {code: rest for code, *rest in parks.values_list("code", "carrier", "chain_code", "chain_name", "street_name")}
    return tuple(Placed(move, *(each or "" for each in known[move.entity])) for move in moves)


def move_rows(outcome: Outcome) -> list[MoveRow]:
    """Who falls, who rises, then the rest. Within one 载体形态 the rest stands by points: points of two are not compared."""
    rows = [
        MoveRow(each, each.move, WAY_TONES[each.move.way], WAYS[each.move.way], carrier_title(each.carrier))
        for each in outcome.parks
    ]
    return sorted(
        rows,
        key=lambda row: (_ORDER[row.move.way], -row.move.after.stars, row.placed.carrier, -row.move.after.total, row.move.entity),
    )


def carrier_title(code: str) -> str:
    return dict(Carrier.choices).get(code, UNPLACED)


def spread_rows(outcome: Outcome) -> list[SpreadRow]:
    """Five stars first; then those without one, then those that cannot be graded yet. One query."""
    targets = {each.code: each for each in Target.objects.filter(code__in=STAR_TARGETS.values())}
    levels: list[tuple[int | None, str]] = [(5, "五星级"), (4, "四星级"), (3, "三星级"), (0, "未达星级"), (None, "暂不评定")]
    others = sorted({s for p in outcome.parks for s in (p.move.before.stars, p.move.after.stars)} - {0, 3, 4, 5}, reverse=True)
    levels[3:3] = [(stars, f"{stars} 星") for stars in others]
    return [
        SpreadRow(
            stars, title, _counted(outcome, stars, lambda m: m.before), _counted(outcome, stars, lambda m: m.after),
            targets.get(STAR_TARGETS.get(stars, "")),
        )
        for stars, title in levels
    ]  # fmt: skip


def _counted(outcome: Outcome, stars: int | None, side: Callable[[Move], Side]) -> int:
    found = [side(each.move) for each in outcome.parks]
    return sum((each.stars if each.status == "scored" else None) == stars for each in found)


def group_rows(outcome: Outcome, kind: str) -> list[GroupRow]:
    """The parks divided by one of KINDS."""
    titles = {"carrier": lambda p: carrier_title(p.carrier), "chain": lambda p: p.chain_name, "street": lambda p: p.street}
    parts: dict[str, list[Move]] = {}
    for each in outcome.parks:
        parts.setdefault(titles[kind](each) or UNPLACED, []).append(each.move)
    return [
        GroupRow(
            title, len(moves), _starred(m.before for m in moves), _starred(m.after for m in moves),
            sum(m.way == "up" for m in moves), sum(m.way == "down" for m in moves),
            sum(m.after.status != "scored" for m in moves),
        )
        for title, moves in sorted(parts.items())
    ]  # fmt: skip


def _starred(sides: Iterable[Side]) -> int:
    return sum(each.status == "scored" and each.stars >= min(STAR_TARGETS) for each in sides)


def near_rows(outcome: Outcome, which: str, within: Decimal) -> list[NearRow]:
    """Parks within so many points of a cut, or held back by a gate: the nearest first. `which` is before or after."""
    rows = []
    for each in outcome.parks:
        side: Side = getattr(each.move, which)
        near = side.near
        if near is None or not _is_near(near, within):
            continue
        asks = tuple(flip for flip in near.flips if flip.stars > side.stars)
        fears = tuple(flip for flip in near.flips if flip.stars <= side.stars)
        rows.append(NearRow(each, side, near, asks, fears))
    return sorted(rows, key=lambda row: (row.near.distance is None, row.near.distance, row.placed.move.entity))


def _is_near(near: Near, within: Decimal) -> bool:
    return bool(near.held) or (near.distance is not None and near.distance <= within)
