"""manage.py score_scheme: any scheme, any facts file, whole cohorts; the database is never asked."""

import csv
import json
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from rating.engine import Facts, References, Result, load_scheme, score

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

SCHEME = """\
format: 1
scheme: {code: any, title: 任意方案, version: "1", status: 测试, missing: zero}
total: {points: 20}
attributes: {kind: {title: 类型, values: {a: 甲类, b: 乙类}}}
inputs:
  REV: {title: 收入, unit: 万元}
  open: {title: 开放, type: boolean}
  has: {title: 设施, type: checklist, values: {gym: 体育, bus: 班车}}
  panel: {title: 评分, type: marks, min: 0, max: 10}
  firms: {title: 企业, type: records, fields: {level: {title: 级, type: choice, values: {n: 国, p: 省}}, when: {title: 日期, type: date}}}
  growth: {title: 增长, unit: "%", derive: {kind: growth, of: REV}}
  judged: {title: 评分合成, unit: 分, derive: {kind: experts, of: panel}}
  count: {title: 国家级, unit: 家, derive: {kind: count, of: firms, where: {field: level, in: [n]}, within: {field: when, years: 1}}}
  rank: {title: 名次, derive: {kind: cohort, of: REV, statistic: rank}}
groups:
  - {code: A, title: 增长, points: 4, floor: 0, rule: {kind: step, input: growth, start: 0, size: 5, points: 1}}
  - {code: B, title: 开放, points: 2, rule: {kind: fixed_if, when: {input: open, is: true}, points: 2}}
  - {code: C, title: 设施, points: 4, rule: {kind: checklist_sum, input: has, options: {gym: 2, bus: 2}}}
  - {code: D, title: 专家, points: 5, rule: {kind: imported, input: judged, source: [0, 10], points: [0, 5]}}
  - {code: E, title: 企业, points: 3, rule: {kind: per_unit, units: [{input: count, points: 1}]}}
  - {code: F, title: 名次, points: 2, rule: {kind: rank_points, input: rank, places: [{to: 1, points: 2}]}}
grades: {inclusive: lower, levels: [{code: good, title: 好, from: 10}, {code: rest, title: 其余}]}
"""

ROWS = [
    ["entity", "name", "period", "kind", "REV", "REV@-1", "open", "has", "panel"],
    ["x", "甲园", "2026", "a", "1100", "1000", "是", "gym;bus", "王=8;李=9;赵="],
    ["y", "乙园", "2026", "b", "1,500", "", "否", "", "王(外)=6"],
]
FIRMS = [
    ["entity", "level", "when"],
    ["x", "n", "2026-06-30"],
    ["x", "n", "2025-06-30"],
    ["x", "p", "2026-06-30"],
    ["y", "n", "2026-01-01"],
]


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(rows=ROWS, **sheets) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "数据"
    for row in rows:
        book.active.append(row)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def table(rows=ROWS) -> str:
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def run(tmp_path, facts: Path, out: str = "out.json", scheme: str = SCHEME, **options) -> Path:
    target = tmp_path / out
    call_command(
        "score_scheme", write(tmp_path / "s.yaml", scheme), facts, out=target, stdout=StringIO(), **options
    )
    return target


def results(path: Path) -> dict[str, Result]:
    found = [Result.from_json(json.dumps(each)) for each in json.loads(path.read_text())["results"]]
    return {each.entity: each for each in found}


def points(result: Result) -> list[Decimal]:
    return [leaf.points for leaf in result.leaves()]


def test_a_workbook_with_a_sheet_of_records(tmp_path, django_db_blocker):
    """x: 10 % are two steps; open; both; 8.5 of 10; one national within the year; second in revenue."""
    with django_db_blocker.block():
        found = results(run(tmp_path, write(tmp_path / "f.xlsx", workbook(firms=FIRMS))))
    assert points(found["x"]) == [2, 2, 4, Decimal("4.25"), 1, 0]
    assert points(found["y"]) == [0, 0, 0, 3, 1, 2]
    assert (found["x"].grade.code, found["y"].grade.code) == ("good", "rest")


def test_the_file_holds_what_a_replay_needs(tmp_path):
    content = json.loads(run(tmp_path, write(tmp_path / "f.xlsx", workbook(firms=FIRMS))).read_text())
    references = References.from_json(json.dumps(content["references"]))
    raw = content["results"][0]
    from rating.exchange.facts_files import read_facts

    scheme = load_scheme(SCHEME)
    (x, _) = read_facts((tmp_path / "f.xlsx").read_bytes(), "f.xlsx", scheme)
    again = score(scheme, Facts.from_json(x.to_json()), references)
    assert json.loads(again.to_json()) == raw


def test_a_table_as_csv(tmp_path):
    found = results(run(tmp_path, write(tmp_path / "f.csv", table()), lenient=True))
    assert points(found["x"]) == [2, 2, 4, Decimal("4.25"), 0, 0]


def test_json_with_numbers_as_text_or_whole_and_lists(tmp_path):
    entity = {
        "entity": "x",
        "period": "2026",
        "attributes": {"kind": "a"},
        "inputs": {
            "REV": "1100",
            "REV@-1": 1000,
            "open": {"value": True, "evidence": ["证.pdf"], "source": "现场"},
            "has": ["gym"],
            "panel": [{"judge": "王", "points": 8.5}, {"judge": "李", "points": 1, "recused": True}],
            "firms": [{"level": "n", "when": "2026-06-30"}],
        },
    }
    found = results(run(tmp_path, write(tmp_path / "f.json", json.dumps([entity]))))["x"]
    assert points(found) == [2, 2, 2, Decimal("4.25"), 1, 2]
    assert found.leaves()[1].inputs[0].source == "现场"


