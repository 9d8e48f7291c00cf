"""Tasks for tests, given out and taken over through their actions; invented (演示数据)."""

from datetime import date

from guandu.accounts.models import Unit, User
from guandu.core.models import Demonstration
from targets.actions import tasks
from targets.models import Task


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
