"""例会: called by the office, its agenda set, held. What it takes up is agenda.py's, what came of it minutes.py's."""

from collections.abc import Collection
from datetime import date

from django.urls import reverse

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, enter, removed, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.notices.actions.messages import post
from guandu.notices.enums import MessageKind
from guandu.notices.told import Told
from targets.actions.stated import Words, refuse, words
from targets.enums_meetings import TO_COME, ItemSource, MeetingKind, MeetingState
from targets.models import AgendaItem, Meeting
from targets.queries.agenda_follow_ups import follow_ups
from targets.queries.meetings import invited
from targets.queries.recipients import Recipients

LONGEST = {"title": 80, "place": 60, "chair": 60, "reason": 200, "present": 1000, "absent": 500}
SEEN = "您查看之后，其他人已修改会议或议程，请刷新页面核对后再办理。"


def held_for(meeting: Meeting, states: Collection[str], to: str, seen: int | None) -> Meeting:
    """Within an action: the locked row, which is in one of `states` and as the person saw it. Raises NotReady, Conflict."""
    row = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    about(row)
    if row.state not in states:
        raise NotReady(f"{row}现在是“{row.get_state_display()}”，不能{to}。")
    if seen is not None and seen != row.version:
        raise Conflict(SEEN)
    return row


def move(row: Meeting, **values) -> Meeting:
    """Within an action: the locked row with these values, checked, one version on."""
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    checked(row).save()
    updated(row, before)
    return row


@action("meeting.call")
def call(
    *, kind: str, title: str, day: date, place: str, chair: str, proposals_until: date, by: Actor
) -> Meeting:  # fmt: skip
    """A meeting in preparation, for which units may propose. Raises NotAllowed, Invalid."""
    require(by, Permission.MEETING_EDIT, to="提请召开会议")
    said = _particulars(kind, title, day, place, chair, proposals_until)
    if day < clock.today():
        refuse([("day", "会议日期已经过去，请填写今天或以后的日期。")])
    return enter(Meeting(**said, called_by=by.actor_name, called_at=clock.now()))


@action("meeting.change")
def change(
    *, meeting: Meeting, kind: str, title: str, day: date, place: str, chair: str, proposals_until: date,
    seen: int | None = None, by: Actor,
) -> Meeting:  # fmt: skip
    """Other particulars, until it is held; who was told of the agenda is told of another day or place.

    Raises NotAllowed, NotReady (held), Conflict, Invalid.
    """
    require(by, Permission.MEETING_EDIT, meeting, to="修改会议安排")
    row = held_for(meeting, TO_COME, "修改安排", seen)
    said = _particulars(kind, title, day, place, chair, proposals_until)
    moved = row.state == MeetingState.SET and (row.day, row.place) != (day, said["place"])
    row = move(row, **said)
    if moved:
        _tell(row, "会议时间或地点有变动", f"现定于 {row.day:%-m月%-d日}在{row.place}召开。", by)
    return row


def _particulars(kind: str, title: str, day: date, place: str, chair: str, proposals_until: date) -> dict:
    said = words(
        Words("title", title, "会议名称", LONGEST["title"]),
        Words("place", place, "地点", LONGEST["place"]),
        Words("chair", chair, "主持人", LONGEST["chair"]),
    )
    if kind not in MeetingKind.values:
        refuse([("kind", "请选择会议类型。")])
    if proposals_until > day:
        refuse([("proposals_until", "议题提报截止日期不能晚于会议日期。")])
    return {**said, "kind": kind, "day": day, "proposals_until": proposals_until}


