"""The plan's data files hold the whole plan and agree with themselves; a broken one says where."""

import re
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from guandu.exchange.marked_yaml import BrokenFiles
from parks.enums import Carrier, OperatingModel
from targets.plan_arithmetic import findings
from targets.plan_files import orphan_clauses, read_plan_files
from targets.plan_shapes import FILES, SHAPES

ROOT = Path(__file__).resolve().parents[2]

SINGLE_BODIES = """区发展和改革局 区商务和投资促进局 区自然资源局 区科学技术和工业信息化局 区政务服务管理局 区委组织部
区委宣传部 区财政局 区人力资源和社会保障局 区文化和旅游局 区农业农村局 区教育体育局 区卫生健康局 区司法局 区城市更新改造局
区住房和城乡建设局 区自贸办 区交通运输局 区税务局 区市场监督管理局 区民政局 区国投公司 市生态环境局官渡分局""".split()
TASK_FORCES = [f"{name}产业链专班" for name in "总部经济 数字经济 对外贸易 文旅康养 新型工业".split()]
STREETS = [f"{name}街道办事处" for name in "关上 太和 吴井 金马 小板桥 官渡 矣六 六甲 大板桥 阿拉 长水 小哨".split()]
OTHERS = "区委、区政府 官渡区人民政府办公室 官渡区产业发展指挥部 官渡区产业园区发展办公室 海关 区统计局".split()
COLLECTIVES = ["各产业链专班", "各街道办事处"]

VALUES = """T01 8 T02 5 T03 3 T04 10 T04a 2 T04b 2 T04c 2 T04d 2 T04e 2 T05 2 T06 5 T07 8 T08 60 T09 30 T10 2 T11 5
T12 60 T13 30 T14 2 T15 60 T16 170 T17 52 T18 3600 T20 50 T21 60 T22 40 T23 1 T24 1 T25 2 T26 30 T27 10 T28 2 T29 1
T30 2 T30a 1 T30b 10 T31 1 T32 1000 T33 200 T34 2 T35 2 T36 1 T37 2 T38 60 T39 20 T40 10 T41 1 T42 50 T43 10""".split()


@pytest.fixture(scope="module")
def files():
    return read_plan_files(ROOT)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The data files in a folder of their own, to be broken."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.once
@pytest.mark.feature("D1")
def test_every_numeric_target_is_there_with_its_value(files):
    values = {row.code: row["value"] for row in files.rows("targets")}
    assert len(values) == 50
    assert values.pop("T19") is None
    assert values == {code: Decimal(value) for code, value in zip(VALUES[::2], VALUES[1::2], strict=True)}


@pytest.mark.once
@pytest.mark.feature("D1")
def test_every_numeric_clause_has_its_targets_and_each_target_a_lead(files):
    assert orphan_clauses(files) == []
    assert sum(row["targets"] for row in files.rows("clauses")) == 50
    assert [row.code for row in files.rows("targets") if not files.duty(row)[0]] == []


@pytest.mark.once
@pytest.mark.feature("D1")
def test_aims_mechanisms_and_doubts_are_complete(files):
    assert [row.code for row in files.rows("qualitative")] == [f"Q{n:02}" for n in range(1, 9)]
    assert [row.code for row in files.rows("mechanisms")] == [f"M{n:02}" for n in range(1, 20)]
    assert [row.code for row in files.rows("ambiguities")] == [f"A{n}" for n in range(1, 32)]


@pytest.mark.once
@pytest.mark.feature("D1")
def test_every_body_of_the_plan_is_a_unit(files):
    names = [row["name"] for row in files.rows("units")]
    assert len(SINGLE_BODIES) == 23
    assert sorted(names) == sorted(SINGLE_BODIES + TASK_FORCES + STREETS + OTHERS + COLLECTIVES)


