"""Loading the plan: complete, repeatable, and never over an official's edit unless told to."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.audit.trail import verify
from guandu.core.actors import LOADER
from guandu.core.errors import Invalid, NotAllowed
from guandu.exchange.marked_yaml import BrokenFiles
from parks.models import Area, AreaChain, Chain, Park, Placement, Title
from targets.actions.load_plan import load_plan
from targets.models import (
    Ambiguity,
    CertifiedValue,
    Indicator,
    Mechanism,
    Plan,
    QualitativeAim,
    ReturnTemplate,
    Target,
)
from targets.plan_shapes import FILES

ROOT = Path(__file__).resolve().parents[2]
PLAN = "targets/reference/plan-2024.yaml"

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def loaded() -> None:
    load_plan(root=ROOT, by=LOADER)


def replace(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def load(root: Path, **options) -> str:
    out = StringIO()
    call_command("load_plan", root=root, stdout=out, **options)
    return out.getvalue()


@pytest.mark.feature("D1")
def test_the_whole_plan_is_loaded(loaded):
    counts = [
        model.objects.count()
        for model in (Plan, Target, QualitativeAim, Mechanism, Ambiguity, Chain, Area, AreaChain, Park, Title)
    ]
    assert counts == [1, 50, 8, 19, 31, 5, 10, 11, 9, 6]
    assert Unit.objects.count() == 46
    assert Indicator.objects.count() == 81
    assert {t.code: t.cells.count() for t in ReturnTemplate.objects.all()} == {
        "PARK-Q": 12, "PARK-YEAR": 3, "DISTRICT-TAX-Q": 3, "DISTRICT-TRADE-Q": 5, "DISTRICT-TECH-Q": 5,
        "DISTRICT-PATENT-Q": 1,
    }


@pytest.mark.feature("D1")
def test_every_target_has_a_clause_a_lead_and_an_indicator(loaded):
    for target in Target.objects.all():
        assert target.clause
        assert target.duties.filter(leads=True).exists(), target.code
        assert target.indicator, target.code


@pytest.mark.feature("D1")
def test_the_lead_of_a_target_is_the_lead_of_its_bracket(loaded):
    units = {d.unit.name: d.leads for d in Target.objects.get(code="T22").duties.select_related("unit")}
    assert [name for name, leads in units.items() if leads] == ["总部经济产业链专班"]
    assert {"区财政局", "区城市更新改造局", "区住房和城乡建设局", "关上街道办事处"} < set(units)
    assert not Target.objects.get(code="T22").duties.filter(inferred=True).exists()
    assert Target.objects.get(code="T09").duties.filter(inferred=True, leads=True).exists()


def test_a_split_hangs_under_its_target(loaded):
    parents = dict(Target.objects.filter(parent__isnull=False).values_list("code", "parent__code"))
    assert parents == dict.fromkeys(["T04a", "T04b", "T04c", "T04d", "T04e"], "T04") | {
        "T25": "T04b", "T30": "T04c", "T34": "T04d", "T37": "T04e", "T30a": "T30", "T30b": "T30",
    }
    assert list(Target.objects.filter(indicator__code="PARKS_NEW").values_list("code", "scope_code")) == [
        ("T04", ""), ("T04a", "HQ"), ("T04b", "DIG"), ("T04c", "TRD"), ("T04d", "CUL"), ("T04e", "IND"),
        ("T25", "DIG"), ("T30", "TRD"),
    ]


def test_each_park_has_one_chain_from_the_plans_first_day(loaded):
    placements = Placement.objects.values_list("park__code", "chain__code", "valid_from", "valid_to")
    assert len(placements) == 9
    first_day = Plan.objects.get().starts_on
    assert {(day, end) for _, _, day, end in placements} == {(first_day, None)}
    assert Park.objects.get(code="P-JCH").note.startswith("产业链待区里确认：")


def test_loading_is_one_audit_event_about_the_plan(loaded):
    event = AuditEvent.objects.get()
    assert (event.verb, event.object_name, event.actor_key) == (
        "plan.load", "官渡区产业园区高质量发展三年行动计划（2024年—2026年）", "loader"
    )
    assert event.changes.filter(object_type="targets.target", object_key="T05").exists()
    assert list(verify()) == []


def test_a_second_load_changes_nothing_and_leaves_no_event(loaded):
    assert "新增 0，更新 0，不变 293，保留官员修改 0" in load(ROOT)
    assert AuditEvent.objects.count() == 1


def test_a_changed_file_updates_only_what_it_changed(loaded, copy):
    replace(copy, PLAN, "title: 新增园区10个", "title: 新增产业园区10个")
    assert "新增 0，更新 1，不变 292，保留官员修改 0" in load(copy)
    assert Target.objects.get(code="T04").title == "新增产业园区10个"
    change = AuditEvent.objects.first().changes.get()
    assert (change.before["title"], change.after["title"]) == ("新增园区10个", "新增产业园区10个")


def test_an_officials_edit_is_kept_unless_forced(loaded, copy):
    Target.objects.filter(code="T38").update(caliber="按简单平均。")
    replace(copy, PLAN, "metric: 入驻率，按面积加权", "metric: 入驻率")
    said = load(copy)
    assert "更新 0，不变 292，保留官员修改 1" in said
    assert "保留官员修改：计划目标 T38" in said
    target = Target.objects.get(code="T38")
    assert (target.caliber, target.metric) == ("按简单平均。", "入驻率，按面积加权（T37 所列园区）")

    assert "更新 1，不变 292，保留官员修改 0" in load(copy, force=True)
    target = Target.objects.get(code="T38")
    assert (target.caliber, target.metric) == ("面积加权，按面积（A12）。", "入驻率（T37 所列园区）")


def test_an_officials_change_of_duties_is_kept_too(loaded):
    target = Target.objects.get(code="T09")
    target.duties.filter(unit__code="U-CZJ").delete()
    assert "保留官员修改 1" in load(ROOT)
    assert not target.duties.filter(unit__code="U-CZJ").exists()
    assert "更新 1" in load(ROOT, force=True)
    assert target.duties.filter(unit__code="U-CZJ").exists()


def test_what_the_plan_does_not_say_is_the_officials_to_fill(loaded):
    Park.objects.filter(code="P-SPSY").update(carrier="building", opened_on="2019-05-01")
    Placement.objects.filter(park__code="P-SPSY").update(street=Unit.objects.get(code="U-JD-GD"))
    Title.objects.filter(park__code="P-SPSY").update(state="applied")
    assert "更新 0，不变 293，保留官员修改 0" in load(ROOT)
    assert Title.objects.get(park__code="P-SPSY").state == "applied"


def test_a_broken_file_writes_nothing_and_names_the_line(copy):
    replace(copy, PLAN, 'value: "170"', "value: 很多")
    line = (copy / PLAN).read_text(encoding="utf-8").split("value: 很多")[0].count("\n") + 1
    with pytest.raises(CommandError, match=f"plan-2024.yaml 第 {line} 行：“value”应当是数字，现为“很多”。"):
        load(copy)
    assert not Unit.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_value_too_long_for_its_column_is_refused_with_its_line(copy):
    replace(copy, "parks/reference/chains.yaml", "name: 数字经济,", f"name: {'数' * 60},")
    with pytest.raises(Invalid, match=r"chains.yaml 第 4 行：产业链："):
        load_plan(root=copy, by=LOADER)
    assert not Unit.objects.exists()


def test_the_unit_of_an_indicator_in_use_cannot_be_changed_by_the_file(loaded, copy):
    indicator = Indicator.objects.get(code="REV")
    CertifiedValue.objects.create(
        indicator=indicator, indicator_version=indicator.versions.get(), subject_kind="park",
        subject_code="P-PMS", period="2026Q1-2", units=100, source="operator", certified_by="试",
        certified_at="2026-07-20T00:00:00Z",
    )
    replace(copy, "targets/reference/indicators.yaml", "unit: 万元", "unit: 亿元")
    with pytest.raises(CommandError, match="指标 REV 已有数据"):
        load(copy)
    assert indicator.versions.get().unit == "万元"


def test_the_gaps_of_the_plan_are_told_and_kept(copy):
    said = load(copy)
    for words in ("尚有 1 未对应", "尚缺 1 个", "尚缺 3 个", "尚缺 5 个", "T09（30%）与 T22（40%）"):
        assert words in said
    assert len(Plan.objects.get().findings) == 9


def test_a_person_without_the_right_may_not_load():
    class Stranger:
        actor_kind, actor_key, actor_name = "user", "stranger", "外人"

        def may(self, permission, obj=None) -> bool:
            return False

    with pytest.raises(NotAllowed):
        load_plan(root=ROOT, by=Stranger())
    assert not Unit.objects.exists()
    assert AuditEvent.objects.get().outcome == "denied"


def test_broken_files_are_an_invalid_answer_with_places(copy):
    replace(copy, PLAN, "force: 约束", "force: 必须")
    with pytest.raises(BrokenFiles) as refusal:
        load_plan(root=copy, by=LOADER)
    [(place, sentence)] = refusal.value.errors
    assert place.startswith(f"{PLAN} 第 ")
    assert "“force”不能是“必须”" in sentence


# --- The next plan ---------------------------------------------------------------------------------

NEXT = "targets/reference/plan-2027.yaml"
NEXT_PLAN = """
plan:
  code: YQ2027
  title: 下一期行动计划（测试）
  short: 下一期计划
  issuer: U-ZFB
  issued_on: 2027-01-10
  starts_on: 2027-01-01
  ends_on: 2029-12-31
  public: true
  evidence: S
