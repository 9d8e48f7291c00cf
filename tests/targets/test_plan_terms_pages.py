"""The pages of a target's terms, of the rule of status and of 办结验收."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.roles import RoleCode
from guandu.files.models import Attachment
from targets.actions import accomplishments, plan_terms
from targets.enums import Operator, Shape
from targets.models import (
    Accomplishment,
    Checkpoint,
    QualitativeAim,
    StatusRule,
    Target,
    TargetReading,
    TargetUnit,
)
from tests.factories import make_demonstration, make_indicator, make_user
from tests.files.made import pdf
from tests.targets.papers import file
from tests.targets.plans import make_plan, make_target

pytestmark = pytest.mark.django_db
TERMS = "/plan/T01/terms/"
REVISED = {
    "value": "10", "deadline": "2026-12-31", "document": "关于调整行动计划目标的通知", "document_number": "官政发〔2026〕8 号",
    "in_force_from": "2026-03-01", "reason": "区里统一调整",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def target(db) -> Target:
    return make_target(make_plan(), "T01", value="8")


@pytest.fixture
def milestone(department) -> Target:
    target = make_target(make_plan(), "T41", value="", unit="", operator=Operator.DONE, shape=Shape.MILESTONE)
    TargetUnit.objects.create(target=target, unit=department, leads=True)
    return target


@pytest.fixture
def second(db):
    return make_user(RoleCode.OFFICE, username="office-2")


def sent(name: str = "验收.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(name.encode()), "application/pdf")


def page(client, path, status=200) -> str:
    response = client.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def posted(client, path, data, status=302) -> str:
    response = client.post(path, data)
    assert response.status_code == status, response.content.decode()
    return client.get(response["Location"]).content.decode() if status == 302 else response.content.decode()


# --- 目标调整、基期、阶段目标、口径 -----------------------------------------------------------------------


@pytest.mark.feature("D9")
def test_the_office_revises_a_target_on_its_page(target, office, sign_in):
    client = sign_in(office)
    assert "印发以来没有调整" in page(client, TERMS)
    shown = posted(client, f"{TERMS}revise/", REVISED)
    assert "已登记目标调整" in shown
    assert "<del>8</del> → <ins>10</ins>" in shown
    assert "官政发〔2026〕8 号" in shown
    assert Target.objects.get(pk=target.pk).value == "10"


@pytest.mark.feature("D9")
def test_what_is_missing_stands_at_its_field_and_above(target, office, sign_in):
    shown = posted(sign_in(office), f"{TERMS}revise/", {**REVISED, "document_number": "", "value": "11"}, 422)
    assert '<a href="#revise_document_number">请填写文号。</a>' in shown
    assert 'value="11"' in shown
    shown = posted(sign_in(office), f"{TERMS}revise/", {**REVISED, "value": "8"}, 422)
    assert "都没有变化" in shown


@pytest.mark.feature("D4")
def test_a_baseline_is_kept_and_replaced_with_a_reason(target, office, sign_in):
    client = sign_in(office)
    shown = posted(client, f"{TERMS}baseline/", {"value": "5", "period": "2023", "source": "2023 年年报"})
    assert "2023年全年：5 个" in shown
    again = {"value": "6", "period": "2023", "source": "2023 年年报"}
    assert "请填写更换理由。" in posted(client, f"{TERMS}baseline/", again, 422)
    assert "2023年全年：6 个" in posted(client, f"{TERMS}baseline/", {**again, "reason": "以年报为准"})
    assert "基期应在计划开始" in posted(client, f"{TERMS}baseline/", {**again, "period": "2024Q1", "reason": "试"}, 422)


@pytest.mark.feature("D2")
def test_stages_are_set_and_dropped(target, office, sign_in):
    client = sign_in(office)
    assert "2025年全年" in posted(client, f"{TERMS}checkpoint/", {"period": "2025", "value": "5", "source": "年度计划"})
    assert "请从列表中选择阶段。" in posted(client, f"{TERMS}checkpoint/", {"period": "2026", "value": "5", "source": "年度计划"}, 422)
    row = Checkpoint.objects.get()
    assert "已删除2025年全年的阶段目标" in posted(client, f"/plan/checkpoints/{row.pk}/drop/", {})
    assert client.post(f"/plan/checkpoints/{row.pk}/drop/").status_code == 404


def test_another_reading_is_chosen_with_a_reason(target, office, sign_in):
    Target.objects.update(indicator=make_indicator(code="NET", name="净增数"))
    reading = TargetReading.objects.create(
        target=target, code="A05", label="含全部新增", ambiguity="A05", indicator=make_indicator(code="GROSS", name="新增数")
    )
    client = sign_in(office)
    shown = page(client, TERMS)
    assert ("含全部新增" in shown, "按计划载入的口径" in shown) == (True, True)
    assert "请填写采用理由。" in posted(client, f"/plan/readings/{reading.pk}/choose/", {"reason": ""}, 422)
    shown = posted(client, f"/plan/readings/{reading.pk}/choose/", {"reason": "专题会明确", "seen": "含全部新增"})
    assert ("现行：含全部新增" in shown, "原口径" in shown) == (True, True)
    assert Target.objects.get(pk=target.pk).indicator.code == "GROSS"
    again = {"reason": "专题会明确", "seen": "含全部新增"}
    assert "刚刚更换过" in posted(client, f"/plan/readings/{reading.pk}/choose/", again, 409)


def test_a_target_without_a_number_has_a_deadline_to_move(milestone, office, sign_in):
    client = sign_in(office)
    shown = page(client, "/plan/T41/terms/")
    assert ('name="deadline"' in shown, 'name="value"' in shown, "基期" in shown) == (True, False, False)
    said = {name: value for name, value in REVISED.items() if name != "value"} | {"deadline": "2026-11-30"}
    assert "已登记目标调整" in posted(client, "/plan/T41/terms/revise/", said)
    for part in ("baseline", "checkpoint"):
        posted(client, f"/plan/T41/terms/{part}/", {"value": "1", "period": "2023", "source": "年报"}, 422)


@pytest.mark.feature("D7")
def test_the_rule_of_status_is_changed_from_a_day_on(target, office, sign_in):
    client = sign_in(office)
    assert "还没有状态规则" in page(client, "/plan/rule/")
    said = {"normal_from": "100", "risk_from": "80", "in_force_from": "2024-01-01"}
    assert "达到应有进度的 100% 为正常，80% 以上为有风险" in posted(client, "/plan/rule/", said)
    shown = posted(client, "/plan/rule/", said, 422)
    assert ("新规则应晚于它" in shown, "与现行规则相同" in shown) == (True, True)
    posted(client, "/plan/rule/", {**said, "normal_from": "", "risk_from": "x"}, 422)
    posted(client, "/plan/rule/", {"normal_from": "95", "risk_from": "70", "in_force_from": "2026-07-01"})
    assert [rule.valid_to for rule in StatusRule.objects.order_by("number")] == [date(2026, 7, 1), None]


@pytest.mark.parametrize("path", [TERMS, "/plan/rule/"])
@pytest.mark.parametrize("role", ["department_user", "leader", "operator", "system_admin"])
def test_the_terms_are_the_office_s(role, path, target, request, sign_in):
    page(sign_in(request.getfixturevalue(role)), path, 403)


def test_no_plan_no_terms(office, sign_in):
    for path in (TERMS, "/plan/rule/", "/plan/T41/done/", "/plan/aims/Q01/"):
        page(sign_in(office), path, 404)


def test_the_page_of_terms_asks_as_much_for_three_as_for_one(target, office, sign_in):
    client, counts = sign_in(office), []
    for number in (1, 2, 3):
        plan_terms.revise(
            target=target, by=office,
            **{**REVISED, "value": str(9 + number), "deadline": date(2026, 12, 31), "in_force_from": date(2026, 3, number)},
        )  # fmt: skip
        Checkpoint.objects.create(target=target, period=f"2025Q{number}", value="1", source="计划")
        TargetReading.objects.create(target=target, code=f"A{number}", label="口径", indicator=make_indicator(code=f"I{number}"))
        with CaptureQueriesContext(connection) as queries:
            page(client, TERMS)
        counts.append(len(queries))
    assert counts[0] == counts[2]


# --- 办结验收 -------------------------------------------------------------------------------------------


@pytest.mark.feature("D14")
def test_a_milestone_goes_from_report_to_acceptance(milestone, department_user, office, sign_in):
    leads, offices = sign_in(department_user), sign_in(office)
    assert "还没有办结报送" in page(leads, "/plan/T41/done/")
    shown = posted(leads, "/plan/T41/done/", {"text": "平台上线", "done_on": "2026-09-18", "file": sent()})
    assert ("待验收" in shown, "验收.pdf" in shown, 'name="done_on"' in shown) == (True, True, False)
    row = Accomplishment.objects.get()
    assert "照片.pdf" in posted(leads, f"/plan/reports/{row.pk}/file/", {"file": sent("照片.pdf")})
    assert leads.get(f"/files/{Attachment.objects.first().pk}/").status_code == 200
    assert "T41" in page(offices, "/")
    shown = posted(offices, f"/plan/reports/{row.pk}/accept/", {"basis": ""}, 422)
    assert f'<a href="#accept{row.pk}_basis">请填写验收依据。</a>' in shown
    shown = posted(offices, f"/plan/reports/{row.pk}/accept/", {"basis": "终验报告〔2026〕5 号"})
    assert ("完成" in shown, "终验报告〔2026〕5 号" in shown) == (True, True)
    assert leads.post(f"/plan/reports/{row.pk}/file/", {"file": sent("晚.pdf")}).status_code == 409


@pytest.mark.feature("D14")
def test_a_report_without_a_file_is_refused(milestone, department_user, sign_in):
    shown = posted(sign_in(department_user), "/plan/T41/done/", {"text": "平台上线", "done_on": "2026-09-18"}, 422)
    assert '<a href="#report_file">请选择文件。</a>' in shown
    shown = posted(
        sign_in(department_user), "/plan/T41/done/",
        {"text": "平台上线", "done_on": "2026-09-18", "file": SimpleUploadedFile("a.pdf", b"no pdf")}, 422,
    )  # fmt: skip
    assert "#report_file" in shown
    assert not Accomplishment.objects.exists()


def test_who_does_not_owe_it_has_no_form_and_is_refused(milestone, task_force_user, leader, sign_in):
    for user in (task_force_user, leader):
        client = sign_in(user)
        assert 'name="done_on"' not in page(client, "/plan/T41/done/")
        said = {"text": "平台上线", "done_on": "2026-09-18", "file": sent()}
        assert client.post("/plan/T41/done/", said).status_code == 403


def test_his_own_report_is_left_to_a_colleague(milestone, office, second, sign_in):
    row = accomplishments.report(done=milestone, text="上线", done_on=date(2026, 9, 18), file=file(), by=office)
    shown = page(sign_in(office), "/plan/T41/done/")
    assert ('name="basis"' in shown, "请其他同事验收" in shown, 'name="reason"' in shown) == (False, True, True)
    assert sign_in(office).post(f"/plan/reports/{row.pk}/accept/", {"basis": "报告"}).status_code == 403
    assert 'name="basis"' in page(sign_in(second), "/plan/T41/done/")


def test_an_aim_is_sent_back_and_reported_again(department, department_user, office, sign_in):
    aim = QualitativeAim.objects.create(plan=make_plan(), code="Q03", clause="三", title="形成集聚格局", proof="评估报告")
    aim.leads.add(department)
    leads = sign_in(department_user)
    said = {"text": "格局形成", "done_on": "2026-09-18"}
    assert "评估报告" in posted(leads, "/plan/aims/Q03/", {**said, "file": sent()})
    row = Accomplishment.objects.get()
    shown = posted(sign_in(office), f"/plan/reports/{row.pk}/send-back/", {"reason": "缺评估报告"})
    assert ("已退回" in shown, "缺评估报告" in shown) == (True, True)
    assert 'name="done_on"' in page(leads, "/plan/aims/Q03/")
    assert "待验收" in posted(leads, "/plan/aims/Q03/", {**said, "file": sent("评估.pdf")})
    assert "已退回" in posted(sign_in(office), f"/plan/reports/{row.pk}/accept/", {"basis": "纪要"}, 409)


def test_a_target_that_figures_judge_has_no_page_of_reports(target, office, sign_in):
    page(sign_in(office), "/plan/T01/done/", 404)


def test_outsiders_see_no_reports(milestone, operator, expert, sign_in):
    for user in (operator, expert):
        page(sign_in(user), "/plan/T41/done/", 403)
