"""Full marks and weights must add up, in every group, for every class of entity that the scheme distinguishes."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import product
from math import prod

from rating.engine import numbers
from rating.engine.facts import Value
from rating.engine.scheme import WEIGHED, Amount, Attribute, Group, Item, applies
from rating.engine.tree import Problem

MOST_CLASSES = 2000


def demand_full_marks(
    root: Group, attributes: Mapping[str, Attribute], lines: Mapping[str, int], problems: list[Problem]
) -> None:
    """Appends a problem for each group whose applicable children do not make up its full mark."""
    used = sorted(set(_dividing(root)))
    if prod(len(attributes[code].choices) for code in used) > MOST_CLASSES:
        problems.append(
            Problem(lines["total"], f"applies_to 划分的类别超过 {MOST_CLASSES} 种，无法逐类核对满分")
        )
        return
    faulty: set[str] = set()
    for levels in product(*(attributes[code].choices for code in used)):
        entity: dict[str, Value] = {code: level for code, (level, _) in zip(used, levels, strict=True)}
        label = "、".join(title for _, title in levels)
        for group in _applicable_groups(root, entity):
            if group.code not in faulty and (message := _mismatch(group, entity, label)):
                faulty.add(group.code)
                problems.append(Problem(lines[group.code], message))


def _dividing(root: Group):
    for node in root.walk():
        yield from (part.attribute for part in node.scope)
        amounts: tuple[Amount | None, ...] = (node.full, node.weight, node.high)
        yield from (amount.attribute for amount in amounts if amount and amount.attribute)


def _applicable_groups(group: Group, entity: Mapping[str, Value]) -> list[Group]:
    found = [group]
    for child in group.children:
        if isinstance(child, Group) and applies(child.scope, entity):
            found += _applicable_groups(child, entity)
    return found


def _mismatch(group: Group, entity: Mapping[str, Value], label: str) -> str:
    whom = f"（{label}适用）" if label else ""
    children = [child for child in group.children if applies(child.scope, entity)]
    marks = sum((child.full.of(entity) for child in children), numbers.ZERO)
    declared = group.full.of(entity)
    if group.mode == "sum":
        if marks == declared:
            return ""
        return f"“{group.title}”声明满分 {numbers.plain(declared)} 分，其下各项满分{whom}合计 {numbers.plain(marks)} 分"
    if group.mode not in WEIGHED:
        return "" if marks > 0 or not declared else f"“{group.title}”其下各项{whom}没有可得的分"
    return _weight_flaw(group, children, entity, whom)


def _weight_flaw(group: Group, children: list[Group | Item], entity: Mapping[str, Value], whom: str) -> str:
    for child in children:
        if (child.weight is None) != (child.full.of(entity) == 0):
            wrong = "没有写 weight" if child.weight is None else "满分为 0，不能有 weight"
            return f"“{group.title}”按权重合成，其下“{child.title}”{whom}{wrong}"
    total: Decimal = sum((child.weight.of(entity) for child in children if child.weight), numbers.ZERO)
    if group.mode == "percent" and total != numbers.HUNDRED:
        return f"“{group.title}”其下各项权重{whom}合计 {numbers.plain(total)}%，应为 100%"
    return "" if total > 0 else f"“{group.title}”其下各项权重{whom}合计应大于 0"
