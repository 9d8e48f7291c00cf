"""One stored score, ready to be shown or printed: the tree of the scheme with every point, and what it rests on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.periods import Period
from rating.engine import (
    Adjustment,
    Facts,
    GateResult,
    GroupResult,
    LeafResult,
    Result,
    Scheme as Rules,
    SchemeError,
    load_scheme,
    numbers,
)
from rating.engine.facts import Value
from rating.engine.grade import denying
from rating.engine.inputs import Reading
from rating.engine.rules.base import points_text
from rating.engine.scheme import GATE_KINDS, MISSING_POLICIES, MODES, Item as ItemRule
from rating.models import Assessment
from rating.queries.moved import Since, readings_of, since
from rating.queries.scores import gaps, may_see_nearness, percent
from rating.queries.wanting import Wanted, wanted_by
from targets.models import Figure, Publication, Return

FEWEST_DIGITS = 2
UNKNOWN_GATES = {"pass": "数据未知时视为通过", "fail": "数据未知时视为未通过", "pending": "数据未知时待核，等次未定"}


@dataclass(frozen=True)
class Item:
    """A leaf. `limited` is how far cap, floor and rounding moved the rule's points; `terms` the item's own conditions in
    words (weight, limits, missing data, evidence); `gap` what a leaf that is not scored waits for, `wanted` the
    returns that ask for it."""

    leaf: LeafResult
    depth: int
    percent: int
    gap: str
    terms: tuple[tuple[str, str], ...]
    wanted: tuple[Wanted, ...]
    moved: bool

    @property
    def limited(self) -> Decimal:
        return self.leaf.points - self.leaf.raw

    @property
    def counts(self) -> bool:
        """Whether it has points at all: what is blocked or takes no part has none."""
        return self.leaf.status in ("scored", "missing")


@dataclass(frozen=True)
class Part:
    """A group below the dimension. Its points are its children's and its steps', exactly."""

    node: GroupResult
    depth: int
    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Step:
    """What makes a group's points differ from the sum of its parts; `of` is the group's title."""

    step: Adjustment
    depth: int
    of: str


@dataclass(frozen=True)
class Section:
    """One dimension: points = Σ items + Σ steps, exactly. `rows` are its tree in the scheme's order, a group before
    its children and its steps after them."""

    node: GroupResult | LeafResult
    percent: int
    terms: tuple[tuple[str, str], ...]
    rows: tuple[Item | Part | Step, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(row for row in self.rows if isinstance(row, Item))

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        return tuple(row.step for row in self.rows if isinstance(row, Step))


@dataclass(frozen=True)
class Gate:
    """`bites` says in words what follows when it does, `unknown` what missing data makes of it."""

    result: GateResult
    kind: str
    bites: str
    unknown: str


@dataclass(frozen=True)
class Ahead:
    """What lies between a park and the next star. `points` are still wanted (None: enough), `failed` and `pending` the
    gates that keep it from the grade, `items` those that have a next step, the greatest first."""

    title: str
    points: Decimal | None
    failed: tuple[GateResult, ...]
    pending: tuple[GateResult, ...]
    items: tuple[LeafResult, ...]


@dataclass(frozen=True)
class Explained:
    """`digits` is the number of decimals that shows every part exactly. `ahead` is None at the top, where nothing can
    be said, and for those who may not see it. `open_*` are the sources that still stand and that the reader may see."""

    assessment: Assessment
    quarter: Period
    result: Result
    sections: tuple[Section, ...]
    adjustments: tuple[Adjustment, ...]
    gates: tuple[Gate, ...]
    digits: int
    open_figures: frozenset[int]
    open_returns: frozenset[int]
    open_publications: frozenset[int]
    near: bool
    since: Since
    ahead: Ahead | None

    @property
    def would_be(self) -> Decimal | None:
        return self.since.change(self.assessment.total)

    @property
    def note(self) -> str:
        """What the data are, in one phrase."""
        if self.assessment.publication:
            return f"{self.assessment.publication}"
        return f"计算时的{self.result.basis}数据"


def explained(assessment: Assessment, user: User) -> Explained:
    """The score as it was stored. Live data is asked only what has moved since, and which sources may be opened."""
    result = Result.from_json(assessment.result)
    rules = _rules(assessment)
    moved = since(assessment, result) if rules else Since()
    near = may_see_nearness(user)
    maker = _Maker(
        {item.code: item for item in rules.items()} if rules else {},
        Facts.from_json(assessment.facts).attributes,
        wanted_by(assessment, result, user),
        frozenset(title for each in moved.moved for title in each.items),
    )
    references = [reading.reference for _, reading in readings_of(result)]
    return Explained(
        assessment=assessment,
        quarter=Period.parse(assessment.period),
        result=result,
        sections=tuple(maker.section(node) for node in result.root.children),
        adjustments=result.root.adjustments,
        gates=tuple(_gate(gate, rules, result) for gate in result.gates),
        digits=digits_of(result),
        open_figures=_visible(Figure, _keys(references, "figure"), user),
        open_returns=_visible(Return, _keys(references, "return"), user),
        open_publications=_visible(Publication, _keys(references, "publication"), user),
        near=near,
        since=moved,
        ahead=_ahead(result, rules) if near and rules else None,
    )


def _rules(assessment: Assessment) -> Rules | None:
    """The scheme that was used. What an older edition of the format said may be read no longer: the stored result then
    speaks for itself."""
    try:
        return load_scheme(assessment.scheme.text)
    except SchemeError:
        return None


@dataclass(frozen=True)
class _Maker:
    """Turns stored nodes into rows, with the words that the scheme has for them."""

    rules: dict[str, ItemRule]
    attributes: Mapping[str, Value]
    wanted: dict[str, tuple[Wanted, ...]]
    moved: frozenset[str]

    def section(self, node: GroupResult | LeafResult) -> Section:
        if isinstance(node, LeafResult):
            return Section(node, percent(node), (), (self._item(node, 0, "sum"),))
        return Section(node, percent(node), _group_terms(node), tuple(self._below(node, 0)))

    def _below(self, group: GroupResult, depth: int) -> Iterator[Item | Part | Step]:
        for child in group.children:
            if isinstance(child, LeafResult):
                yield self._item(child, depth, group.mode)
            else:
                yield Part(child, depth, _group_terms(child))
                yield from self._below(child, depth + 1)
        yield from (Step(step, depth, group.title) for step in group.adjustments)

    def _item(self, leaf: LeafResult, depth: int, mode: str) -> Item:
        names = dict.fromkeys(reading.name for reading in _all(leaf) if reading.state == "missing")
        wanted = dict.fromkeys(each for name in names for each in self.wanted.get(name, ()))
        return Item(
            leaf=leaf,
            depth=depth,
            percent=percent(leaf),
            gap="" if leaf.status == "scored" else gaps(leaf),
            terms=tuple(self._terms(leaf, mode)),
            wanted=tuple(wanted),
            moved=leaf.title in self.moved,
        )

    def _terms(self, leaf: LeafResult, mode: str) -> Iterator[tuple[str, str]]:
        if leaf.weight is not None:
            yield "权重", f"{numbers.plain(leaf.weight)}{'%' if mode == 'percent' else ''}"
        rule = self.rules.get(leaf.code)
        if rule is None:
            return
        if rule.of is not None:
            yield "计分制", f"{numbers.plain(rule.of)} 分制，折合满分 {points_text(leaf.full)}"
        high = f"最高 {points_text(rule.high.of(self.attributes))}" if rule.high else "不设上限"
        yield "上下限", f"最低 {points_text(rule.low)}，{high}"
        policy = MISSING_POLICIES[rule.missing.policy].removeprefix("缺数据")
        yield "缺数据时", f"{policy} {points_text(rule.missing.points)}" if rule.missing.policy == "penalty" else policy
        if rule.evidence:
            yield "佐证", "须附佐证材料，没有材料按缺数据处理"
        if rule.override:
            yield "人工核定", "可以人工改分，须写明理由"


def _all(leaf: LeafResult) -> Iterator[Reading]:
    waiting = list(leaf.inputs)
    while waiting:
        reading = waiting.pop()
        yield reading
        waiting += reading.parts


def _group_terms(group: GroupResult) -> tuple[tuple[str, str], ...]:
    terms = [("合成", MODES[group.mode])] if group.mode != "sum" else []
    if group.weight is not None:
        terms.append(("权重", numbers.plain(group.weight)))
    return tuple(terms)


def _gate(gate: GateResult, rules: Rules | None, result: Result) -> Gate:
    kind = GATE_KINDS[gate.kind]
    own = next((each for each in rules.gates if each.code == gate.code), None) if rules else None
    titles = {each.code: each.title for each in (*rules.grades, *rules.outcomes)} if rules else {}
    return Gate(gate, kind.title, _bites(gate, titles), UNKNOWN_GATES[own.missing] if own else "")


def _bites(gate: GateResult, titles: dict[str, str]) -> str:
    given, denied = titles.get(gate.grade, ""), "、".join(titles[code] for code in gate.grades if code in titles)
    if gate.kind == "direct":
        return f"符合即不低于{given}"
    if gate.kind == "notice":
        return f"出现即记为“{given}”，等次不变"
    if gate.kind == "cap":
        return f"出现则最高为{given}"
    verb = "出现" if gate.kind == "veto" else "不符合"
    if given:
        return f"{verb}则为{given}"
    return f"{verb}则不能评为{denied}" if denied else ""


def _ahead(result: Result, rules: Rules) -> Ahead | None:
    """Up to the grade that the points have already where gates hold the park below it, else up to the next cut."""
    grade = result.grade
    if result.status == "blocked" or not grade.code:
        return None
    held = bool(grade.held_by and grade.by_score)
    target = grade.by_score if held else grade.next_code
    if not target or target == grade.code:
        return None
    title = next(each.title for each in rules.grades if each.code == target)
    items = sorted((leaf for leaf in result.leaves() if leaf.next), key=lambda leaf: -leaf.next.gain)
    return Ahead(
        title=title,
        points=None if held else grade.points_to_next,
        failed=tuple(denying(rules, result.gates, target, "failed")),
        pending=tuple(denying(rules, result.gates, target, "pending")),
        items=() if held else tuple(items),
    )


def digits_of(result: Result) -> int:
    """How many decimals show every part of the sum exactly."""
    nodes = list(result.root.walk())
    shown = [n for node in nodes for n in (node.points, node.full, node.lost)]
    shown += [adjustment.amount for adjustment in result.adjustments()]
    exponents = [number.normalize().as_tuple().exponent for number in shown]
    return max(FEWEST_DIGITS, *(-exponent for exponent in exponents if isinstance(exponent, int)))


def _keys(references: list, name: str) -> set[int]:
    return {each[name] for each in references if isinstance(each.get(name), int)}


def _visible(model, keys: set[int], user: User) -> frozenset[int]:
    """Which of these rows still stand and may be seen. One query, none where there is nothing to look for."""
    return frozenset(model.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else frozenset()


