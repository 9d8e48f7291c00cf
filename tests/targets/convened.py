"""Meetings for tests: called, set, held, issued through the actions, and rows made directly where a step is not the point."""

from datetime import date
from decimal import Decimal

from guandu.accounts.models import Unit, User
from guandu.core import clock
from targets.actions import agenda, meetings, minutes
from targets.enums import TargetStatus
from targets.enums_meetings import AgendaProposalState
from targets.enums_plan import LightState
from targets.models import AgendaProposal, Meeting, Minutes, Plan, RedLight, Resolution
from targets.progress.outlook import Outlook
from tests.targets.lit import led, make_light
from tests.targets.plans import make_result, make_target

DAY, TERM = date(2026, 10, 20), date(2026, 10, 16)
PARTICULARS = {
    "kind": "regular", "title": "2026年第三次例会", "day": DAY, "place": "区政府五楼会议室", "chair": "王副区长",
    "proposals_until": TERM,
}  # fmt: skip


def call(by: User, **fields) -> Meeting:
    return meetings.call(**{**PARTICULARS, **fields}, by=by)


def set_meeting(by: User, title: str = "听取园区建设情况汇报", **fields) -> Meeting:
    """With one item of the office's own."""
    meeting = call(by, **fields)
    agenda.add(meeting=meeting, title=title, by=by)
    return meetings.set_agenda(meeting=meeting, by=by)


def held(by: User, on: date = date(2026, 10, 12), **fields) -> Meeting:
    return meetings.hold(meeting=set_meeting(by, **fields), on=on, present="各成员单位", by=by)


def resolve(meeting: Meeting, unit: Unit, by: User, text: str = "月底前完成供地", due_on: date = date(2026, 11, 30)) -> Resolution:
    return minutes.resolve(meeting=meeting, text=text, unit=unit, due_on=due_on, by=by)


def issue(meeting: Meeting, by: User, text: str = "会议听取了汇报。") -> Minutes:
    for item in meeting.items.filter(outcome=""):
        minutes.say(item=item, outcome="原则同意", by=by)
    return minutes.issue(meeting=meeting, text=text, by=by)


def make_proposal(unit: Unit, title: str = "请研究用地指标", *, meeting: Meeting | None = None, **fields) -> AgendaProposal:
    given = {
        "text": "缺 30 亩用地指标", "state": AgendaProposalState.WAITING, "proposed_by": "张三", "proposed_key": "zhang",
        "proposed_at": clock.now(),
    }  # fmt: skip
    return AgendaProposal.objects.create(unit=unit, title=title, meeting=meeting, **{**given, **fields})


def red(plan: Plan, code: str, unit: Unit, state: str = LightState.RELEASED, answer: str = "土地指标未到", **fields) -> RedLight:
    """A target of 8 that stands at 5, led by `unit`, with its light."""
    target = led(make_target(plan, code, f"新增园区{code}"), unit)
    outlook = Outlook(line=Decimal(8), required="不低于 8 个", gap=Decimal(3)).as_json()
    make_result(target, TargetStatus.BEHIND, "5", outlook=outlook)
    said = {"answer": answer, "answered_unit": unit.name} if answer else {"answer": "", "answered_at": None}
    return make_light(target, state, **said, **fields)
