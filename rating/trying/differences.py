"""What one version of a scheme says otherwise than another, in words that an official can check against the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import Scheme, numbers
from rating.engine.conditions import in_words
from rating.engine.inputs import InputSpec
from rating.engine.scheme import GATE_KINDS, MISSING_POLICIES, MODES, Amount, Gate, Group, Item


@dataclass(frozen=True, slots=True)
class Difference:
    """One line: the part of the scheme, what it concerns, the old words and the new (empty: not there)."""

    part: str
    title: str
    what: str
    before: str
    after: str


def differences(old: Scheme, new: Scheme) -> tuple[Difference, ...]:
    """Every difference that can change a score or how it reads; none where only the layout of the file differs."""
    return (
        *_compare("方案", {"": ("方案", _head(old))}, {"": ("方案", _head(new))}),
        *_compare("评分项", _nodes(old), _nodes(new)),
        *_compare("门槛条件", _gates(old), _gates(new)),
        *_compare("等次", _grades(old), _grades(new)),
        *_compare("指标数据", _inputs(old), _inputs(new)),
    )


Described = dict[str, tuple[str, dict[str, str]]]


def _compare(part: str, old: Described, new: Described) -> Iterator[Difference]:
    for code in dict.fromkeys((*old, *new)):
        was, now = old.get(code), new.get(code)
        if was is None and now is not None:
            yield Difference(part, _named(code, now[0]), "新增", "", _whole(now[1]))
        elif now is None and was is not None:
            yield Difference(part, _named(code, was[0]), "取消", _whole(was[1]), "")
        elif was is not None and now is not None:
            for what in dict.fromkeys((*was[1], *now[1])):
                before, after = was[1].get(what, ""), now[1].get(what, "")
                if before != after:
                    yield Difference(part, _named(code, now[0]), what, before, after)


def _named(code: str, title: str) -> str:
    return f"{code} {title}".strip()


def _whole(words: dict[str, str]) -> str:
    return "；".join(f"{what}：{text}" for what, text in words.items() if text and what != "名称")


def _head(scheme: Scheme) -> dict[str, str]:
    limits = "、".join(f"{code} 最多 {count} 个" for code, count in scheme.limits)
    return {
        "名称": scheme.title,
        "状态": scheme.status,
        "满分": _amount(scheme.root.full),
        "说明": scheme.note,
        "名额限制": limits,
        "按名次定级": str(scheme.quota) if scheme.quota else "",
        "星级加减": str(scheme.stars) if scheme.stars else "",
        "总分换算": str(scheme.transform) if scheme.transform else "",
    }


def _nodes(scheme: Scheme) -> Described:
    parents = {child.code: group for group in scheme.root.walk() if isinstance(group, Group) for child in group.children}
    parents |= {child.code: scheme.root for child in scheme.root.children}
    found: Described = {}
    for node in scheme.root.walk():
        if node is scheme.root:
            continue
        parent = parents.get(node.code)
        words = {
            "名称": node.title,
            "上级": parent.title if parent and parent is not scheme.root else "",
            "满分": _amount(node.full),
            "权重": _amount(node.weight) if node.weight else "",
            "适用范围": _scope(scheme, node),
            "最低分": "" if node.low is None else numbers.plain(node.low),
            "最高分": "不限" if node.high is None else _amount(node.high),
            "依据": node.basis,
        }
        found[node.code] = (node.title, words | (_of_item(node) if isinstance(node, Item) else {"计法": MODES[node.mode]}))
    return found


def _of_item(item: Item) -> dict[str, str]:
    return {
        "计分规则": item.rule_text,
        "缺数据时": MISSING_POLICIES[item.missing.policy] + _points(item.missing.points),
        "原分制": "" if item.of is None else numbers.plain(item.of),
        "小数位": str(item.digits),
        "须有材料": "是" if item.evidence else "否",
        "可人工改分": "是" if item.override else "否",
    }


def _points(points: Decimal) -> str:
    return f" {numbers.plain(points)} 分" if points else ""


def _scope(scheme: Scheme, node: Group | Item) -> str:
    return "；".join(
        "、".join(dict(scheme.attributes[part.attribute].choices)[value] for value in part.values) for part in node.scope
    )


def _amount(amount: Amount) -> str:
    cases = "，".join(f"{code} 为 {numbers.plain(value)}" for code, value in amount.cases)
    return numbers.plain(amount.value) + (f"（{cases}）" if cases else "")


def _gates(scheme: Scheme) -> Described:
    return {gate.code: (gate.title, _of_gate(scheme, gate)) for gate in scheme.gates}


def _of_gate(scheme: Scheme, gate: Gate) -> dict[str, str]:
    grades = {each.code: each.title for each in (*scheme.grades, *scheme.outcomes)}
    specs = subjects(scheme)
    return {
        "名称": gate.title,
        "种类": GATE_KINDS[gate.kind].title,
        "条件": in_words(gate.test, specs),
        "限制的等次": "、".join(grades.get(code, code) for code in gate.grades),
        "结果": grades.get(gate.grade, gate.grade),
        "不适用": in_words(gate.unless, specs) if gate.unless else "",
        "情况不明时": {"pending": "待核", "pass": "视为通过", "fail": "视为不通过"}[gate.missing],
        "依据": gate.basis,
    }


def subjects(scheme: Scheme) -> dict[str, InputSpec]:
    """Whatever a condition can name, as words: inputs, attributes, groups and items."""
    found = {node.code: InputSpec(node.code, node.title) for node in scheme.root.walk()}
    for attribute in scheme.attributes.values():
        found[attribute.code] = InputSpec(attribute.code, attribute.title, type="choice", choices=attribute.choices)
    return {**found, "total": InputSpec("total", scheme.root.title), **scheme.inputs}


def _grades(scheme: Scheme) -> Described:
    side = "达到" if scheme.inclusive == "lower" else "高于"
    return {
        each.code: (each.title, {
            "名称": each.title, "星级": str(each.stars), "分数线": f"{side} {_amount(each.cut)} 分" if each.cut else "",
        })
        for each in (*scheme.grades, *scheme.outcomes)
    }  # fmt: skip


def _inputs(scheme: Scheme) -> Described:
    return {name: (spec.title, _of_input(spec)) for name, spec in scheme.inputs.items()}


def _of_input(spec: InputSpec) -> dict[str, str]:
    low, high = (None if each is None else numbers.plain(each) for each in (spec.low, spec.high))
    return {
        "名称": spec.title,
        "单位": spec.unit,
        "可填范围": f"{low or '不限'} 至 {high or '不限'}" if low or high else "",
        "选项": "、".join(title for _, title in spec.choices),
        "计算方法": str(spec.derive) if spec.derive else "",
    }