@pytest.mark.once
def test_the_brackets_name_thirty_bodies(files):
    codes = {code for row in files.rows("mechanisms")[:15] for code in row["lead"] + row["responsible"]}
    names = {files.get("units", code)["name"] for code in codes}
    assert names == {*SINGLE_BODIES, *TASK_FORCES, *COLLECTIVES}
    assert len(files.get("mechanisms", "M11")["lead"]) == 10
    assert files.get("mechanisms", "M11")["convenor"] is None


@pytest.mark.once
def test_collective_names_stand_for_their_members(files):
    lead, responsible = files.duty(files.get("mechanisms", "M01"))
    assert lead == ["U-ZB-HQ", "U-ZB-DIG", "U-ZB-TRD", "U-ZB-CUL", "U-ZB-IND"]
    assert len(responsible) == 2 + 12


@pytest.mark.once
def test_streets_known_from_memory_only_wait_for_confirmation(files):
    waiting = [row["name"] for row in files.rows("units") if row["status"] == "待确认"]
    assert waiting == STREETS[-4:]


@pytest.mark.once
def test_the_map_of_clusters(files):
    assert len(files.rows("areas")) == 10
    pairs = Counter(row["area"] for row in files.rows("clusters"))
    assert (len(files.rows("clusters")), pairs["A-JM"]) == (11, 2)
    assert len(files.rows("parks")) == 9
    levels = Counter(title["level"] for row in files.rows("parks") for title in row["titles"])
    assert levels == {"national": 1, "provincial": 2, "city": 3}


@pytest.mark.once
def test_operating_models_and_carriers_are_the_registers_own(files):
    assert {row.code: row["name"] for row in files.rows("operating_models")} == dict(OperatingModel.choices)
    assert {row.code for row in files.rows("carriers")} == set(Carrier.values)


@pytest.mark.once
@pytest.mark.feature("D3")
def test_all_shapes_of_targets_occur(files):
    assert {row["shape"] for row in files.rows("targets")} == set(SHAPES)


@pytest.mark.once
@pytest.mark.feature("D5")
def test_the_plans_own_arithmetic(files):
    found = {each.code: (each.agrees, each.sentence) for each in findings(files)}
    assert [found[code][0] for code in ("K1", "K2")] == [True, True]
    assert found["K3"] == (
        False, "十亿级园区分解到产业链：T11 为 5，T23、T28、T41 合计 4，尚有 1 未对应。"
    )
    assert [re.search(r"尚缺 (\d) 个", found[code][1])[1] for code in ("K4", "K5", "K6")] == ["1", "3", "5"]
    assert found["K7"][0] is None
    assert "T09（30%）与 T22（40%）" in found["K7"][1]


@pytest.mark.once
def test_the_park_form_asks_for_at_most_twelve_numbers(files):
    template = files.get("templates", "PARK-Q")
    assert len(template["cells"]) == 12
    assert template["printed_line"] == "工作调度用，不作为统计数据对外发布"
    assert [step["by"] for step in template["route"]] == ["包保部门工作人员", "街道", "产业链专班", "园区发展办"]


@pytest.mark.once
def test_the_project_names_a_known_body_and_clause(files):
    content = yaml.safe_load((ROOT / "investment/reference/projects.yaml").read_text(encoding="utf-8"))
    [project] = content["projects"]
    assert project["name"] == "国际陆港项目"
    assert files.get("units", project["lead"])
    assert files.get("clauses", project["clause"])


