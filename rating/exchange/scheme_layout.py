"""The workbook of a scheme: which sheet and column holds which key of the file (docs/schemes.md)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """`key` of the file under a heading; `nested`: the cell holds a list or a mapping, written as in the file."""

    key: str
    title: str
    nested: bool = False
    width: int = 14


@dataclass(frozen=True)
class Layout:
    """One sheet. `section` is the key of the file; `keyed`: its rows are named by their first column."""

    sheet: str
    section: str
    columns: tuple[Column, ...]
    keyed: bool = False
    needed: bool = False


HEAD = "方案"
PARENT = Column("parent", "上级", width=12)
# Paths of the sheet 方案, each a row: the path, its words, and whether the value is written as in the file.
HEAD_ROWS = (
    ("format", "格式版本", False),
    ("scheme.code", "方案代码", False),
    ("scheme.title", "方案名称", False),
    ("scheme.version", "版本", False),
    ("scheme.status", "状态", False),
    ("scheme.note", "说明", False),
    ("scheme.digits", "保留小数", False),
    ("scheme.missing", "缺数据时", True),
    ("total.title", "总分名称", False),
    ("total.points", "总分满分", True),
    ("total.floor", "总分下限", False),
    ("total.cap", "总分上限", True),
    ("total.mode", "总分合成", False),
    ("total.transform", "总分换算", True),
    ("grades.inclusive", "分数线归哪一级", False),
    ("grades.quota", "按名次定级", True),
    ("grades.stars", "星级加减", True),
    ("grades.limits", "各级名额", True),
)
SHEETS = (
    Layout(
        "属性",
        "attributes",
        (
            Column("code", "代码", width=18),
            Column("title", "名称", width=22),
            Column("values", "取值", nested=True, width=60),
        ),
        keyed=True,
    ),
    Layout(
        "指标数据",
        "inputs",
        (
            Column("code", "代码", width=22),
            Column("title", "名称", width=26),
            Column("unit", "单位"),
            Column("type", "类型"),
            Column("min", "最小"),
            Column("max", "最大"),
            Column("digits", "小数"),
            Column("values", "取值", nested=True, width=40),
            Column("fields", "字段", nested=True, width=40),
            Column("derive", "得出方法", nested=True, width=60),
        ),
        keyed=True,
        needed=True,
    ),
    Layout(
        "评分项",
        "groups",
        (
            PARENT,
            Column("code", "代码", width=12),
            Column("title", "名称", width=28),
            Column("points", "满分", nested=True),
            Column("weight", "权重", nested=True),
            Column("mode", "合成方式"),
            Column("applies_to", "适用", nested=True, width=26),
            Column("rule", "规则", nested=True, width=80),
            Column("of", "规则满分"),
            Column("missing", "缺数据时", nested=True, width=20),
            Column("floor", "最低分"),
            Column("cap", "最高分", nested=True),
            Column("digits", "小数"),
            Column("rounding", "舍入"),
            Column("evidence", "须有佐证"),
            Column("override", "可人工改分"),
            Column("basis", "依据", width=40),
        ),
        needed=True,
    ),
    Layout(
        "等级",
        "grades.levels",
        (
            Column("code", "代码"),
            Column("title", "名称", width=22),
            Column("stars", "星数"),
            Column("from", "分数线", nested=True, width=22),
        ),
        needed=True,
    ),
    Layout("其他结果", "grades.outcomes", (Column("code", "代码"), Column("title", "名称", width=22))),
    Layout(
        "门槛",
        "gates",
        (
            Column("code", "代码"),
            Column("title", "名称", width=30),
            Column("kind", "种类"),
            Column("all_of", "全部满足", nested=True, width=50),
            Column("any_of", "任一满足", nested=True, width=50),
            Column("none_of", "都不发生", nested=True, width=30),
            Column("at_least_of", "至少几项", nested=True, width=50),
            Column("unless", "免于要求", nested=True, width=30),
            Column("grades", "约束等级", nested=True, width=20),
            Column("grade", "结果"),
            Column("missing", "情况不明时"),
            Column("basis", "依据", width=40),
        ),
    ),
)
