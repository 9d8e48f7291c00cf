"""What came of a meeting: an outcome for each item, resolutions with owner and day, and the 纪要 that is issued.

The text of the minutes never changes once it is issued; a correction is a text of its own, with a reason.
"""

from datetime import date

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter, removed
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.digests import digest_of
from guandu.core.errors import NotReady
from targets.actions.meetings import held_for, move
from targets.actions.stated import Words, refuse, words
from targets.actions.task_making import LONGEST as LONGEST_TASK
from targets.actions.tasks import create
from targets.enums_meetings import MeetingState
from targets.enums_tasks import TaskSource
from targets.models import AgendaItem, Meeting, Minutes, Resolution
from targets.queries.agenda import shortened

LONGEST = {"outcome": 1500, "text": 300, "minutes": 20000, "document_number": 60, "reason": 200}
HELD = frozenset({MeetingState.HELD})
ISSUED = frozenset({MeetingState.ISSUED})


@action("minutes.say")
def say(*, item: AgendaItem, outcome: str, seen: int | None = None, by: Actor) -> AgendaItem:
    """What the meeting said of the item. Raises NotAllowed, NotReady (not held yet, or issued), Conflict, Invalid."""
    require(by, Permission.MEETING_EDIT, item, to="记录议定意见")
    row = held_for(item.meeting, HELD, "记录议定意见", seen)
    said = words(Words("outcome", outcome, "议定意见", LONGEST["outcome"]))
    fresh = edit(item, said, editable=frozenset(said))
    move(row)
    return fresh


@action("resolution.make")
def resolve(
    *, meeting: Meeting, text: str, unit: Unit | None, due_on: date | None, item: AgendaItem | None = None,
    seen: int | None = None, by: Actor,
) -> Resolution:  # fmt: skip
    """Something to be done, by whom and until when. Raises NotAllowed, NotReady, Conflict, Invalid."""
    require(by, Permission.MEETING_EDIT, meeting, to="记录议定事项")
    row = held_for(meeting, HELD, "记录议定事项", seen)
    said = words(Words("text", text, "议定事项", LONGEST["text"]))
    refuse(_faults(row, unit, due_on, item))
    number = max(row.resolutions.values_list("number", flat=True), default=0) + 1
    made = enter(Resolution(meeting=row, item=item, number=number, unit=unit, due_on=due_on, **said))
    move(row)
    return made


def _faults(row: Meeting, unit: Unit | None, due_on: date | None, item: AgendaItem | None) -> list[tuple[str, str]]:
    faults = []
    if unit is None:
        faults.append(("unit", "请选择牵头单位。"))
    elif unit.kind == Unit.Kind.OPERATOR:
        faults.append(("unit", f"{unit}是园区运营方，议定事项只交给部门、专班和街道。"))
    if due_on is None:
        faults.append(("due_on", "请填写完成时限。"))
    elif due_on < row.held_on:
        faults.append(("due_on", "完成时限不能早于会议召开日期。"))
    if item is not None and item.meeting_id != row.pk:
        faults.append(("item", "请从本次会议的议题中选择。"))
    return faults


@action("resolution.drop")
def drop(*, resolution: Resolution, seen: int | None = None, by: Actor) -> Meeting:
    """Not resolved after all, before the minutes are issued. Raises NotAllowed, NotReady, Conflict."""
    require(by, Permission.MEETING_EDIT, to="删除议定事项")
    row = held_for(resolution.meeting, HELD, "删除议定事项", seen)
    fresh = Resolution.objects.select_for_update(of=("self",)).filter(pk=resolution.pk).first()
    if fresh is None:
        raise NotReady("这项议定事项已经删除，请刷新页面查看。")
    removed(fresh)
    fresh.delete()
    for number, each in enumerate(row.resolutions.order_by("number"), start=1):
        edit(each, {"number": number}, editable=frozenset({"number"}))
    return move(row)


@action("minutes.issue")
def issue(
    *, meeting: Meeting, text: str, document_number: str = "", seen: int | None = None, by: Actor
) -> Minutes:
    """The 纪要 as it goes out. Each resolution becomes a task of its unit, which is told.

    Raises NotAllowed, NotReady (not held, or an item without an outcome, each named), Conflict, Invalid.
    """
    require(by, Permission.MEETING_EDIT, meeting, to="印发纪要")
    row = held_for(meeting, HELD, "印发纪要", seen)
    silent = [f"第 {item.position} 项“{item.title}”还没有议定意见。" for item in row.items.filter(outcome="")]
    today = clock.today()
    over = [
        f"第 {each.number} 项议定事项的完成时限 {each.due_on} 已过，请删除后按新的时限重新登记。"
        for each in row.resolutions.filter(due_on__lt=today)
    ]
    if silent or over:
        raise NotReady("纪要还不能印发。", missing=[*silent, *over])
    made = _written(row, 0, text, document_number, "", by)
    move(row, state=MeetingState.ISSUED)
    for each in row.resolutions.select_related("unit").order_by("number"):
        _hand_out(each, row, by)
    return made


def _written(row: Meeting, number: int, text: str, document_number: str, reason: str, by: Actor) -> Minutes:
    said = words(
        Words("text", text.replace("\r\n", "\n"), "纪要正文", LONGEST["minutes"]),
        Words("document_number", document_number, "文号", LONGEST["document_number"], required=False),
        Words("reason", reason, "更正原因", LONGEST["reason"], required=number > 0),
    )
    who = {"issued_by": by.actor_name, "issued_on": clock.today(), "issued_at": clock.now()}
    return enter(Minutes(meeting=row, number=number, digest=digest_of(said["text"]), **said, **who))


def _hand_out(resolution: Resolution, row: Meeting, by: Actor) -> None:
    """As a task of the unit, which is told of it."""
    task = create(
        title=shortened(resolution.text, LONGEST_TASK["title"]), text=resolution.text, source=TaskSource.MEETING,
        due_on=resolution.due_on, leads=[resolution.unit], source_note=f"{row}第 {resolution.number} 项议定事项", by=by,
    )  # fmt: skip
    edit(resolution, {"task": task}, editable=frozenset({"task"}))


@action("minutes.correct")
def correct(*, meeting: Meeting, text: str, reason: str, seen: int | None = None, by: Actor) -> Minutes:
    """The 纪要 put right, with a reason; the earlier text stays. Raises NotAllowed, NotReady, Conflict, Invalid."""
    require(by, Permission.MEETING_EDIT, meeting, to="更正纪要")
    row = held_for(meeting, ISSUED, "更正纪要", seen)
    last = row.minutes.order_by("-number").first()
    about(row, reason=reason)
    if text.replace("\r\n", "\n").strip() == last.text:
        refuse([("text", "正文与现行纪要一致，没有需要更正的。")])
    made = _written(row, last.number + 1, text, last.document_number, reason, by)
    move(row)
    return made
