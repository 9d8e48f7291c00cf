"""Meetings in each of their states, which everybody sees who has to do with them; what the own department proposes, and
another one."""

from datetime import date

from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.core.digests import digest_of
from targets.enums_meetings import AgendaProposalState, ItemSource, MeetingState
from targets.models import AgendaItem, Meeting, Minutes, Resolution
from tests.permissions.sides import NONE, People, Side, keys
from tests.targets.convened import PARTICULARS, make_proposal

DUE = date(2026, 12, 31)


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    preparing, set_, held, issued = (
        _meeting(state) for state in (MeetingState.PREPARING, MeetingState.SET, MeetingState.HELD, MeetingState.ISSUED)
    )
    first, second = _item(preparing, "先议"), _item(preparing, "后议")
    on_set, spoken = _item(set_, "已列"), _item(held, "已议", "原则同意")
    unit = people[RoleCode.DEPARTMENT].unit
    dropped = Resolution.objects.create(meeting=held, number=1, text="办成", unit=unit, due_on=DUE)
    kept = Resolution.objects.create(meeting=issued, number=1, text="办成", unit=unit, due_on=DUE)
    text = "纪要全文"
    Minutes.objects.create(
        meeting=issued, text=text, digest=digest_of(text), issued_by="办公室", issued_on=clock.today(), issued_at=clock.now()
    )
    asked = {side.name: make_proposal(side.reviewer.unit, side.mark("agendaask"), text=side.mark("agendaask")) for side in (own, other)}
    shut = make_proposal(own.reviewer.unit, state=AgendaProposalState.WITHDRAWN)
    picked = make_proposal(own.reviewer.unit, "可列入的议题")
    return {
        "meeting": _own(set_),
        "meeting to come": _own(preparing, held),
        "meeting in preparation": _own(preparing, set_),
        "meeting that is set": _own(set_, preparing),
        "meeting that was held": _own(held, issued),
        "meeting that is issued": _own(issued, held),
        "agenda item": _own(first, on_set),
        "agenda item to remove": _own(second, on_set),
        "agenda item to speak of": _own(spoken, on_set),
        "resolution": _own(dropped, kept),
        "agenda proposal": keys(asked | {"shut": shut}),
        "meeting to resolve of": {
            "own": f"{held.pk}|{unit.pk}", "shut": f"{issued.pk}|{unit.pk}", "none": f"999999|{unit.pk}",
        },
        "unit that proposes": {"own": f"|{unit.pk}"},
        "agenda pick": {
            "own": f"{preparing.pk}|proposal:{picked.pk}", "shut": f"{set_.pk}|proposal:{picked.pk}", "none": "999999|proposal:1",
        },
    }  # fmt: skip


def _own(row, shut=None) -> dict[str, str]:
    return {"own": str(row.pk)} | ({"shut": str(shut.pk)} if shut else {}) | NONE


def _meeting(state: str) -> Meeting:
    held = {"held_on": clock.today(), "present": "各成员单位"} if state in {MeetingState.HELD, MeetingState.ISSUED} else {}
    return Meeting.objects.create(
        **{**PARTICULARS, "title": f"例会（{MeetingState(state).label}）"}, state=state, called_by="办公室", called_at=clock.now(), **held
    )


def _item(meeting: Meeting, title: str, outcome: str = "") -> AgendaItem:
    position = meeting.items.count() + 1
    return AgendaItem.objects.create(meeting=meeting, position=position, source=ItemSource.OTHER, title=title, outcome=outcome)
