"""纪要: outcomes and resolutions noted after a meeting, the text issued, and put right with a reason."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.core.errors import NotReady
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from targets.actions import minutes
from targets.enums_meetings import MeetingState
from targets.forms_meetings import CorrectForm, IssueForm, OutcomeForm, ResolutionForm, SeenForm
from targets.models import AgendaItem, Meeting, Resolution
from targets.queries.agenda_follow_ups import became
from targets.queries.minutes import drafted, in_force
from targets.views.meetings import acted, editor, reader, visible
from targets.views.plan_terms import errors_of

MINUTES = "targets:minutes"
NOT_HELD = "会议还没有登记召开，不能记录纪要。"


@require_http_methods(["GET", "POST"])
@editor
@takes(IssueForm)
def minutes_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What did the meeting say and resolve, and what does its 纪要 read?"""
    meeting = visible(request, pk)
    if request.method == "GET":
        return _page(request, meeting)
    form = IssueForm(request.POST)
    said = "纪要已印发，议定事项已转为工作任务交办。"
    return acted(request, meeting, "issue", form, lambda **words: minutes.issue(meeting=meeting, **words), said, _page)


@require_POST
@editor
@takes(CorrectForm)
def minutes_correct(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, form = visible(request, pk), CorrectForm(request.POST)
    return acted(
        request, meeting, "correct", form, lambda **said: minutes.correct(meeting=meeting, **said), "已印发更正，原文保留可查。",
        _page,
    )  # fmt: skip


@require_POST
@editor
@takes(OutcomeForm)
def item_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_visible_or_404(AgendaItem.objects.select_related("meeting"), request.user, pk=pk)
    form = OutcomeForm(request.POST, auto_id=f"outcome{pk}_%s")
    return acted(
        request, item.meeting, f"outcome{pk}", form, lambda **said: minutes.say(item=item, **said), "已保存议定意见。", _page, MINUTES
    )


@require_POST
@editor
@takes(ResolutionForm)
def resolution_add(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = visible(request, pk)
    form = ResolutionForm(request.POST, meeting=meeting)
    return acted(
        request, meeting, "resolution", form, lambda **said: minutes.resolve(meeting=meeting, **said), "已记录议定事项。", _page,
        MINUTES,
    )  # fmt: skip


@require_POST
@editor
@takes(SeenForm)
def resolution_drop(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(Resolution.objects.select_related("meeting"), request.user, pk=pk)
    return acted(
        request, row.meeting, "drop", SeenForm(request.POST), lambda **said: minutes.drop(resolution=row, **said), "已删除议定事项。",
        _page, MINUTES,
    )  # fmt: skip


@require_GET
@reader
def resolution_list(request: HttpRequest) -> HttpResponse:
    """What have meetings resolved, and what became of it?"""
    rows = became(Resolution.objects.visible_to(request.user).filter(meeting__state=MeetingState.ISSUED))
    whole = request.GET.get("all") == "1"
    open_ = [each for each in rows if each.resolution.task and each.resolution.task.is_open]
    context = {"rows": rows if whole else open_, "whole": whole, "open_count": len(open_), "late": sum(each.is_late for each in open_)}
    return render(request, "targets/meetings/resolutions.html", context)


def _page(
    request: HttpRequest, meeting: Meeting, sent: dict[str, Form] | None = None, message: str = "", status: int = 200,
    missing: tuple[str, ...] = (),
) -> HttpResponse:  # fmt: skip
    if not meeting.took_place:
        raise NotReady(NOT_HELD)
    sent = sent or {}
    seen = {"version": meeting.version}
    issued = in_force(meeting)
    items = list(meeting.items.all())
    context = {
        "meeting": meeting,
        "items": [(each, sent.get(f"outcome{each.pk}") or _outcome(each, seen)) for each in items],
        "resolutions": meeting.resolutions.select_related("unit", "item"),
        "seen": SeenForm(initial=seen),
        "resolution": sent.get("resolution") or ResolutionForm(initial=seen, meeting=meeting),
        "silent": sum(not each.outcome for each in items),
        "minutes": issued,
        "issue": None if issued else sent.get("issue") or IssueForm(initial=seen | {"text": drafted(meeting)}),
        "correct": (sent.get("correct") or CorrectForm(initial=seen | {"text": issued.text})) if issued else None,
        "errors": [*errors_of(sent.values()), *(("", sentence) for sentence in missing)],
        "message": message,
    }
    return render(request, "targets/meetings/minutes.html", context, status=status)


def _outcome(item: AgendaItem, seen: dict) -> OutcomeForm:
    return OutcomeForm(initial=seen | {"outcome": item.outcome}, auto_id=f"outcome{item.pk}_%s")
