"""A scheme file is right, or every wrong line is named with its key."""

import re
from pathlib import Path

import pytest

from rating.engine import SchemeError, load_scheme
from rating.engine.conditions import COMBINATIONS, TESTS
from rating.engine.derivations import DERIVATIONS
from rating.engine.derivations.cohort import STATISTICS
from rating.engine.derivations.records import METHODS
from rating.engine.inputs import TYPES
from rating.engine.rules import KINDS
from rating.engine.scheme import GATE_KINDS, MISSING_POLICIES, MODES, ROUNDINGS
from rating.engine.sections.grades import TIES

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]

ROOT = Path(__file__).resolve().parents[2]

SOUND = """\
format: 1
scheme: {code: t, title: 试, version: "1", status: 测试, missing: block}
total: {points: 100}
attributes:
  attr.carrier: {title: 载体, values: {land: 用地类, building: 楼宇类}}
inputs:
  X: {title: 甲, unit: 家}
  Y: {title: 乙, unit: 家}
  F: {title: 旗, type: boolean}
  S: {title: 占比, unit: "%", derive: {kind: ratio, of: X, to: Y, times: 100}}
groups:
  - code: G
    title: 一
    points: 60
    items:
      - code: A
        title: 指标一
        points: 20
        rule:
          kind: band
          input: S
          inclusive: lower
          direction: higher
          bands:
            - {to: 10, points: 0}
            - {from: 10, to: 60, points: 8}
            - {from: 60, points: 20}
      - code: B
        title: 指标二
        points: 40
        rule: {kind: fixed_if, when: {input: F, is: true}, points: 40}
  - code: H
    title: 二
    points: 40
    items:
      - code: C
        title: 指标三
        points: 40
        applies_to: {attr.carrier: [land]}
        rule: {kind: linear, input: X, direction: higher, knots: [{at: 0, points: 0}, {at: 5, points: 40}]}
      - code: D
        title: 指标四
        points: 40
        applies_to: {attr.carrier: [building]}
        floor: 0
        rule: {kind: step, input: X, start: 0, size: 1, points: 1}
gates:
  - {code: V, title: 否决, kind: veto, missing: pending, any_of: [{input: X, more_than: 0}]}
grades:
  inclusive: lower
  levels:
    - {code: five, title: 五星级, stars: 5, from: 90}
    - {code: none, title: 未达星级}
"""


def problems(text):
    with pytest.raises(SchemeError) as caught:
        load_scheme(text)
    return caught.value.problems


def line_of(text, part):
    return next(number for number, line in enumerate(text.splitlines(), start=1) if part in line)


def test_the_sound_scheme_loads():
    scheme = load_scheme(SOUND)
    assert [item.code for item in scheme.items()] == ["A", "B", "C", "D"]
    assert load_scheme(SOUND.encode()) == scheme


def test_digest_follows_the_content_and_not_the_layout():
    scheme = load_scheme(SOUND)
    assert load_scheme("# 说明\n" + SOUND.replace("title: 指标一", "title: '指标一'")).digest == scheme.digest
    assert load_scheme(SOUND.replace("title: 指标一", "title: 指标壹")).digest != scheme.digest


WRONG = [
    # what stands in the file, what is put there instead, where the error is, what it says
    ("from: 10, to: 60, points: 8", "from: 12, to: 60, points: 8", "from: 12", "空档：10 至 12"),
    ("from: 10, to: 60, points: 8", "from: 8, to: 60, points: 8", "from: 8", "重叠：8 至 10"),
    ("{to: 10, points: 0}", "{from: 0, to: 10, points: 0}", "from: 0, to: 10", "首档不得有 from"),
    ("{from: 60, points: 20}", "{from: 60, to: 90, points: 20}", "to: 90", "末档不得有 to"),
    (
        "from: 10, to: 60, points: 8",
        "from: 10, to: 60, points: 28",
        "{from: 60, points: 20}",
        "分值却比前一档低",
    ),
    (
        "inclusive: lower\n          direction",
        "inclusive: both\n          direction",
        "inclusive: both",
        "“both”不可用",
    ),
    ("          inclusive: lower\n          dir", "          dir", "kind: band", "“inclusive”没有填写"),
    (
        "    points: 60",
        "    points: 59",
        "code: G",
        "“一”声明满分 59 分，其下各项满分（用地类适用）合计 60 分",
    ),
    (
        "total: {points: 100}",
        "total: {points: 99}",
        "total:",
        "“总分”声明满分 99 分，其下各项满分（用地类适用）合计 100 分",
    ),
    ("[building]", "[land]", "code: H", "“二”声明满分 40 分，其下各项满分（用地类适用）合计 80 分"),
    ("code: B", "code: A", "code: A", "代码“A”重复"),
    ("code: V,", "code: H,", "code: H, title: 否决", "代码“H”重复"),
    ("input: S", "input: Z", "input: Z", "未声明的输入“Z”"),
    ("to: Y", "to: Z", "to: Z", "未声明的输入“Z”"),
    ("of: X, to: Y", "of: S, to: Y", "of: S", "循环引用"),
    ("of: X, to: Y", "of: F, to: Y", "of: F", "“F”不是数值"),
    ("when: {input: F, is: true}", "when: {input: F, at_least: 1}", "at_least: 1", "它的类型是 boolean"),
    ("when: {input: F, is: true}", "when: {input: F, is: yes}", "is: yes", "“yes”不可用"),
    ("when: {input: F, is: true}", "when: {input: F}", "when: {input: F}", "恰好写一个"),
    ("when: {input: F, is: true}", "when: {group: G, at_least: 1}", "when: {group: G", "恰好写一个"),
    (
        "title: 指标二",
        "title: 指标二\n        weight: 3",
        "weight: 3",
        "“weight”只用于 mode 为 percent 或 relative",
    ),
    ("title: 指标二\n", "title:\n", "title:\n", "“title”应为文字"),
    ("kind: fixed_if", "kind: magic", "kind: magic", "“magic”不可用"),
    ("points: 40}\n  - code: H", "points: 30}\n  - code: H", "points: 40", "按规则最多只能得 30 分"),
    ("size: 1,", "size: 0,", "size: 0", "级差必须大于 0"),
    (
        "        floor: 0\n        rule: {kind: step, input: X, start: 0, size: 1, points: 1}",
        "        rule: {kind: per_unit, units: [{input: X, points: 1}]}",
        "kind: per_unit",
        "没有下限",
    ),
    ("floor: 0", "floor: 1", "floor: 1", "不得大于 0"),
    ("{at: 5, points: 40}", "{at: 0, points: 40}", "knots:", "不得重复"),
    ("points: 0}, {at: 5", "points: 0.0.0}, {at: 5", "points: 0.0.0", "“0.0.0”不是数字"),
    ("attr.carrier: [land]", "attr.area: [land]", "attr.area", "不是 attributes 中声明的属性"),
    ("attr.carrier: [land]", "attr.carrier: [sea]", "[sea]", "未声明的值“sea”"),
    ("missing: block}", "missing: ignore}", "missing: ignore", "“ignore”不可用"),
    (", missing: block}", "}", "code: t", "“missing”没有填写"),
    ("any_of:", "anyof:", "code: V,", "“any_of”没有填写：须写明条件"),
    ("from: 90}", "from: 90}\n    - {code: four, title: 四, from: 95}", "from: 95", "应小于上一级的 90"),
    ("title: 未达星级}", "title: 未达星级, from: 10}", "levels:", "最后一级不得有 from"),
    ("format: 1", "format: 2", "format: 2", "应为 1"),
    ("  Y: {title: 乙, unit: 家}", "  X: {title: 乙, unit: 家}", "X: {title: 乙", "“X”重复，前一处在第 7 行"),
    ("points: 20\n        rule", "points: 20.005\n        rule", "points: 20.005", "超过本项保留的 2 位"),
]