UNITS, PARKS = "parks/reference/units.yaml", "parks/reference/parks.yaml"
INDICATORS = "targets/reference/indicators.yaml"
PLAN, TEMPLATES = "targets/reference/plan-2024.yaml", "targets/reference/templates.yaml"
BROKEN = [
    (UNITS, "parent: U-FGJ", "parent: U-XXX", "“parent”所指的“U-XXX”不存在。"),
    (UNITS, "code: U-KGJ,", "code: U-ZRJ,", "编码“U-ZRJ”与第"),
    ("parks/reference/chains.yaml", "code: HQ, ", "", "“code”必须填写。"),
    (PARKS, "carrier: land", "carrier: tower", "“carrier”所指的“tower”不存在。"),
    (PARKS, "    planned: false", "    plannd: false", "不认识的字段“plannd”。"),
    (PLAN, 'value: "3600"', 'value: "三千"', "“value”应当是数字，现为“三千”。"),
    (PLAN, "deadline: 2026-12-31", "deadline: 2027-12-31", "T01：完成时间不在计划期内。"),
    (PLAN, "deadline: 2026-12-31", "deadline: 年底", "“deadline”应当是“2026-12-31”这样的日期"),
    (PLAN, "    shape: stock", "    shape: heap", "“shape”不能是“heap”"),
    (PLAN, "units_from: M04", "units_from: M44", "“units_from”所指的“M44”不存在。"),
    (PLAN, "title: 园区建设, targets: 12", "title: 园区建设, targets: 13", "有 13 个数字目标，目标表中有 12 个。"),
    (PLAN, "indicator: TAX_SHARE", "indicator: TAX_PART", "T09：指标“TAX_PART”不存在。"),
    (INDICATORS, "op: share, num: TAX,", "op: share, num: TAXES,", "算法中的指标“TAXES”不存在。"),
    (INDICATORS, "op: ratio, num: REV_LEAD, den: REV}", "op: ratio, num: REV_LEAD, den: FIRMS}", "两者必须一致"),
    (INDICATORS, "op: choose_by_type, map: {HQ: WSALES", "op: choose_by_type, map: {HQ: SCALE", "互相引用：“园区规模” → “园区规模”"),
    (INDICATORS, "source: parks.opened, since", "source: parks.opened, sinse", "计数来源“parks.opened”的参数不对，可写：since、"),
    (INDICATORS, "over_space: recompute", "over_space: median", "“over_space”不能是“median”"),
    (TEMPLATES, "{indicator: FIRMS, section: FIRM", "{indicator: SCALE, section: FIRM", "“园区规模”由计算得出，不能列入报表。"),
]


@pytest.mark.once
@pytest.mark.feature("D1")
@pytest.mark.parametrize(("name", "good", "bad", "sentence"), BROKEN)
def test_a_broken_file_is_named_with_its_line(copy, name, good, bad, sentence):
    text = (copy / name).read_text(encoding="utf-8")
    line = text[: text.index(good)].count("\n") + 1
    (copy / name).write_text(text.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(BrokenFiles) as refusal:
        read_plan_files(copy)
    assert any(
        (error.path, error.line) == (name, line) and sentence in error.sentence
        for error in refusal.value.file_errors
    ), list(map(str, refusal.value.file_errors))


@pytest.mark.once
def test_all_errors_of_all_files_come_at_once(copy):
    units, plan = copy / UNITS, copy / PLAN
    units.write_text(units.read_text(encoding="utf-8").replace("kind: office", "kind: shop"), encoding="utf-8")
    plan.write_text(plan.read_text(encoding="utf-8").replace('op: "<="', "op: about"), encoding="utf-8")
    (copy / "parks/reference/enterprises.yaml").unlink()
    with pytest.raises(BrokenFiles) as refusal:
        read_plan_files(copy)
    assert {error.path for error in refusal.value.file_errors} == {
        "parks/reference/units.yaml", "parks/reference/enterprises.yaml", "targets/reference/plan-2024.yaml",
    }


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"units:\n  - {code: U-1, name: [\n", "此处不合 YAML 格式"),
        ("units:\n  - 名称".encode("gbk"), "文件不是 UTF-8 编码"),
        (b"- a\n", "文件应当由若干节组成"),
        (b"", "文件应当由若干节组成"),
        (b"unit: []\n", "不认识的字段“unit”。"),
        (b"units: yes\n", "“units”应当是一组记录。"),
    ],
)
def test_a_file_that_is_not_even_a_data_file(copy, content, sentence):
    (copy / "parks/reference/units.yaml").write_bytes(content)
    with pytest.raises(BrokenFiles) as refusal:
        read_plan_files(copy)
    own = [str(e) for e in refusal.value.file_errors if e.path == "parks/reference/units.yaml"]
    assert any(sentence in each for each in own), own
