"""Full marks must add up, in every group, for every class of entity that the scheme distinguishes."""

from collections.abc import Mapping
from itertools import product
from math import prod

from rating.engine import numbers
from rating.engine.scheme import Attribute, Group, applies
from rating.engine.tree import Problem

MOST_CLASSES = 2000


def demand_full_marks(
    root: Group, attributes: Mapping[str, Attribute], lines: Mapping[str, int], problems: list[Problem]
) -> None:
    """Appends a problem for each group whose applicable children do not sum to its full mark."""
    used = sorted({part.attribute for node in root.walk() for part in node.scope})
    if prod(len(attributes[code].choices) for code in used) > MOST_CLASSES:
        problems.append(
            Problem(lines["total"], f"applies_to 划分的类别超过 {MOST_CLASSES} 种，无法逐类核对满分")
        )
        return
    faulty: set[str] = set()
    for levels in product(*(attributes[code].choices for code in used)):
        entity = {code: level for code, (level, _) in zip(used, levels, strict=True)}
        label = "、".join(title for _, title in levels)
        for group in _applicable_groups(root, entity):
            if group.code not in faulty and (message := _mismatch(group, entity, label)):
                faulty.add(group.code)
                problems.append(Problem(lines[group.code], message))


def _applicable_groups(group: Group, entity: Mapping[str, str]) -> list[Group]:
    found = [group]
    for child in group.children:
        if isinstance(child, Group) and applies(child.scope, entity):
            found += _applicable_groups(child, entity)
    return found


def _mismatch(group: Group, entity: Mapping[str, str], label: str) -> str:
    total = sum((child.full for child in group.children if applies(child.scope, entity)), numbers.ZERO)
    if total == group.full:
        return ""
    whom = f"（{label}适用）" if label else ""
    declared, actual = numbers.plain(group.full), numbers.plain(total)
    return f"“{group.title}”声明满分 {declared} 分，其下各项满分{whom}合计 {actual} 分"
