"""Places in a cohort: quotas by parts of it, limits on a grade, and what happens at a tie."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from rating.engine import numbers
from rating.engine.conditions import Condition, judged
from rating.engine.facts import Facts, Value
from rating.engine.grade import Place, by_cuts, denying, fixed_by, value_of
from rating.engine.inputs import Reader
from rating.engine.result import Result
from rating.engine.scheme import Quota, Scheme, Share

POOLED = "（合并）"


@dataclass(frozen=True, slots=True)
class _Entrant:
    facts: Facts
    result: Result
    key: tuple[Decimal, ...]


def places_of(scheme: Scheme, cohort: Sequence[Facts], results: Sequence[Result]) -> dict[str, Place | None]:
    """Entity → its place. None for whom no place is given: blocked, fixed by a gate, or exempt without one."""
    places: dict[str, Place | None] = {facts.entity: None for facts in cohort}
    entrants = [
        _Entrant(facts, result, _key(scheme, result))
        for facts, result in zip(cohort, results, strict=True)
        if result.status == "scored" and fixed_by(scheme, result.gates) is None
    ]
    if scheme.quota:
        places |= _by_quota(scheme, scheme.quota, entrants)
    else:
        places |= _by_limits(scheme, entrants)
    return places


def _key(scheme: Scheme, result: Result) -> tuple[Decimal, ...]:
    """Better is greater. The total, then the items of the tie-break in their order."""
    nodes = {node.code: node.points for node in result.root.walk()}
    breaks = scheme.quota.tie_break if scheme.quota else ()
    return (result.total, *(nodes.get(code, numbers.ZERO) for code in breaks))


def _ranked(entrants: Sequence[_Entrant]) -> list[_Entrant]:
    # The entity's code only makes the order of equals the same each time; it decides no grade.
    return sorted(
        sorted(entrants, key=lambda each: each.facts.entity), key=lambda each: each.key, reverse=True
    )


def _rank(ranked: Sequence[_Entrant], entrant: _Entrant) -> int:
    """Equals share the better number: 1, 2, 2, 4."""
    return 1 + sum(each.key > entrant.key for each in ranked)


# Quotas


def _by_quota(scheme: Scheme, quota: Quota, entrants: Sequence[_Entrant]) -> dict[str, Place | None]:
    places: dict[str, Place | None] = {}
    competing = []
    for entrant in entrants:
        if quota.exempt is not None and _is_exempt(scheme, quota, entrant):
            places[entrant.facts.entity] = Place(0, 0, quota.exempt_grade)
        else:
            competing.append(entrant)
    for part in _parts(quota, competing).values():
        ranked = _ranked(part)
        grades = _shared_out(quota, ranked)
        for entrant, grade in zip(ranked, grades, strict=True):
            places[entrant.facts.entity] = Place(_rank(ranked, entrant), len(ranked), grade)
    return places


def _is_exempt(scheme: Scheme, quota: Quota, entrant: _Entrant) -> bool:
    assert quota.exempt is not None
    reader = Reader(scheme.inputs, entrant.facts)

    def found(condition: Condition) -> Value:
        return value_of(condition, {}, entrant.result.root, reader)[0]

    return judged(quota.exempt, found) is True


def _parts(quota: Quota, entrants: Sequence[_Entrant]) -> Mapping[str, list[_Entrant]]:
    """The cohort divided; parts that are too small are ranked together."""
    parts: dict[str, list[_Entrant]] = defaultdict(list)
    for entrant in entrants:
        parts["/".join(str(entrant.facts.attributes.get(code)) for code in quota.by)].append(entrant)
    small = [level for level, members in parts.items() if len(members) < quota.smallest]
    if not small or len(parts) == 1:
        return parts
    pooled = [entrant for level in small for entrant in parts.pop(level)]
    return {**parts, POOLED: pooled}


def _shared_out(quota: Quota, ranked: Sequence[_Entrant]) -> list[str]:
    """The grade of each, from the best."""
    sizes = [_size(share, len(ranked)) for share in quota.shares]
    rest = len(ranked) - sum(size for size in sizes if size is not None)
    grades: list[str] = []
    for share, size in zip(quota.shares, sizes, strict=True):
        end = min(len(grades) + (max(rest, 0) if size is None else size), len(ranked))
        if size is not None:
            end = _at_tie(quota.ties, ranked, end)
        grades += [share.grade] * (end - len(grades))
    return grades + [quota.shares[-1].grade] * (len(ranked) - len(grades))


def _size(share: Share, count: int) -> int | None:
    if share.count is not None:
        return share.count
    if share.percent is None:
        return None
    exact = share.percent * count / numbers.HUNDRED
    if share.rounding == "half_up":
        return int(numbers.rounded(exact, 0))
    return int(exact.to_integral_value(rounding=ROUND_FLOOR if share.rounding == "floor" else ROUND_CEILING))


def _at_tie(ties: str, ranked: Sequence[_Entrant], end: int) -> int:
    """Where a line falls that would part equals: behind all of them, or before."""
    if not 0 < end < len(ranked) or ranked[end - 1].key != ranked[end].key:
        return end
    step = -1 if ties == "down" else 1
    while 0 < end < len(ranked) and ranked[end - 1].key == ranked[end].key:
        end += step
    return end


# Limits


def _by_limits(scheme: Scheme, entrants: Sequence[_Entrant]) -> dict[str, Place | None]:
    """Each has the best grade that it reaches, that no gate denies, and that still has room; equals at the end of the
    room share what is beyond it: none of them has the grade."""
    limits, order = dict(scheme.limits), list(scheme.grades)
    ranked = _ranked(entrants)
    earned = {each.facts.entity: _earned(scheme, each) for each in ranked}
    for place, grade in enumerate(order[:-1]):
        holders = [each for each in ranked if earned[each.facts.entity] == place]
        limit = limits.get(grade.code)
        if limit is not None and len(holders) > limit:
            kept = _at_tie("down", holders, limit)
            for each in holders[kept:]:
                earned[each.facts.entity] = _next_open(scheme, each, place + 1)
    return {
        each.facts.entity: Place(_rank(ranked, each), len(ranked), order[earned[each.facts.entity]].code)
        for each in ranked
    }


def _earned(scheme: Scheme, entrant: _Entrant) -> int:
    reached = scheme.grades.index(by_cuts(scheme, entrant.result.total, entrant.facts.attributes))
    return _next_open(scheme, entrant, reached)


def _next_open(scheme: Scheme, entrant: _Entrant, start: int) -> int:
    for place in range(start, len(scheme.grades)):
        if not denying(scheme, entrant.result.gates, scheme.grades[place].code, "failed"):
            return place
    return len(scheme.grades) - 1
