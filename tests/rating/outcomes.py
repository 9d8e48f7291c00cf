"""A scheme that passes one input on as the total, with whatever gates and grades a test gives it."""

from rating.engine import Facts, Input, load_scheme, score
from tests.rating.engine_schemes import FLAG, X, Y, flags, given, group, item, scheme_text

PASS = {"kind": "imported", "input": "X", "source": ["0", "100"], "points": ["0", "100"]}
LEVELS = [
    {"code": "five", "title": "五星级", "stars": "5", "from": "85"},
    {"code": "four", "title": "四星级", "stars": "4", "from": "75"},
    {"code": "three", "title": "三星级", "stars": "3", "from": "60"},
    {"code": "none", "title": "未达星级"},
]
OUTCOMES = [{"code": "unrated", "title": "不参评"}, {"code": "warned", "title": "降级备选"}]
PAST = {
    "title": "往年结果",
    "type": "records",
    "fields": {
        "year": {"title": "年份"},
        "last": {"title": "倒数名次", "unit": "名"},
        "filed": {"title": "报送", "type": "boolean"},
    },
}
INPUTS = {
    "X": X,
    "Y": Y,
    "FLAG": FLAG,
    "past": PAST,
    **flags("P", "Q", "R"),
    "opened": {"title": "开园日期", "type": "date"},
    "age": {"title": "开园年数", "unit": "年", "derive": {"kind": "years_since", "of": "opened"}},
    "in_last_five": {
        "title": "近三年列末五位",
        "unit": "次",
        "derive": {
            "kind": "count",
            "of": "past",
            "where": {"field": "last", "at_most": "5"},
            "within": {"field": "year", "years": "3"},
        },
    },
    "silent": {
        "title": "连续未报送",
        "unit": "年",
        "derive": {
            "kind": "streak",
            "of": "past",
            "year": "year",
            "where": {"field": "filed", "is": "false"},
        },
    },
}
CLASSES = {"region": {"title": "片区", "values": {"e": "东", "w": "西"}}}


def scheme_of(*gates: dict, levels=LEVELS, **grades):
    section = {"inclusive": "lower", "levels": levels, "outcomes": OUTCOMES, **grades}
    groups = [group("G", 100, [item("I", 100, PASS, missing="zero")])]
    more = {"gates": list(gates)} if gates else {}
    return load_scheme(scheme_text(groups, inputs=INPUTS, attributes=CLASSES, grades=section, **more))


def gate(kind: str, **more) -> dict:
    return {"code": "K", "title": "门槛", "kind": kind, "missing": "pending", **more}


def entity(x: int | str = 0, name: str = "E", region: str = "e", **values) -> Facts:
    inputs = {"X": given("X", x)} | {
        code: Input(value) if isinstance(value, str | list) else given(code, value)
        for code, value in values.items()
    }
    return Facts(name, name, "2026", attributes={"region": region}, inputs=inputs)


def grade_of(scheme, **values):
    return score(scheme, entity(**values)).grade
