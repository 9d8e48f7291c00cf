"""Tasks for tests, given out and taken over through their actions; invented (演示数据)."""

from datetime import date

from guandu.accounts.models import Unit, User
from guandu.core.models import Demonstration
from targets.actions import instructions, supervisions, task_asking, tasks
from targets.models import Instruction, SupervisionNotice, Task, TaskClosing
from tests.targets.papers import file


def give(by: User, lead: Unit, **fields) -> Task:
    given = {
        "title": "推进标准厂房建设", "text": "完成一期主体施工，年底前具备入驻条件。", "source": "meeting",
        "source_note": "专题会议纪要第 3 期", "due_on": date(2026, 12, 20), "leads": [lead],
    }  # fmt: skip
    return tasks.create(**{**given, **fields}, by=by)


def received(task: Task, by: User) -> Task:
    return tasks.receive(task=task, by=by)


def on(day: date) -> None:
    Demonstration.objects.update(business_date=day)


def closed(task: Task, by: User, **fields) -> TaskClosing:
    """办结 asked for, with a file."""
    given = {"text": "一期已竣工", "done_on": date(2026, 10, 10), "file": file("验收.pdf")}
    return task_asking.close(task=task, by=by, **{**given, **fields})


def instructed(by: User, *units: Unit, **fields) -> Instruction:
    given = {
        "title": "抓紧解决园区供电", "summary": "请有关部门抓紧解决园区双回路供电问题。", "leader": "张区长",
        "given_on": date(2026, 10, 9), "due_on": date(2026, 11, 20), "units": list(units),
    }  # fmt: skip
    return instructions.enter(**{**given, **fields}, by=by)


def supervised(by: User, task: Task, unit: Unit, **fields) -> SupervisionNotice:
    given = {"text": "请倒排工期，按周报送进展。", "due_on": date(2026, 12, 28)}
    return supervisions.issue(task=task, unit=unit, by=by, **{**given, **fields})