clauses:
  - {code: 一(一), label: 一（一）, title: 目标, targets: 1}
goals:
  - {code: G1, title: 开放创新, clause: 一(一), chain: null}
targets:
  - code: T01
    goal: G1
    clause: 一(一)
    title: 有效发明专利5000件以上
    metric: 有效发明专利数
    scope: 全区
    op: ">="
    value: "5000"
    unit: 件
    deadline: 2029-12-31
    shape: stock
    verb: 达到
    force: 约束
    lead: [U-SJJ]
    responsible: []
    inferred: false
    baseline: null
    baseline_note: 取自上一期计划的年报
    ambiguities: []
    computes: {indicator: D_PATENTS, scope_kind: district, scope_code: null}
qualitative: []
mechanisms: []
ambiguities: []
rules:
  - {code: "1", normal_from: 100, risk_from: 80}
checks: []
"""


@pytest.mark.feature("D1")
def test_the_next_plan_stands_beside_the_first(loaded, copy):
    (copy / NEXT).write_text(NEXT_PLAN, encoding="utf-8")
    before = Target.objects.filter(plan__code="YQ2024").count()
    assert "新增 3" in load(copy, plan=NEXT)
    assert set(Plan.objects.values_list("code", flat=True)) == {"YQ2024", "YQ2027"}
    target = Target.objects.get(plan__code="YQ2027")
    assert (target.code, target.indicator.code, target.baseline_value) == ("T01", "D_PATENTS", "")
    assert Target.objects.filter(plan__code="YQ2024").count() == before
    assert "新增 0，更新 0" in load(copy, plan=NEXT)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("indicator: D_PATENTS", "indicator: D_NOTHING", "指标“D_NOTHING”不存在"),
        ("lead: [U-SJJ]", "lead: []", "牵头单位要么自列"),
        ("deadline: 2029-12-31", "deadline: 2030-12-31", "完成时间不在计划期内"),
    ],
)
def test_a_wrong_next_plan_is_refused_whole(loaded, copy, old, new, sentence):
    (copy / NEXT).write_text(NEXT_PLAN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CommandError, match=sentence):
        load(copy, plan=NEXT)
    assert Plan.objects.count() == 1
