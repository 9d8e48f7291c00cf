"""办结: reported with files by who owes it, accepted by somebody else, counted when accepted."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from guandu.files.models import Attachment
from guandu.web.registry import todos_for
from targets.actions import accomplishments
from targets.enums import Operator, Shape
from targets.models import Accomplishment, FigureDue, QualitativeAim, Target, TargetUnit
from targets.queries.milestones import ON_ACCOMPLISHMENT, may_report
from targets.registered import facts_of, source_errors
from tests.factories import make_demonstration, make_figure, make_indicator, make_unit, make_user
from tests.targets.papers import file
from tests.targets.plans import make_plan, make_target

pytestmark = pytest.mark.django_db
DONE_ON = date(2026, 9, 18)


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def milestone(department) -> Target:
    target = make_target(
        make_plan(), "T41", "建成智慧园区平台", value="", unit="", operator=Operator.DONE, shape=Shape.MILESTONE
    )
    TargetUnit.objects.create(target=target, unit=department, leads=True)
    return target


@pytest.fixture
def aim(department) -> QualitativeAim:
    made = QualitativeAim.objects.create(plan=make_plan("OTHER"), code="Q03", clause="三", title="形成集聚格局")
    made.leads.add(department)
    return made


@pytest.fixture
def second(db):
    """Another account of the office."""
    return make_user(RoleCode.OFFICE, username="office-2")


def reported(done, by, **given) -> Accomplishment:
    said = {"text": "平台通过终验并上线", "done_on": DONE_ON, "file": file("验收.pdf"), **given}
    return accomplishments.report(done=done, by=by, **said)


def counted(code: str = "T41", period: str = "2026Q3") -> list:
    return facts_of("plan.milestones", Period.parse(period), target=code)


@pytest.mark.feature("D14")
def test_done_takes_a_file_and_another_account(milestone, department_user, office):
    row = reported(milestone, department_user)
    assert (row.state, row.reported_unit, row.reported_key) == ("reported", "本部门", department_user.username)
    assert [each.name for each in Attachment.objects.of(ON_ACCOMPLISHMENT, row)] == ["验收.pdf"]
    assert counted() == []
    accepted = accomplishments.accept(accomplishment=row, basis="终验报告〔2026〕5 号", by=office)
    assert (accepted.state, accepted.basis, accepted.decided_key) == ("accepted", "终验报告〔2026〕5 号", office.username)
    events = AuditEvent.objects.filter(verb__startswith="accomplishment.").order_by("seq")
    assert [event.verb for event in events] == ["accomplishment.report", "accomplishment.accept"]


@pytest.mark.feature("D14")
def test_an_accepted_milestone_is_a_fact_of_the_district_from_its_day_on(milestone, department_user, office):
    assert counted() == []
    accomplishments.accept(accomplishment=reported(milestone, department_user), basis="终验报告", by=office)
    [fact] = counted()
    assert (fact.park_code, fact.on, fact.text) == ("", DONE_ON, "建成智慧园区平台 2026-09-18 完成，终验报告")
    assert (counted(period="2026Q2"), counted(period="2027Q1"), counted("T42")) == ([], [fact], [])
    assert facts_of("plan.milestones", Period.parse("2026Q3"), target="T41", plan="PLAN") == [fact]
    assert facts_of("plan.milestones", Period.parse("2026Q3"), target="T41", plan="OTHER") == []
    assert list(source_errors("plan.milestones", {"target": "T41"})) == []


def test_what_counts_milestones_is_computed_anew(milestone, department_user, office):
    for period in ("2026Q2", "2026Q3"):
        make_figure(make_indicator(code=f"R{period}"), period, None, value="1")
    row = reported(milestone, department_user)
    assert not FigureDue.objects.exists()
    accomplishments.accept(accomplishment=row, basis="终验报告", by=office)
    assert set(FigureDue.objects.values_list("quarter", flat=True)) == {"2026Q3"}


@pytest.mark.feature("D14")
def test_nobody_accepts_his_own_report(milestone, office, second):
    row = reported(milestone, office)
    with pytest.raises(NotAllowed, match="须由其他人验收"):
        accomplishments.accept(accomplishment=row, basis="终验报告", by=office)
    assert accomplishments.accept(accomplishment=row, basis="终验报告", by=second).state == "accepted"


@pytest.mark.feature("D14")
def test_nothing_is_accepted_without_files_or_basis(milestone, department_user, office):
    row = reported(milestone, department_user)
    with pytest.raises(Invalid) as refusal:
        accomplishments.accept(accomplishment=row, basis=" ", by=office)
    assert [name for name, _ in refusal.value.errors] == ["basis"]
    Attachment.objects.all().delete()
    with pytest.raises(NotReady, match="还没有证明材料"):
        accomplishments.accept(accomplishment=row, basis="终验报告", by=office)


@pytest.mark.feature("D14")
@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"text": ""}, ["text"]),
        ({"text": "长" * 501}, ["text"]),
        ({"done_on": None}, ["done_on"]),
        ({"done_on": date(2026, 10, 13)}, ["done_on"]),
        ({"file": None}, ["file"]),
        ({"file": None, "done_on": None}, ["done_on", "file"]),
    ],
)
def test_a_report_has_words_a_day_that_has_come_and_a_file(milestone, department_user, given, fields):
    with pytest.raises(Invalid) as refusal:
        reported(milestone, department_user, **given)
    assert [name for name, _ in refusal.value.errors] == fields
    assert not Accomplishment.objects.exists()


def test_who_owes_reports_and_nobody_else(milestone, aim, department_user, task_force_user, leader, office, chain):
    stranger = make_user(RoleCode.DEPARTMENT, scope=make_unit(), username="stranger")
    for done in (milestone, aim):
        assert [may_report(user, done) for user in (department_user, office)] == [True, True]
        for user in (stranger, task_force_user, leader):
            with pytest.raises(NotAllowed):
                reported(done, user)
    TargetUnit.objects.create(target=milestone, unit=chain.task_force)
    aim.responsible.add(chain.task_force)
    assert reported(milestone, task_force_user).reported_unit == chain.task_force.name
    assert reported(aim, task_force_user).aim == aim


def test_a_target_that_figures_judge_is_not_reported(milestone, office):
    counted_target = make_target(milestone.plan, "T01")
    with pytest.raises(NotReady, match="按数据判断"):
        reported(counted_target, office)


def test_one_report_waits_at_a_time_and_what_is_accepted_is_done(milestone, department_user, office):
    row = reported(milestone, department_user)
    with pytest.raises(NotReady, match="等待验收"):
        reported(milestone, department_user)
    accomplishments.accept(accomplishment=row, basis="终验报告", by=office)
    with pytest.raises(NotReady, match="已验收办结"):
        reported(milestone, department_user)


def test_what_is_sent_back_says_why_and_may_be_reported_again(milestone, department_user, office):
    row = reported(milestone, department_user)
    with pytest.raises(Invalid) as refusal:
        accomplishments.send_back(accomplishment=row, reason="", by=office)
    assert [name for name, _ in refusal.value.errors] == ["reason"]
    back = accomplishments.send_back(accomplishment=row, reason="缺验收签字页", by=office)
    assert (back.state, back.answer) == ("returned", "缺验收签字页")
    for decide in (
        lambda: accomplishments.accept(accomplishment=row, basis="终验报告", by=office),
        lambda: accomplishments.send_back(accomplishment=row, reason="再退", by=office),
    ):
        with pytest.raises(Conflict, match="已退回"):
            decide()
    assert reported(milestone, department_user).pk != row.pk
    assert counted() == []


def test_a_yearly_aim_is_reported_year_by_year(aim, department_user, office):
    first = reported(aim, department_user, done_on=date(2025, 12, 20))
    accomplishments.accept(accomplishment=first, basis="年度评估", by=office)
    with pytest.raises(NotReady, match="已验收办结"):
        reported(aim, department_user)
    QualitativeAim.objects.update(is_yearly=True)
    aim.refresh_from_db()
    with pytest.raises(NotReady, match="2025 年的完成情况已验收"):
        reported(aim, department_user, done_on=date(2025, 11, 1))
    assert reported(aim, department_user).state == "reported"


def test_files_are_added_while_it_waits(milestone, department_user, office):
    row = reported(milestone, department_user)
    accomplishments.add_file(accomplishment=row, file=file("照片.pdf"), by=department_user)
    assert Attachment.objects.of(ON_ACCOMPLISHMENT, row).count() == 2
    stranger = make_user(RoleCode.DEPARTMENT, scope=make_unit(), username="stranger")
    with pytest.raises(NotAllowed):
        accomplishments.add_file(accomplishment=row, file=file("外来.pdf"), by=stranger)
    accomplishments.accept(accomplishment=row, basis="终验报告", by=office)
    with pytest.raises(NotReady, match="材料不再变动"):
        accomplishments.add_file(accomplishment=row, file=file("补充.pdf"), by=department_user)


@pytest.mark.parametrize("role", ["department_user", "leader"])
def test_only_the_office_decides(role, milestone, department_user, request):
    row, by = reported(milestone, department_user), request.getfixturevalue(role)
    for decide in (
        lambda: accomplishments.accept(accomplishment=row, basis="终验报告", by=by),
        lambda: accomplishments.send_back(accomplishment=row, reason="缺页", by=by),
    ):
        with pytest.raises(NotAllowed):
            decide()


def test_the_database_has_no_self_acceptance(milestone, department_user):
    row = reported(milestone, department_user)
    with pytest.raises(IntegrityError), transaction.atomic():
        Accomplishment.objects.filter(pk=row.pk).update(
            state="accepted", basis="终验报告", decided_key=department_user.username
        )


def test_the_office_sees_what_waits_for_it_but_not_its_own(milestone, aim, department_user, office, second):
    reported(milestone, department_user)
    reported(aim, office)
    titles = {user.username: [todo.title for todo in todos_for(user) if "办结" in todo.title] for user in (office, second)}
    assert titles == {
        "office": ["T41 建成智慧园区平台办结报送"],
        "office-2": ["Q03 形成集聚格局办结报送", "T41 建成智慧园区平台办结报送"],
    }
    assert [todo for todo in todos_for(department_user) if "办结" in todo.title] == []
