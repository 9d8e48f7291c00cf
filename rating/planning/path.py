"""The cheapest way to the next star under given costs and limits, proven and checked by the engine before it is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from rating.engine import Facts, GateResult, References, Result, Scheme, numbers, score
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec
from rating.engine.references import NONE
from rating.engine.scheme import Grade
from rating.planning.levers import Lever, moved
from rating.planning.model import Model
from rating.planning.search import MOST_NODES, Found, Search


@dataclass(frozen=True, slots=True)
class Move:
    """One step of the way: an input from `before` to `after`. `gain` is what the total becomes more when the steps are
    taken in this order, so that the gains add up to the whole."""

    spec: InputSpec
    lever: Lever
    before: Value
    after: Value
    cost: Decimal
    gain: Decimal

    @property
    def change(self) -> Decimal | None:
        if isinstance(self.before, Decimal) and isinstance(self.after, Decimal):
            return self.after - self.before
        return None


@dataclass(frozen=True, slots=True)
class Way:
    """`state`: found · there (the grade is had already) · impossible · open (not found within the work allowed).

    `bound` is the proven least cost: equal to `cost` when the way is optimal. `after` is the engine's own result with the
    moves made. `reasons` say why there is none. `pending` are gates that still leave the grade unconfirmed.
    """

    state: str
    target: Grade | None
    before: Result
    after: Result | None = None
    moves: tuple[Move, ...] = ()
    cost: Decimal = numbers.ZERO
    bound: Decimal | None = None
    nodes: int = 0
    days: int = 0
    reasons: tuple[str, ...] = ()
    pending: tuple[GateResult, ...] = ()
    too_slow: tuple[str, ...] = field(default=())

    @property
    def optimal(self) -> bool:
        return self.state == "found" and self.bound == self.cost


def next_grade(scheme: Scheme, result: Result) -> Grade | None:
    """The grade above the one that the entity has; None at the top."""
    order = [grade.code for grade in scheme.grades]
    # Blocked or outside the grades (不参评): the lowest that is more than nothing.
    place = order.index(result.grade.code) if result.grade.code in order else len(order) - 1
    return scheme.grades[place - 1] if place else None


def cheapest_way(
    scheme: Scheme,
    facts: Facts,
    levers: Sequence[Lever],
    references: References = NONE,
    *,
    target: str = "",
    deadline: int | None = None,
    most_nodes: int = MOST_NODES,
) -> Way:
    """To the grade of that code (default: the next one). Levers that take more days than `deadline` stay as they are.

    Exact: every value that a lever's steps allow is covered. The work is limited in nodes, so that the same question always
    has the same answer; where the limit is met, `bound` says how much cheaper a way could still be at most.
    """
    before = score(scheme, facts, references)
    grade = next((each for each in scheme.grades if each.code == target), None) or next_grade(scheme, before)
    if grade is None:
        return Way("there", None, before, before, bound=numbers.ZERO)
    place = scheme.grades.index(grade)
    if scheme.quota:
        return Way(
            "impossible", grade, before, reasons=("等级按同批名次确定，单个园区的数据变化不能说明它的等级。",)
        )
    if before.status == "blocked" and not before.grade.code:
        wanting = [leaf.title for leaf in before.leaves() if leaf.status == "blocked"]
        return Way(
            "impossible",
            grade,
            before,
            reasons=(f"{'、'.join(wanting)}缺少数据或数据有误，补齐后才能求路径。",),
        )
    slow = [lever for lever in levers if deadline is not None and lever.days > deadline]
    with numbers.exact():
        model = Model(scheme, facts, references, [lever for lever in levers if lever not in slow])
        search = Search(model, place, most_nodes)
        if search.good(before):
            return Way("there", grade, before, before, bound=numbers.ZERO, pending=_pending(before))
        found = search.run()
        names = tuple(scheme.inputs[lever.name].title for lever in slow)
        if found.changes is None:
            reasons = _reasons(search, grade, names) if found.bound is None else ()
            state = "impossible" if found.bound is None else "open"
            return Way(
                state, grade, before, None, (), numbers.ZERO, found.bound, found.nodes, 0, reasons, (), names
            )
        return _told(scheme, facts, references, model, found, before, grade, names)


def _told(
    scheme: Scheme,
    facts: Facts,
    references: References,
    model: Model,
    found: Found,
    before: Result,
    grade: Grade,
    slow: tuple[str, ...],
) -> Way:
    assert found.changes is not None
    assert found.cost is not None
    levers = {lever.name: lever for lever in model.levers}
    moves, done, total = [], {}, before.total
    for name, value in found.changes.items():
        done[name] = value
        after = score(scheme, moved(facts, scheme.inputs, done), references)
        lever = levers[name]
        moves.append(
            Move(scheme.inputs[name], lever, lever.now, value, _cost(lever, value), after.total - total)
        )
        total = after.total
    after = score(scheme, moved(facts, scheme.inputs, found.changes), references)
    # Nothing is told that the engine has not just confirmed.
    order = [each.code for each in scheme.grades]
    if after.status != "scored" or order.index(after.grade.code) > order.index(grade.code):
        raise AssertionError("the way does not give the grade")
    days = max((move.lever.days for move in moves), default=0)
    return Way(
        "found",
        grade,
        before,
        after,
        tuple(moves),
        found.cost,
        found.bound,
        found.nodes,
        days,
        (),
        _pending(after),
        slow,
    )


def _cost(lever: Lever, value: Value) -> Decimal:
    if lever.options:
        return lever.cost(lever.options.index(value))
    assert isinstance(value, Decimal)
    assert isinstance(lever.now, Decimal)
    return lever.fixed + lever.each * abs(value - lever.now)


def _pending(result: Result) -> tuple[GateResult, ...]:
    return tuple(gate for gate in result.gates if gate.code in result.grade.pending)


def _reasons(search: Search, grade: Grade, slow: tuple[str, ...]) -> tuple[str, ...]:
    """Which gate or limit stands in the way: what cannot be had even with every lever at its best."""
    model, scheme = search.model, search.model.scheme
    points, known = dict(search.now), {}
    for part, boxes in zip(model.parts, map(model.first_boxes, model.parts), strict=True):
        for at, view in enumerate(part.leaves):
            points[view.item.code] = max(box.high[at] for box in boxes)
        for at, condition in enumerate(part.conditions):
            known[condition] = frozenset().union(*(box.answers[at] for box in boxes))
    reasons = [f"门槛“{gate.title}”在所定限制内无法满足。" for gate in search.closed(points, known)]
    total = model.nodes(points)["total"]
    if search.cut is not None and (
        total < search.cut or (total == search.cut and scheme.inclusive == "upper")
    ):
        reasons.append(
            f"各项都调到限制内最好，总分至多 {numbers.plain(total)} 分，{grade.title}须"
            f"{'达到' if scheme.inclusive == 'lower' else '超过'} {numbers.plain(search.cut)} 分。"
        )
    if not reasons:
        reasons.append(
            f"各项限制和门槛合在一起，没有一种调整能达到{grade.title}：单看每一项都不缺，同时满足则不能。"
        )
    if not model.levers:
        reasons.append("没有可以调整的数据。")
    if model.left_alone:
        titles = "、".join(
            scheme.inputs[name].title for name in sorted(model.left_alone) if name in scheme.inputs
        )
        reasons.append(f"{titles}所在的评定项缺少数据，没有参与调整。")
    if slow:
        reasons.append(f"{'、'.join(slow)}在期限内来不及调整。")
    return tuple(reasons)
