"""例会: the list, one meeting, calling and changing it, and its moves up to the day."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import meetings
from targets.enums_meetings import TO_COME, MeetingState
from targets.forms_meetings import HoldForm, MeetingFilter, MeetingForm, ReasonForm, SeenForm
from targets.models import AgendaItem, Meeting, Resolution
from targets.queries.agenda_follow_ups import became, follow_ups
from targets.queries.agenda_sources import over
from targets.queries.meetings import listed
from targets.queries.minutes import in_force
from targets.views.evidence import put_errors
from targets.views.plan_terms import errors_of

PAGE = 30
SORTS = {"day": "day", "-day": "-day", "title": "title", "-title": "-title", "state": "state", "-state": "-state"}
STATE_TONES = {"preparing": "idle", "set": "active", "held": "warn", "issued": "done", "cancelled": "idle"}
STEPS = (MeetingState.PREPARING, MeetingState.SET, MeetingState.HELD, MeetingState.ISSUED)
REFUSALS = (Conflict, Invalid, NotReady)
reader = permission_required(Permission.MEETING_VIEW, to="查看会议")
editor = permission_required(Permission.MEETING_EDIT, to="办理会议")


@require_GET
@reader
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Which meetings were there, which is next, and how far is each?"""
    form = MeetingFilter(request.GET)
    sort = request.GET.get("sort", "")
    rows = listed(request.user).filter(**form.conditions).order_by(SORTS.get(sort, "-day"), "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    following = Meeting.objects.visible_to(request.user).filter(state__in=TO_COME, day__gte=clock.today())
    context = {
        "page": page,
        "rows": [(each, STATE_TONES[each.state]) for each in page],
        "form": form,
        "sort": sort,
        "next": following.order_by("day", "pk").first(),
        "edits": request.user.may(Permission.MEETING_EDIT),
        "proposes": request.user.may(Permission.AGENDA_PROPOSE),
    }
    return render(request, "targets/meetings/list.html", context)


def visible(request: HttpRequest, pk: int) -> Meeting:
    return get_visible_or_404(Meeting.objects.all(), request.user, pk=pk)


@require_GET
@reader
def meeting_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this meeting take up, what was resolved, and what became of it?"""
    return page_of(request, visible(request, pk))


def page_of(
    request: HttpRequest, meeting: Meeting, sent: dict[str, Form] | None = None, message: str = "", status: int = 200,
    missing: tuple[str, ...] = (),
) -> HttpResponse:  # fmt: skip
    user, sent = request.user, sent or {}
    edits = user.may(Permission.MEETING_EDIT)
    items = list(AgendaItem.objects.visible_to(user).filter(meeting=meeting).select_related("resolution__task"))
    gone = over(items, user) if edits and not meeting.took_place else {}
    issued = in_force(meeting) if meeting.state == MeetingState.ISSUED else None
    to_follow = follow_ups(meeting) if edits and meeting.state == MeetingState.PREPARING else []
    resolutions = Resolution.objects.visible_to(user).filter(meeting=meeting)
    context: dict[str, Any] = {
        "meeting": meeting,
        "tone": STATE_TONES[meeting.state],
        "steps": _steps(meeting),
        "items": [(number, each, gone.get(each.pk, "")) for number, each in enumerate(items, start=len(to_follow) + 1)],
        "to_follow": to_follow,
        "minutes": issued,
        "corrections": meeting.minutes.filter(number__gt=0) if issued else [],
        "resolutions": became(resolutions),
        "edits": edits,
        "shows_outcomes": issued is not None or (edits and meeting.state == MeetingState.HELD),
        "forms": _forms(meeting, sent) if edits else {},
        "errors": [*errors_of(sent.values()), *(("", sentence) for sentence in missing)],
        "message": message,
    }
    return render(request, "targets/meetings/page.html", context, status=status)


def _steps(meeting: Meeting) -> list[dict]:
    if meeting.state == MeetingState.CANCELLED:
        return [{"label": str(MeetingState.CANCELLED.label), "tone": "late", "who": meeting.reason}]
    at = STEPS.index(MeetingState(meeting.state))
    return [{"label": str(step.label), "tone": _tone(place, at)} for place, step in enumerate(STEPS)]


def _tone(place: int, at: int) -> str:
    if place < at or at == len(STEPS) - 1:
        return "done"
    return "active" if place == at else "idle"


def _forms(meeting: Meeting, sent: dict[str, Form]) -> dict[str, Form]:
    """What the office may do with it now; what was just refused is shown as it was sent."""
    seen = {"version": meeting.version}
    forms: dict[str, Form] = {}
    if meeting.state == MeetingState.PREPARING:
        forms["set"] = SeenForm(initial=seen)
    if meeting.state == MeetingState.SET:
        forms["hold"] = HoldForm(initial=seen | {"on": min(meeting.day, clock.today())}, auto_id="hold_%s")
        forms["reopen"] = ReasonForm(initial=seen, auto_id="reopen_%s")
    if meeting.state in TO_COME:
        forms["cancel"] = ReasonForm(initial=seen, auto_id="cancel_%s")
    return {name: sent.get(name, form) for name, form in forms.items()}


@require_http_methods(["GET", "POST"])
@editor
@takes(MeetingForm)
def meeting_new(request: HttpRequest) -> HttpResponse:
    return _particulars(request, None)


@require_http_methods(["GET", "POST"])
@editor
@takes(MeetingForm)
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _particulars(request, visible(request, pk))


def _particulars(request: HttpRequest, meeting: Meeting | None) -> HttpResponse:
    if request.method == "GET":
        return _form_page(request, meeting, MeetingForm.of(meeting) if meeting else MeetingForm())
    form = MeetingForm(request.POST)
    if not form.is_valid():
        return _form_page(request, meeting, form, status=422)
    said = dict(form.cleaned_data)
    seen = said.pop("version")
    try:
        if meeting:
            made = meetings.change(meeting=meeting, seen=seen, by=request.user, **said)
        else:
            made = meetings.call(by=request.user, **said)
    except REFUSALS as refused:
        return _form_page(request, meeting, form, words_of(form, refused, "title"), refused.status)
    messages.success(request, f"已保存{made}的安排。")
    return redirect("targets:meeting", made.pk)


def words_of(form: Form, refused: PortalError, about: str) -> str:
    """What stands above the form; what names a field is put to it."""
    return put_errors(form, refused, about) if isinstance(refused, Invalid) else refused.message


def _form_page(
    request: HttpRequest, meeting: Meeting | None, form: MeetingForm, message: str = "", status: int = 200
) -> HttpResponse:
    context = {"meeting": meeting, "form": form, "message": message, "errors": errors_of([form])}
    return render(request, "targets/meetings/form.html", context, status=status)


def acted(
    request: HttpRequest, meeting: Meeting, name: str, form: Form, act: Callable, said: str, refuse: Callable = page_of,
    back: str = "targets:meeting",
) -> HttpResponse:  # fmt: skip
    """One form of the page acted upon: on to `back`, or the page with what is wrong."""
    if not form.is_valid():
        return refuse(request, meeting, {name: form}, status=422)
    values = dict(form.cleaned_data)
    seen = values.pop("version", None)
    try:
        act(seen=seen, by=request.user, **values)
    except REFUSALS as refused:
        about = next((each.name for each in form.visible_fields()), "version")
        message = words_of(form, refused, about)
        missing = getattr(refused, "missing", ())
        return refuse(request, visible(request, meeting.pk), {name: form}, message, refused.status, missing)
    messages.success(request, said)
    return redirect(back, meeting.pk)


@require_POST
@editor
@takes(SeenForm)
def agenda_set(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, form = visible(request, pk), SeenForm(request.POST)
    return acted(
        request, meeting, "set", form, lambda **said: meetings.set_agenda(meeting=meeting, **said), "议程已定，已通知各有关单位。"
    )


@require_POST
@editor
@takes(ReasonForm)
def agenda_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, form = visible(request, pk), ReasonForm(request.POST, auto_id="reopen_%s")
    return acted(
        request, meeting, "reopen", form, lambda **said: meetings.reopen_agenda(meeting=meeting, **said), "议程已撤回，可以修改。"
    )


@require_POST
@editor
@takes(ReasonForm)
def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, form = visible(request, pk), ReasonForm(request.POST, auto_id="cancel_%s")
    return acted(request, meeting, "cancel", form, lambda **said: meetings.cancel(meeting=meeting, **said), "会议已取消。")


@require_POST
@editor
@takes(HoldForm)
def meeting_hold(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, form = visible(request, pk), HoldForm(request.POST, auto_id="hold_%s")
    return acted(
        request, meeting, "hold", form, lambda **said: meetings.hold(meeting=meeting, **said), "已登记召开，请记录议定意见和议定事项。"
    )
