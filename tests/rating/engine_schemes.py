"""Small schemes for the engine's tests: one item of any rule, or a tree written out."""

import json
from decimal import Decimal

from rating.engine import Facts, Input, LeafResult, Scheme, load_scheme, score

X = {"title": "甲", "unit": "家"}
Y = {"title": "乙", "unit": "家"}
FLAG = {"title": "旗", "type": "boolean"}
LEVEL = {"title": "等级", "type": "choice", "values": {"high": "高", "mid": "中", "low": "低"}}


def scheme_text(groups: list[dict], **sections) -> str:
    """YAML (written as JSON) of a scheme with inputs X, Y, FLAG, LEVEL; `sections` replace or add top-level sections."""
    total = 0 if "total" in sections else sum(Decimal(str(group["points"])) for group in groups)
    content = {
        "format": 1,
        "scheme": {"code": "t", "title": "试", "version": "1", "status": "测试", "missing": "block"},
        "total": {"points": str(total)},
        "inputs": {"X": X, "Y": Y, "FLAG": FLAG, "LEVEL": LEVEL},
        "groups": groups,
        "grades": {"inclusive": "lower", "levels": [{"code": "none", "title": "未达星级"}]},
        **sections,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def item(code: str, points: object, rule: dict, **more) -> dict:
    return {"code": code, "title": f"指标{code}", "points": str(points), "rule": rule, **more}


def group(code: str, points: object, items: list[dict], **more) -> dict:
    return {"code": code, "title": f"分组{code}", "points": str(points), "items": items, **more}


def flag_item(code: str, points: object, **more) -> dict:
    """Full marks when its own boolean input of the same code is true."""
    rule = {"kind": "fixed_if", "when": {"input": code, "is": "true"}, "points": str(points)}
    return item(code, points, rule, **more)


def flags(*codes: str) -> dict:
    return {code: {"title": code, "type": "boolean"} for code in codes}


def one_item(rule: dict, points: object = 10, **more) -> Scheme:
    return load_scheme(scheme_text([group("G", points, [item("I", points, rule, **more)])]))


def facts(**values) -> Facts:
    """Numbers are given as text or int and carry the unit 家; bool, str levels and None as they are."""
    return Facts("E1", "某园区", inputs={code: given(code, value) for code, value in values.items()})


def given(code: str, value: object) -> Input:
    if value is None or isinstance(value, bool) or code == "LEVEL":
        return Input(value)
    return Input(Decimal(str(value)), "家", "核定", {"figure": code})


def leaf(scheme: Scheme, **values) -> LeafResult:
    (found,) = score(scheme, facts(**values)).leaves()
    return found
