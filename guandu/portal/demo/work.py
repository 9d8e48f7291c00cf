"""Work under way in the story: tasks of every light, a 批示 half answered, a 督办通知单. 演示数据, through the actions."""

from datetime import date

from guandu.accounts.models import Unit, User
from guandu.core import clock
from targets.actions import instructions, supervisions, tasks
from targets.enums_tasks import TaskSource
from targets.models import Task

SUMMER, TODAY = date(2026, 8, 10), date(2026, 10, 12)
NOTE = "演示数据"


def add_work(office: User, department: User, street: User) -> int:
    """Given out in summer and now; how many tasks. Notices and lines are as of the day of the story."""
    with clock.known_demo_date(SUMMER):
        late = _give(office, department.unit, "打通园区东侧断头路", "完成断头路建设并通车。", date(2026, 9, 30), TaskSource.SUPERVISION)
        near = _give(office, street.unit, "清理闲置厂房底数", "逐栋核实闲置面积和权属，形成台账。", date(2026, 10, 20), TaskSource.MEETING)
        far = _give(office, department.unit, "建成企业服务站", "设站并入驻市场监管、税务窗口。", date(2026, 12, 20), TaskSource.MEETING)
        for task, by in ((late, department), (near, street), (far, department)):
            tasks.receive(task=task, by=by)
            tasks.report(task=task, month="2026-08", text="已制定工作方案，明确责任人。", by=by)
    with clock.known_demo_date(date(2026, 9, 25)):
        tasks.report(task=near, month="2026-09", text="已核实 18 栋，余 5 栋。", by=street)
        tasks.report(task=far, month="2026-09", text="选址确定，正在装修。", by=department)
    with clock.known_demo_date(TODAY):
        supervisions.issue(
            task=late, unit=department.unit, text="请查明滞后原因，倒排工期。", due_on=date(2026, 10, 19), by=office
        )
        row = instructions.enter(
            title="解决园区双回路供电", summary="请有关部门抓紧协调，年底前解决。", leader="区领导", given_on=date(2026, 10, 9),
            due_on=date(2026, 11, 20), units=[department.unit, street.unit], document=NOTE, by=office,
        )  # fmt: skip
        instructions.draft(instruction=row, text="已交有关部门办理。", by=office)
    return Task.objects.count()


def _give(office: User, unit: Unit, title: str, text: str, due_on: date, source: str) -> Task:
    return tasks.create(title=title, text=text, source=source, source_note=NOTE, due_on=due_on, leads=[unit], by=office)