@pytest.mark.parametrize("out", ["out.csv", "out.xlsx"])
def test_a_row_an_entity_with_every_item(tmp_path, out):
    path = run(tmp_path, write(tmp_path / "f.xlsx", workbook(firms=FIRMS)), out)
    if out.endswith("csv"):
        header, *rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"))))
    else:
        header, *rows = [
            [cell or "" for cell in row]
            for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)
        ]
    assert header[:6] == ["entity", "名称", "总分", "满分", "等级", "名次"]
    assert rows[0][:5] == ["x", "甲园", "13.25", "20.00", "好"] or rows[0][:5] == [
        "x",
        "甲园",
        "13.25",
        "20",
        "好",
    ]


def test_the_same_files_give_the_same_bytes(tmp_path):
    facts = write(tmp_path / "f.xlsx", workbook(firms=FIRMS))
    assert run(tmp_path, facts, "a.json").read_bytes() == run(tmp_path, facts, "b.json").read_bytes()


def test_the_scheme_may_be_a_workbook(tmp_path):
    book = tmp_path / "s.xlsx"
    call_command("scheme_workbook", write(tmp_path / "s.yaml", SCHEME), book, stdout=StringIO())
    facts = write(tmp_path / "f.xlsx", workbook(firms=FIRMS))
    call_command("score_scheme", book, facts, out=tmp_path / "b.json", stdout=StringIO())
    assert (tmp_path / "b.json").read_bytes() == run(tmp_path, facts, "a.json").read_bytes()


def without(column: str) -> list[list[str]]:
    place = ROWS[0].index(column)
    return [row[:place] + row[place + 1 :] for row in ROWS]


def changed(row: int, column: str, value: str) -> list[list[str]]:
    rows = [list(each) for each in ROWS]
    rows[row][ROWS[0].index(column)] = value
    return rows


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (workbook(without("REV@-1"), firms=FIRMS), "缺少列“REV@-1”（收入）"),
        (workbook(without("open"), firms=FIRMS), "缺少列“open”（开放）"),
        (workbook(without("entity"), firms=FIRMS), "缺少列“entity”"),
        (workbook(), "缺少列“firms”（企业）"),
        (workbook(changed(0, "open", "opened"), firms=FIRMS), "方案不认识列“opened”"),
        (workbook(changed(0, "open", "growth"), firms=FIRMS), "由其他数据得出"),
        (workbook(changed(1, "REV", "许多"), firms=FIRMS), "数据!2（REV）：“许多”不是数字"),
        (workbook(changed(1, "open", "也许"), firms=FIRMS), "“也许”应为是或否"),
        (workbook(changed(2, "entity", "x"), firms=FIRMS), " 出现了两次"),
        (workbook(changed(1, "kind", "z"), firms=FIRMS), "没有“z”这个值"),
        (workbook(changed(1, "has", "pool"), firms=FIRMS), None),
        (workbook(firms=[["entity", "colour"], ["x", "red"]]), "记录清单没有字段“colour”"),
        (workbook(firms=[["entity", "level", "when"], ["x", "z", ""]]), "字段 level"),
        (workbook(companies=FIRMS), "不是方案中的记录清单"),
        (workbook([ROWS[0]], firms=FIRMS), "没有一个参评对象"),
        (b"not a workbook", ""),
    ],
)
def test_a_facts_file_that_does_not_fit_is_refused_by_name(tmp_path, content, message):
    facts = write(tmp_path / "f.xlsx", content)
    if message is None:  # a tick nobody declared blocks the item, and says so
        assert "“pool”不在可选范围内" in results(run(tmp_path, facts))["x"].leaves()[2].sentence
        return
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, facts)
    assert message in str(refusal.value)
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "应为列表"),
        ("[1]", "第 1 项：应为一个对象"),
        ("[", "不是 JSON"),
        ('[{"entity": "x", "inputs": {"Q": 1}}]', "方案不认识输入“Q”"),
        ('[{"entity": "x", "inputs": {"growth": 1}}]', "由其他数据得出"),
        ('[{"entity": "x", "colour": 1}]', "不认识的键“colour”"),
        ('[{"entity": "x", "inputs": {"REV": NaN}}]', "不是有限的数"),
        ('[{"entity": "x", "inputs": {"REV": {"worth": 1}}}]', "不认识的键“worth”"),
        ('[{"entity": "x", "attributes": {"colour": "red"}}]', "方案没有属性“colour”"),
        ("[]", "没有一个参评对象"),
    ],
)
def test_json_that_does_not_fit_is_refused(tmp_path, content, message):
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, write(tmp_path / "f.json", content))
    assert message in str(refusal.value)


def test_a_wrong_scheme_is_refused_by_line_and_a_missing_file_by_name(tmp_path):
    facts = write(tmp_path / "f.xlsx", workbook(firms=FIRMS))
    with pytest.raises(CommandError, match="第 3 行：“总分”声明满分 21 分"):
        run(tmp_path, facts, scheme=SCHEME.replace("points: 20}", "points: 21}"))
    with pytest.raises(CommandError, match="找不到文件"):
        run(tmp_path, tmp_path / "nothing.csv")
    with pytest.raises(CommandError, match="结果文件应为"):
        run(tmp_path, facts, "out.pdf")
