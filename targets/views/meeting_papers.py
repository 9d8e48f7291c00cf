"""议程 and 纪要 as Word and PDF."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.core.errors import NotReady
from guandu.documents.blocks import Paper
from targets.enums_meetings import MeetingState
from targets.models import Meeting
from targets.queries.work_builders import agenda_paper, minutes_paper
from targets.views.meetings import reader, visible
from targets.views.paper_files import demand_form, paper_file

NOT_SET, NOT_ISSUED = "议程还没有确定，确定后可以下载。", "纪要还没有印发，印发后可以下载。"


@require_GET
@reader
def meeting_paper(request: HttpRequest, pk: int, paper: str, form: str) -> HttpResponse:
    """The office has the drafts too; everybody else what is set or issued."""
    if paper not in {"agenda", "minutes"}:
        raise Http404
    demand_form(form)
    meeting = visible(request, pk)
    edits = request.user.may(Permission.MEETING_EDIT)
    made = _agenda(meeting, edits) if paper == "agenda" else _minutes(meeting, edits)
    return paper_file(made, form)


def _agenda(meeting: Meeting, edits: bool) -> Paper:
    if meeting.state == MeetingState.CANCELLED or not (meeting.is_set or edits):
        raise NotReady(NOT_SET)
    return agenda_paper(meeting)


def _minutes(meeting: Meeting, edits: bool) -> Paper:
    if meeting.state != MeetingState.ISSUED and not (edits and meeting.took_place):
        raise NotReady(NOT_ISSUED)
    return minutes_paper(meeting)
