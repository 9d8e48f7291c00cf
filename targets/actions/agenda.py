"""The agenda of a meeting in preparation: what the office takes from its sources, and what it words itself."""

from collections.abc import Iterable, Sequence

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from targets.actions.meetings import drop, held_for, move, place
from targets.actions.stated import Words, refuse, words
from targets.enums_meetings import AgendaProposalState, ItemSource, MeetingState
from targets.models import AgendaItem, AgendaProposal, Meeting
from targets.models.meeting import ITEM_COLUMNS
from targets.queries.agenda import Candidate
from targets.queries.agenda_sources import candidates
from targets.queries.meetings import names_in, units_named

LONGEST = {"title": 160, "unit_names": 200, "text": 1500}
GONE = "所选事项中有的已经列入、撤回或不再符合条件，没有列入。请核对现在的名单后再选。"
PREPARING = frozenset({MeetingState.PREPARING})


@action("agenda.put")
def put(*, meeting: Meeting, marks: Sequence[str], seen: int | None = None, by: Actor) -> list[AgendaItem]:
    """Put candidates (by their marks) on the agenda, after what is there; all of them or none.

    Raises NotAllowed, NotReady (the agenda is set), Conflict (changed since, or a candidate is one no more), Invalid.
    """
    require(by, Permission.MEETING_EDIT, meeting, to="编排议程")
    row = held_for(meeting, PREPARING, "编排议程", seen)
    if not marks:
        raise Invalid("请先选择要列入的事项。", errors=[("pick", "请至少选择一项。")])
    offered = {each.mark: each for each in candidates(row, by)}
    wanted = list(dict.fromkeys(marks))
    if any(mark not in offered for mark in wanted):
        raise Conflict(GONE)
    after = _last(row)
    items = [_put(row, offered[mark], position, by) for position, mark in enumerate(wanted, start=after + 1)]
    move(row)
    return items


def _put(row: Meeting, chosen: Candidate, position: int, by: Actor) -> AgendaItem:
    said = {"title": chosen.title, "unit_names": chosen.unit_names, "text": chosen.text}
    origin = {f"{ITEM_COLUMNS[chosen.source]}_id": chosen.key}
    item = enter(AgendaItem(meeting=row, position=position, source=chosen.source, **said, **origin))
    if item.proposal:
        _set_proposal(item.proposal, state=AgendaProposalState.LISTED, meeting=row)
    return item


def _last(row: Meeting) -> int:
    return max(row.items.values_list("position", flat=True), default=0)


def _set_proposal(proposal: AgendaProposal, **values) -> None:
    edit(proposal, values, editable=frozenset({"state", "meeting"}))


@action("agenda.add")
def add(
    *, meeting: Meeting, title: str, unit_names: str = "", text: str = "", seen: int | None = None, by: Actor
) -> AgendaItem:
    """An item in the office's own words. Raises NotAllowed, NotReady, Conflict, Invalid."""
    require(by, Permission.MEETING_EDIT, meeting, to="编排议程")
    row = held_for(meeting, PREPARING, "增加议题", seen)
    said = _worded(title, unit_names, text)
    item = enter(AgendaItem(meeting=row, position=_last(row) + 1, source=ItemSource.OTHER, **said))
    move(row)
    return item


def _worded(title: str, unit_names: str, text: str) -> dict[str, str]:
    said = words(
        Words("title", title, "议题", LONGEST["title"]),
        Words("unit_names", unit_names, "汇报单位", LONGEST["unit_names"], required=False),
        Words("text", text, "基本情况", LONGEST["text"], required=False),
    )
    names = names_in(said["unit_names"])
    known = units_named(names)
    unknown = [name for name in names if name not in known]
    if unknown:
        refuse([("unit_names", f"单位名录中没有“{'、'.join(unknown)}”。请填写单位全称或简称，多个单位用顿号分开。")])
    return {**said, "unit_names": "、".join(names)}


@action("agenda.word")
def word(
    *, item: AgendaItem, title: str, unit_names: str, text: str, position: int, seen: int | None = None, by: Actor
) -> AgendaItem:
    """Other words for an item, or another place; the others make room. Raises NotAllowed, NotReady, Conflict, Invalid."""
    require(by, Permission.MEETING_EDIT, item, to="编排议程")
    row = held_for(item.meeting, PREPARING, "修改议题", seen)
    said = _worded(title, unit_names, text)
    others = list(row.items.exclude(pk=item.pk))
    if not 1 <= position <= len(others) + 1:
        refuse([("position", f"次序请填写 1 至 {len(others) + 1} 的整数。")])
    fresh = edit(item, said, editable=frozenset(said))
    _in_order([*others[: position - 1], fresh, *others[position - 1 :]])
    move(row)
    return fresh


@action("agenda.remove")
def remove(*, item: AgendaItem, seen: int | None = None, by: Actor) -> Meeting:
    """Off the agenda; a proposal waits again. Raises NotAllowed, NotReady, Conflict."""
    require(by, Permission.MEETING_EDIT, to="编排议程")
    row = held_for(item.meeting, PREPARING, "移除议题", seen)
    fresh = AgendaItem.objects.select_for_update(of=("self",)).filter(pk=item.pk).first()
    if fresh is None:
        raise NotReady("这项议题已经移除，请刷新页面查看。")
    if fresh.proposal:
        _set_proposal(fresh.proposal, state=AgendaProposalState.WAITING)
    drop(fresh)
    _in_order(row.items.all())
    return move(row)


def _in_order(items: Iterable[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        place(item, position)
