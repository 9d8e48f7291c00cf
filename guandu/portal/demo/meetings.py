"""演示数据: one 例会 whose minutes are issued and one in preparation, through the actions of the people in them."""

from datetime import date

from guandu.accounts.models import Unit, User
from guandu.core import clock
from targets.actions import agenda, agenda_proposals, meetings, minutes, tasks
from targets.enums_meetings import MeetingKind
from targets.models import Meeting

CALLED, LAST, NEXT, TERM = date(2026, 9, 10), date(2026, 9, 16), date(2026, 10, 28), date(2026, 10, 23)
PLACE, CHAIR = "区政府五楼会议室", "区政府分管领导"


def add_meetings(office: User, department: User, task_force: User) -> int:
    """How many."""
    with clock.known_demo_date(CALLED):
        meeting = _call("2026年第三次产业园区发展例会（演示数据）", LAST, LAST, office)
        proposal = _propose(
            task_force, "数字产业园标准厂房二期用地指标", "二期尚缺用地指标 30 亩，影响年内开工，请研究解决途径。", meeting
        )
        agenda.put(meeting=meeting, marks=[f"proposal:{proposal.pk}"], by=office)
        agenda.add(meeting=meeting, title="听取前三季度园区建设情况汇报", unit_names=department.unit.name, by=office)
        meetings.set_agenda(meeting=meeting, by=office)
    with clock.known_demo_date(LAST):
        _hold(meeting, department.unit, office)
    _go_on(meeting, department)
    following = _call("2026年第四次产业园区发展例会（演示数据）", NEXT, TERM, office)
    _propose(task_force, "园区企业上云补贴政策", "现行补贴年底到期，园区 12 家企业提出续期，请研究。", following)
    agenda.add(meeting=following, title="学习全市产业园区高质量发展推进会精神", by=office)
    return Meeting.objects.count()


def _call(title: str, day: date, until: date, office: User) -> Meeting:
    return meetings.call(
        kind=MeetingKind.REGULAR, title=title, day=day, place=PLACE, chair=CHAIR, proposals_until=until, by=office
    )


def _propose(by: User, title: str, text: str, meeting: Meeting):
    return agenda_proposals.propose(unit=by.unit, title=title, text=text, meeting=meeting, by=by)


def _hold(meeting: Meeting, unit: Unit, office: User) -> None:
    meetings.hold(
        meeting=meeting, on=LAST, present="产业园区发展指挥部成员单位，各产业链专班，各街道办事处", absent="", by=office
    )
    for item in meeting.items.all():
        minutes.say(item=item, outcome="原则同意，由牵头单位会同有关单位抓紧落实。", by=office)
    minutes.resolve(
        meeting=meeting, text="梳理各园区用地缺口，提出年内保障方案", unit=unit, due_on=date(2026, 11, 15),
        item=meeting.items.first(), by=office,
    )  # fmt: skip
    text = "会议听取了园区建设情况汇报，研究了用地保障等事项。会议要求，梳理各园区用地缺口，提出年内保障方案。"
    minutes.issue(meeting=meeting, text=text, by=office)


def _go_on(meeting: Meeting, department: User) -> None:
    """The unit takes the task over and writes a line."""
    task = meeting.resolutions.select_related("task").get().task
    tasks.receive(task=task, by=department)
    tasks.report(task=task, month="2026-10", text="已收集 9 个园区用地缺口，正在汇总。", by=department)