@pytest.mark.parametrize(("old", "new", "where", "message"), WRONG)
def test_each_error_names_its_line(old, new, where, message):
    assert old in SOUND
    text = SOUND.replace(old, new, 1)
    found = problems(text)
    lines = [number for number, line in enumerate(text.split("\n"), start=1) if where.split("\n")[0] in line]
    assert any(problem.line in lines and message in problem.message for problem in found), found


@pytest.mark.parametrize("number", range(len(SOUND.splitlines())))
def test_no_missing_line_is_an_accident(number):
    lines = SOUND.splitlines()
    del lines[number]
    try:
        found = load_scheme("\n".join(lines)) and []
    except SchemeError as error:
        found = error.problems
    assert all(1 <= line <= len(lines) and message for line, message in found)


def test_all_errors_are_found_in_one_run():
    text = SOUND.replace("input: S", "input: Z").replace("size: 1,", "size: 0,").replace("any_of", "some_of")
    assert [line for line, _ in problems(text)] == sorted(
        [line_of(text, "input: Z"), line_of(text, "size: 0"), line_of(text, "some_of")]
    )


def test_the_error_reads_as_lines():
    with pytest.raises(SchemeError, match="^第 19 行：") as caught:
        load_scheme(
            SOUND.replace("        points: 20", "        points: 二十", 1).replace(
                "\n    title: 一", "\n\n    title: 一"
            )
        )
    assert "“A”的“points”“二十”不是数字" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "文件是空的"),
        ("a: [1", "YAML 格式有误"),
        ("- 1\n- 2", "方案应为键值结构"),
        ("a: &x [1]\nb: *x", "不支持引用"),
        ("a: " + "[" * 100 + "]" * 100, "层级超过"),
        ("? [1, 2]\n: 3", "键必须是文字"),
        ("a: \x01", "不允许的字符"),
        (b"\xff\xfe\x00", "不是 UTF-8"),
    ],
)
def test_text_that_is_not_a_plain_mapping(text, message):
    ((line, found),) = problems(text)
    assert line >= 1
    assert message in found


def test_more_classes_than_can_be_checked_are_refused():
    values = "{" + ", ".join(f"v{n}: 值{n}" for n in range(50)) + "}"
    text = SOUND.replace("  attr.carrier:", f"  attr.a: {{title: 子, values: {values}}}\n  attr.carrier:")
    text = text.replace(
        "    items:\n      - code: A", "    applies_to: {attr.a: [v1]}\n    items:\n      - code: A"
    )
    text = text.replace("attributes:", f"attributes:\n  attr.b: {{title: 丑, values: {values}}}")
    text = text.replace("code: H\n", "code: H\n    applies_to: {attr.b: [v1]}\n")
    assert "超过 2000 种" in problems(text)[0].message


def test_the_format_reference_names_every_kind_and_parameter():
    document = (ROOT / "docs/schemes.md").read_text()
    words = set(re.findall(r"`([a-z_]+)`", document))
    expected = {*KINDS, *DERIVATIONS, *TESTS, *MISSING_POLICIES}
    expected |= {param.name for kind in (*KINDS.values(), *DERIVATIONS.values()) for param in kind.params}
    expected |= {*GATE_KINDS, *MODES, *ROUNDINGS, *TYPES, *STATISTICS, *COMBINATIONS, *METHODS, *TIES}
    assert expected - words == set()


def test_the_example_of_the_format_reference_loads():
    document = (ROOT / "docs/schemes.md").read_text()
    example = re.search(r"```yaml\n(format: 1\n.*?)```", document, re.DOTALL)
    assert load_scheme(example.group(1)).root.full.value == 100
