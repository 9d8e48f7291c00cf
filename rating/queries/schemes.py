"""Schemes as the office's pages show them: every version with its life, and one version's content."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from guandu.accounts.models import User
from parks.models import Chain
from rating.engine import Scheme as Rules, load_scheme
from rating.engine.conditions import in_words
from rating.engine.scheme import GATE_KINDS, MISSING_POLICIES, Group, Item
from rating.models import Scheme, SchemeScope
from rating.trying.differences import Difference, differences, subjects


@dataclass(frozen=True)
class VersionRow:
    """One version. `used`: scores are taken by it now. `scores` is how many were."""

    scheme: Scheme
    used: bool
    scores: int
    tried: int

    @property
    def tone(self) -> str:
        return "done" if self.used else "late" if self.scheme.state == "retired" else "idle"


@dataclass(frozen=True)
class NodeRow:
    """One line of the tree. `depth` from 0; the rule's words only for an item."""

    depth: int
    code: str
    title: str
    full: str
    scope: str
    rule: str
    missing: str
    basis: str
    is_item: bool


@dataclass(frozen=True)
class GateRow:
    title: str
    kind: str
    words: str
    effect: str
    unknown: str
    basis: str


@dataclass(frozen=True)
class Content:
    """A scheme's text as tables."""

    rules: Rules
    nodes: tuple[NodeRow, ...]
    gates: tuple[GateRow, ...]
    grades: tuple[tuple[str, int, str], ...]


def versions(user: User) -> list[VersionRow]:
    """Every version, the codes in order, the last loaded first. Two queries."""
    used = set(Scheme.objects.newest().values_list("pk", flat=True))
    rows = (
        Scheme.objects.visible_to(user)
        .annotate(scores=Count("assessments", distinct=True), tried=Count("simulations", distinct=True))
        .defer("text")
        .order_by("code", "-loaded_at", "-pk")
    )
    return [VersionRow(row, row.pk in used, row.scores, row.tried) for row in rows]


def content(scheme: Scheme) -> Content:
    rules = load_scheme(scheme.text)
    return Content(
        rules, tuple(_nodes(rules, rules.root, 0)), tuple(_gates(rules)), tuple(
            (each.title, each.stars, _cut(rules, each)) for each in (*rules.grades, *rules.outcomes)
        ),
    )  # fmt: skip


def changes(old: Scheme, new: Scheme) -> tuple[Difference, ...]:
    return differences(load_scheme(old.text), load_scheme(new.text))


def beside(scheme: Scheme) -> Scheme:
    """What a version is held against unless somebody says so: the one in use under its code, else itself."""
    return Scheme.objects.newest().filter(code=scheme.code).first() or scheme


def scopes() -> list[SchemeScope]:
    """The lines of 适用范围, those in force or to come first. One query."""
    return sorted(SchemeScope.objects.all(), key=lambda row: (row.valid_to is not None, row.carrier, row.chain_code))


def chain_choices() -> list[tuple[str, str]]:
    return list(Chain.objects.order_by("code").values_list("code", "name"))


def _cut(rules: Rules, grade) -> str:
    if grade.cut is None:
        return ""
    verb = "达到" if rules.inclusive == "lower" else "高于"
    cases = "，".join(f"{code} 为 {value}" for code, value in grade.cut.cases)
    return f"{verb} {grade.cut.value} 分" + (f"（{cases}）" if cases else "")


def _nodes(rules: Rules, group: Group, depth: int) -> Iterator[NodeRow]:
    for child in group.children:
        item = child if isinstance(child, Item) else None
        cases = "，".join(f"{_title(rules, child.full.attribute, code)} {value}" for code, value in child.full.cases)
        scope = "；".join(
            "、".join(_title(rules, part.attribute, value) for value in part.values) for part in child.scope
        )
        yield NodeRow(
            depth, child.code, child.title, f"{child.full.value}" + (f"（{cases}）" if cases else ""), scope,
            item.rule_text if item else "", MISSING_POLICIES[item.missing.policy] if item else "", child.basis, item is not None,
        )  # fmt: skip
        if isinstance(child, Group):
            yield from _nodes(rules, child, depth + 1)


def _title(rules: Rules, attribute: str, value: str) -> str:
    return dict(rules.attributes[attribute].choices).get(value, value) if attribute in rules.attributes else value


def _gates(rules: Rules) -> Iterator[GateRow]:
    titles = {each.code: each.title for each in (*rules.grades, *rules.outcomes)}
    specs = subjects(rules)
    for gate in rules.gates:
        effect = "、".join(titles.get(code, code) for code in gate.grades)
        yield GateRow(
            gate.title, GATE_KINDS[gate.kind].title, in_words(gate.test, specs),
            titles.get(gate.grade, "") or effect, {"pending": "待核", "pass": "视为通过", "fail": "视为不通过"}[gate.missing], gate.basis,
        )  # fmt: skip