@action("meeting.set_agenda")
def set_agenda(*, meeting: Meeting, seen: int | None = None, by: Actor) -> Meeting:
    """The agenda stands: what is still open of earlier resolutions comes first, and everybody invited is told.

    Raises NotAllowed, NotReady (not in preparation, or nothing to take up), Conflict.
    """
    require(by, Permission.MEETING_EDIT, meeting, to="确定议程")
    row = held_for(meeting, {MeetingState.PREPARING}, "确定议程", seen)
    open_ = follow_ups(row)
    items = list(row.items.all())
    if not open_ and not items:
        raise NotReady("议程还没有议题，不能确定。请先选择列入的事项，或者自拟议题。")
    for position, item in enumerate(items, start=len(open_) + 1):
        place(item, position)
    for position, each in enumerate(open_, start=1):
        enter(
            AgendaItem(
                meeting=row, position=position, source=ItemSource.FOLLOW_UP, resolution=each.resolution, title=each.title,
                unit_names=each.unit_names, text=each.text,
            )  # fmt: skip
        )
    row = move(row, state=MeetingState.SET, set_by=by.actor_name, set_at=clock.now(), reason="")
    _tell(row, "议程已定", f"{row.day:%-m月%-d日}在{row.place}召开，{row.chair}主持，共 {len(open_) + len(items)} 项议题。", by)
    return row


def place(item: AgendaItem, position: int) -> None:
    if item.position != position:
        before = snapshot(item)
        item.position = position
        item.save(update_fields=["position"])
        updated(item, before)


@action("meeting.reopen_agenda")
def reopen_agenda(*, meeting: Meeting, reason: str, seen: int | None = None, by: Actor) -> Meeting:
    """Back to preparation, with a reason; the earlier resolutions are listed anew when it is set again.

    Raises NotAllowed, NotReady, Conflict, Invalid.
    """
    require(by, Permission.MEETING_EDIT, meeting, to="撤回议程")
    row = held_for(meeting, {MeetingState.SET}, "撤回议程", seen)
    said = words(Words("reason", reason, "撤回议程的原因", LONGEST["reason"]))
    for item in row.items.filter(source=ItemSource.FOLLOW_UP):
        drop(item)
    row = move(row, state=MeetingState.PREPARING, set_by="", set_at=None, **said)
    _tell(row, "议程撤回修改", f"原因：{said['reason']}。修改后另行通知。", by)
    return row


def drop(item: AgendaItem) -> None:
    """Within an action: off the agenda."""
    removed(item)
    item.delete()


@action("meeting.cancel")
def cancel(*, meeting: Meeting, reason: str, seen: int | None = None, by: Actor) -> Meeting:
    """It will not take place; what was proposed for it waits for the next. Raises NotAllowed, NotReady, Conflict, Invalid."""
    require(by, Permission.MEETING_EDIT, meeting, to="取消会议")
    row = held_for(meeting, TO_COME, "取消", seen)
    said = words(Words("reason", reason, "取消原因", LONGEST["reason"]))
    was_set = row.state == MeetingState.SET
    row = move(row, state=MeetingState.CANCELLED, **said)
    if was_set:
        _tell(row, "会议取消", f"原因：{said['reason']}。", by)
    return row


@action("meeting.hold")
def hold(*, meeting: Meeting, on: date, present: str, absent: str = "", seen: int | None = None, by: Actor) -> Meeting:
    """It took place on the day, with these present. Raises NotAllowed, NotReady, Conflict, Invalid."""
    require(by, Permission.MEETING_EDIT, meeting, to="登记会议召开")
    row = held_for(meeting, {MeetingState.SET}, "登记召开", seen)
    said = words(
        Words("present", present, "参会单位和人员", LONGEST["present"]),
        Words("absent", absent, "缺席和请假", LONGEST["absent"], required=False),
    )
    if on > clock.today():
        raise Invalid("召开日期还没有到。", errors=[("on", "召开日期还没有到，请在会后登记。")])
    return move(row, state=MeetingState.HELD, held_on=on, **said)


def _tell(row: Meeting, what: str, text: str, by: Actor) -> None:
    """Once for each version: whoever is named by an item, and whoever proposed one."""
    people = invited(row, Recipients(clock.today()))
    url = reverse("targets:meeting", args=[row.pk])
    told = [
        Told(user, MessageKind.MEETING, f"meeting:{row.pk}:{row.version}", f"{row}：{what}", text, url)
        for user in people
        if user.actor_key != by.actor_key
    ]
    post(told=told, by=by)
