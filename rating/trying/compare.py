"""Two schemes over the same parks: each side as it scores, who moves up or down, and what decides it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import Facts, FactsError, GroupResult, References, Result, Scheme, numbers
from rating.engine.cohort import demand_readable, score_cohort
from rating.engine.inputs import Reading
from rating.trying.nearness import Near, nearness

UNREAD = "unread"
WIDEST = Decimal(10)


@dataclass(frozen=True, slots=True)
class Part:
    """One item, or one step of a group (加权、折算、上限…), of a score. `status` as in the result."""

    code: str
    title: str
    points: Decimal
    full: Decimal
    status: str


@dataclass(frozen=True, slots=True)
class Side:
    """One park under one scheme. `status`: scored, blocked, or unread where the scheme cannot read the facts. `held` are
    titles of gates between the grade of the points and the grade; `missing` says what a blocked one waits for."""

    status: str
    total: Decimal
    full: Decimal
    grade: str
    stars: int
    by_score: str
    held: tuple[str, ...]
    pending: tuple[str, ...]
    missing: tuple[str, ...]
    parts: tuple[Part, ...]
    near: Near | None


@dataclass(frozen=True, slots=True)
class Move:
    """One park before and after. `way`: up, down or same by stars; gained where only the second scheme gives a score,
    lost where only the first does, none where neither. `change` is in points (None without two scores)."""

    entity: str
    name: str
    before: Side
    after: Side
    way: str
    change: Decimal | None
    decided: str


WAYS = {"up": "升", "down": "降", "same": "不变", "gained": "可评定", "lost": "变为暂不评定", "none": "暂不评定"}


Told = Callable[[int], None]


def _silent(done: int) -> None:
    """Nobody asked how far it is."""


def moves(before: Scheme, after: Scheme, cohort: Sequence[Facts], told: Told = _silent) -> list[Move]:
    """Every park under both schemes, in the order of `cohort`; each scheme is applied to all as it would be alone. `told`
    hears how many of the 2 × len(cohort) sides are done."""
    first = sides(before, cohort, told)
    second = sides(after, cohort, lambda done: told(len(cohort) + done))
    return [_move(facts, first[facts.entity], second[facts.entity]) for facts in cohort]


def sides(scheme: Scheme, cohort: Sequence[Facts], told: Told = _silent) -> Mapping[str, Side]:
    """Entity → its score under the scheme. Facts that the scheme cannot read are left out of the cohort and say why."""
    found: dict[str, Side] = {}
    readable = []
    for facts in cohort:
        try:
            demand_readable(scheme, [facts])
        except FactsError as error:
            found[facts.entity] = _unread(error.errors)
        else:
            readable.append(facts)
    scored = score_cohort(scheme, readable)
    for facts, result in zip(readable, scored.results, strict=True):
        found[facts.entity] = side(scheme, facts, result, scored.references)
        told(len(found))
    return found


def side(scheme: Scheme, facts: Facts, result: Result, references: References) -> Side:
    titles = {gate.code: gate.title for gate in result.gates}
    return Side(
        status=result.status,
        total=result.total,
        full=result.full,
        grade=result.grade.title,
        stars=result.grade.stars,
        by_score=next((each.title for each in scheme.grades if each.code == result.grade.by_score), ""),
        held=tuple(titles.get(code, code) for code in result.grade.held_by),
        pending=tuple(titles.get(code, code) for code in result.grade.pending),
        missing=tuple(
            f"{leaf.title}：{wanting(leaf.inputs) or leaf.sentence.rstrip('。')}"
            for leaf in result.leaves()
            if leaf.status == "blocked"
        ),
        parts=tuple(_parts(result)),
        near=nearness(scheme, facts, result, references, WIDEST),
    )


def wanting(readings: Iterable[Reading]) -> str:
    """What an item waits for, below every derived input: 企业入驻面积未报送或未核定."""
    found: dict[str, None] = {}
    for reading in readings:
        if reading.state == "ok":
            continue
        below = wanting(reading.parts)
        found.setdefault(below or f"{reading.title}{reading.note}")
    return "、".join(found)


def _parts(result: Result) -> Iterable[Part]:
    for leaf in result.leaves():
        yield Part(leaf.code, leaf.title, leaf.points, leaf.full, leaf.status)
    for node in result.root.walk():
        if isinstance(node, GroupResult):
            for each in node.adjustments:
                yield Part(f"{node.code}.{each.kind}", f"{node.title}{each.title}", each.amount, numbers.ZERO, "step")


def _unread(errors: list[str]) -> Side:
    none = numbers.ZERO
    return Side(UNREAD, none, none, "", 0, "", (), (), tuple(errors), (), None)


def _move(facts: Facts, before: Side, after: Side) -> Move:
    had, has = before.status == "scored", after.status == "scored"
    change = after.total - before.total if had and has else None
    if had and has:
        way = "up" if after.stars > before.stars else "down" if after.stars < before.stars else "same"
    else:
        way = "gained" if has else "lost" if had else "none"
    return Move(facts.entity, facts.name, before, after, way, change, decision(before, after, way))


def decision(before: Side, after: Side, way: str) -> str:
    """What makes the difference, in words; empty where nothing moves."""
    if way in ("lost", "none"):
        return "；".join(after.missing or before.missing)
    if way == "gained":
        return "；".join(f"不再要求{each}" for each in before.missing)
    if way == "same":
        return _leading(before, after, after.total - before.total)
    fallen = [each for each in after.held if each not in before.held]
    lifted = [each for each in before.held if each not in after.held]
    if way == "down" and fallen:
        return f"门槛条件：{'、'.join(fallen)}"
    if way == "up" and lifted:
        return f"门槛条件不再限制：{'、'.join(lifted)}"
    leading = _leading(before, after, after.total - before.total)
    rises = after.total > before.total
    if not leading or rises != (way == "up"):
        return "星级分数线"
    return leading


def _leading(before: Side, after: Side, change: Decimal) -> str:
    """The item that weighs most in the direction of the change: 主导产业占比 +4.5 分."""
    was, now = _by_code(before), _by_code(after)
    found = []
    for code in was.keys() | now.keys():
        old, new = was.get(code), now.get(code)
        amount = (new.points if new else numbers.ZERO) - (old.points if old else numbers.ZERO)
        if amount * change > 0:
            found.append((-abs(amount), code, (new or old).title, amount, old is None, new is None))
    if not found:
        return ""
    _, _, title, amount, fresh, gone = min(found)
    sign = "+" if amount > 0 else ""
    words = "（新增）" if fresh else "（取消）" if gone else ""
    return f"{title}{words} {sign}{numbers.plain(amount)} 分"


def _by_code(side: Side) -> dict[str, Part]:
    return {part.code: part for part in side.parts}


def spread(found: Iterable[Side]) -> Counter:
    """Stars → how many; None for those without a grade."""
    return Counter(each.stars if each.status == "scored" else None for each in found)


