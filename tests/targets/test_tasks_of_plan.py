"""M01–M19 as tasks: complete, with the units of the plan's brackets, loaded again without a change."""

from datetime import date
from pathlib import Path

import pytest

from guandu.core.actors import LOADER
from targets.actions import tasks
from targets.actions.load_plan import load_plan
from targets.models import Task, TaskStage, TaskUnit
from tests.factories import make_demonstration

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]

# requirements.md 5.2: how many lead, how many are responsible beside them (collective names expanded).
STREETS, FORCES = 12, 5
BRACKETS = {
    "M01": (FORCES, 2 + STREETS), "M02": (1, 4), "M03": (1, 2 + STREETS), "M04": (1, 3 + STREETS),
    "M05": (1, 2 + STREETS), "M06": (1, 3 + STREETS), "M07": (1, 7 + STREETS), "M08": (1, 1 + STREETS),
    "M09": (1, FORCES + 1 + STREETS), "M10": (1, FORCES + STREETS), "M11": (10, FORCES + 1 + STREETS),
    "M12": (1, 2 + STREETS), "M13": (1, 2 + FORCES), "M14": (1, FORCES), "M15": (1, 1 + FORCES + 1 + STREETS),
    "M16": (0, 2), "M17": (0, 1 + FORCES + STREETS), "M18": (0, 1), "M19": (0, 2),
}  # fmt: skip


@pytest.fixture
def loaded():
    make_demonstration()
    load_plan(root=ROOT, by=LOADER)


def test_nineteen_tasks_with_the_units_of_the_plan(loaded):
    rows = Task.objects.order_by("code")
    assert [task.code for task in rows] == list(BRACKETS)
    assert {task.code: (task.duties.filter(leads=True).count(), task.duties.filter(leads=False).count()) for task in rows} == BRACKETS
    assert {(task.source, task.state, task.due_on, task.opened_on, task.lines_from) for task in rows} == {
        ("plan", "working", date(2026, 12, 31), date(2024, 1, 10), date(2026, 10, 1))
    }
    assert all(task.mechanism.code == task.code for task in rows)


def test_where_nobody_leads_every_unit_owes_lines(loaded):
    owing = TaskUnit.objects.filter(owes_lines=True)
    assert set(owing.filter(leads=False).values_list("task__code", flat=True)) == {"M16", "M17", "M18", "M19"}
    assert owing.filter(task__code="M11").count() == 10


def test_land_planning_has_its_procedures_with_stages_and_places(loaded):
    stages = TaskStage.objects.filter(task__code="M02").select_related("area", "park")
    tracks = {stage.track: (stage.area and stage.area.code, stage.park and stage.park.code) for stage in stages}
    assert tracks == {
        "工业园区产业发展规划修编": (None, None),
        "工业园区控制性详细规划修编": (None, None),
        "M0用地调规：矣六下片区智能制造产业园区": ("A-YLX", "P-YLXZN"),
        "M0用地调规：铁建装备周边配套园区": (None, "P-TJPT"),
        "跑马山物流园区用地规划编制": ("A-PMS", "P-PMS"),
        "国际陆港项目建设用地保障": (None, None),
    }
    assert stages.count() == 32
    assert not stages.exclude(due_on=None).exists()
    assert not TaskStage.objects.exclude(task__code="M02").exists()


def test_a_second_load_changes_nothing_and_what_officials_changed_stays(loaded, office):
    before = list(Task.objects.values()), list(TaskUnit.objects.values()), list(TaskStage.objects.values())
    _, tally = load_plan(root=ROOT, by=LOADER)
    assert not tally.wrote
    assert (list(Task.objects.values()), list(TaskUnit.objects.values()), list(TaskStage.objects.values())) == before
    task = Task.objects.get(code="M02")
    tasks.set_stage(stage=task.stages.first(), due_on=date(2026, 11, 30), done_on=None, by=office)
    tasks.update(task=task, values={"title": "用地类园区规划编制"}, by=office)
    _, tally = load_plan(root=ROOT, by=LOADER)
    assert (tally.wrote, len([each for each in tally.kept if "M02" in each])) == (False, 1)
    assert task.stages.first().due_on == date(2026, 11, 30)


def test_a_stage_that_was_scheduled_is_no_edit_of_the_plan(loaded, office):
    stage = TaskStage.objects.filter(task__code="M02").first()
    tasks.set_stage(stage=stage, due_on=date(2026, 11, 30), done_on=None, by=office)
    _, tally = load_plan(root=ROOT, by=LOADER)
    assert not tally.kept
