"""Projects: entered within one's scope, kept up to date, moved by the table and never skipped."""

from datetime import date

import pytest

from guandu.audit.models import AuditEvent
from guandu.audit.trail import verify
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from investment.actions import projects
from investment.enums import Stage
from investment.models import Project, StageMove
from investment.workflow import STEPS, steps_from
from tests.factories import make_demonstration, make_unit

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 12)


@pytest.fixture(autouse=True)
def october(db):
    make_demonstration(TODAY)


@pytest.fixture
def project(office, chain):
    return projects.create(values={"name": "轨道部件生产线", "chain": chain}, by=office)


def move(project, to, by, **given):
    given = {"on": TODAY, "version": Project.objects.get(pk=project.pk).version, **given}
    return projects.move(project=project, to=to, by=by, **given)


def at(project, stage, **values):
    """The project as if it had come to `stage` before."""
    Project.objects.filter(pk=project.pk).update(stage=stage, **values)
    return Project.objects.get(pk=project.pk)


def test_a_new_project_is_in_talks_with_the_next_code_of_the_year(project, office, chain):
    second = projects.create(values={"name": "另一个项目", "chain": chain}, by=office)
    assert (project.code, second.code) == ("J-2026-001", "J-2026-002")
    assert project.stage == Stage.TALKING
    assert AuditEvent.objects.filter(verb="project.create").count() == 2
    assert list(verify()) == []


def test_a_new_project_names_its_chain(office):
    with pytest.raises(Invalid, match="所属产业链不能留空"):
        projects.create(values={"name": "无链项目"}, by=office)
    assert not Project.objects.exists()


def test_a_task_force_enters_projects_of_its_own_chain_only(task_force_user, chain, other_park):
    theirs = other_park.placements.get().chain
    projects.create(values={"name": "本链项目", "chain": chain}, by=task_force_user)
    with pytest.raises(NotAllowed):
        projects.create(values={"name": "外链项目", "chain": theirs}, by=task_force_user)
    assert [each.name for each in Project.objects.all()] == ["本链项目"]


def test_a_task_force_cannot_give_its_project_away(task_force_user, project, other_park):
    theirs = other_park.placements.get().chain
    with pytest.raises(NotAllowed):
        projects.update(project=project, values={"chain": theirs}, version=1, by=task_force_user)
    project.refresh_from_db()
    assert project.chain != theirs


@pytest.mark.parametrize("person", ["operator", "street_user", "leader", "department_user"])
def test_who_only_looks_does_not_write(request, person, project):
    user = request.getfixturevalue(person)
    with pytest.raises(NotAllowed):
        projects.update(project=project, values={"name": "改名"}, version=1, by=user)
    with pytest.raises(NotAllowed):
        move(project, Stage.SIGNED, user)
    assert Project.objects.get().name == "轨道部件生产线"


def test_signing_asks_for_the_promised_investment(project, office):
    with pytest.raises(NotReady, match="计划总投资") as refused:
        move(project, Stage.SIGNED, office)
    assert refused.value.missing == ("计划总投资",)
    projects.update(project=project, values={"promised_investment": 1_250_000}, version=1, by=office)
    moved = move(project, Stage.SIGNED, office, comment="签约仪式")
    assert (moved.stage, moved.version) == (Stage.SIGNED, 3)
    trace = StageMove.objects.last()
    assert (trace.from_stage, trace.to_stage, trace.on, trace.comment) == (
        "talking",
        "signed",
        TODAY,
        "签约仪式",
    )


def test_starting_asks_for_a_park_or_a_site(project, office, park):
    project = at(project, Stage.SIGNED, promised_investment=1)
    with pytest.raises(NotReady, match="落地园区或落地地块"):
        move(project, Stage.STARTED, office)
    at(project, Stage.SIGNED, site="螺蛳湾C8地块")
    assert move(project, Stage.STARTED, office).stage == Stage.STARTED


def test_a_stage_is_not_skipped(project, office):
    with pytest.raises(NotReady, match="“登记签约”"):
        move(project, Stage.PRODUCING, office)
    assert Project.objects.get().stage == Stage.TALKING


def test_a_step_back_gives_its_reason(project, office):
    project = at(project, Stage.SIGNED, promised_investment=1)
    with pytest.raises(NotReady, match="退回原因"):
        move(project, Stage.TALKING, office, comment="  ")
    assert move(project, Stage.TALKING, office, comment="合同未生效").stage == Stage.TALKING


def test_an_unconfirmed_project_is_confirmed_at_the_stage_it_has_reached(project, office):
    project = at(project, Stage.UNCONFIRMED, promised_investment=1)
    assert [step.target for step in steps_from(Stage.UNCONFIRMED)] == ["talking", "signed", "started"]
    assert move(project, Stage.SIGNED, office).stage == Stage.SIGNED


def test_a_move_has_happened_already(project, office):
    project = at(project, Stage.TALKING, promised_investment=1)
    with pytest.raises(Invalid, match="不能晚于今天"):
        move(project, Stage.SIGNED, office, on=date(2026, 10, 13))


def test_moves_stand_in_the_order_of_their_days(project, office):
    project = at(project, Stage.TALKING, promised_investment=1, site="C8地块")
    move(project, Stage.SIGNED, office, on=date(2026, 6, 1))
    with pytest.raises(Invalid, match="不能早于它"):
        move(project, Stage.STARTED, office, on=date(2026, 5, 31))
    assert move(project, Stage.STARTED, office, on=date(2026, 6, 1)).stage == Stage.STARTED


def test_the_second_of_two_people_is_told(project, office):
    projects.update(project=project, values={"note": "甲写的"}, version=1, by=office)
    with pytest.raises(Conflict) as refused:
        projects.update(project=project, values={"note": "乙写的"}, version=1, by=office)
    assert refused.value.changes == (("说明", "甲写的", "乙写的"),)
    with pytest.raises(Conflict):
        move(project, Stage.SIGNED, office, version=1)
    assert Project.objects.get().note == "甲写的"


def test_an_edit_does_not_take_away_what_the_stage_stands_on(project, office):
    project = at(project, Stage.SIGNED, promised_investment=1)
    with pytest.raises(Invalid, match="计划总投资不能留空"):
        projects.update(project=project, values={"promised_investment": None}, version=1, by=office)


def test_every_stage_can_be_reached_and_every_way_back_asks_why():
    assert {step.target for step in STEPS} == set(Stage) - {Stage.UNCONFIRMED}
    order = list(Stage)
    assert all(step.needs_reason == (order.index(step.target) < order.index(step.source)) for step in STEPS)


def test_the_lead_and_the_street_see_the_project(
    project, office, street_user, department_user, department, street
):
    assert not Project.objects.visible_to(department_user).exists()
    values = {"lead": department, "street": street}
    projects.update(project=project, values=values, version=1, by=office)
    for user in (department_user, street_user):
        assert Project.objects.visible_to(user).get() == project
    projects.update(project=project, values={"lead": make_unit()}, version=2, by=office)
    assert not Project.objects.visible_to(department_user).exists()
