"""The agenda of a meeting in preparation: candidates by source with ticks, items in the office's own words."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from targets.actions import agenda
from targets.enums_meetings import MeetingState
from targets.forms_meetings import ItemForm, OwnItemForm, SeenForm
from targets.models import AgendaItem, Meeting
from targets.queries.agenda_follow_ups import follow_ups
from targets.queries.agenda_sources import by_source, over
from targets.views.meetings import acted, editor, visible
from targets.views.plan_terms import errors_of

AGENDA = "targets:agenda"


@require_http_methods(["GET", "POST"])
@editor
@takes(SeenForm, "pick")
def agenda_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What may this meeting take up, and what is on its agenda already?"""
    meeting = visible(request, pk)
    if request.method == "GET":
        return _page(request, meeting)
    marks = request.POST.getlist("pick")
    form = SeenForm(request.POST)
    return acted(
        request, meeting, "pick", form, lambda **said: agenda.put(meeting=meeting, marks=marks, **said), f"已列入 {len(set(marks))} 项。",
        _page, AGENDA,
    )  # fmt: skip


@require_POST
@editor
@takes(OwnItemForm)
def agenda_add(request: HttpRequest, pk: int) -> HttpResponse:
    meeting, form = visible(request, pk), OwnItemForm(request.POST, auto_id="own_%s")
    return acted(
        request, meeting, "own", form, lambda **said: agenda.add(meeting=meeting, **said), "已增加一项议题。", _page, AGENDA
    )


def _item(request: HttpRequest, pk: int) -> AgendaItem:
    return get_visible_or_404(AgendaItem.objects.select_related("meeting"), request.user, pk=pk)


@require_http_methods(["GET", "POST"])
@editor
@takes(ItemForm)
def item_page(request: HttpRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    if request.method == "GET":
        return _item_page(request, item.meeting, {"item": ItemForm.of(item)}, item=item)
    form = ItemForm(request.POST)
    return acted(
        request, item.meeting, "item", form, lambda **said: agenda.word(item=item, **said), "已保存。",
        lambda *args, **options: _item_page(*args, item=item, **options), AGENDA,
    )  # fmt: skip


@require_POST
@editor
@takes(SeenForm)
def item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    item, form = _item(request, pk), SeenForm(request.POST)
    return acted(
        request, item.meeting, "remove", form, lambda **said: agenda.remove(item=item, **said), f"已移除“{item.title}”。",
        _page, AGENDA,
    )  # fmt: skip


def _item_page(
    request: HttpRequest, meeting: Meeting, sent: dict[str, Form], message: str = "", status: int = 200,
    missing: tuple[str, ...] = (), *, item: AgendaItem,
) -> HttpResponse:  # fmt: skip
    context = {
        "meeting": meeting, "item": item, "form": sent["item"], "message": message, "errors": errors_of(sent.values()),
        "is_open": meeting.state == MeetingState.PREPARING, "seen": SeenForm(initial={"version": meeting.version}),
    }  # fmt: skip
    return render(request, "targets/meetings/item.html", context, status=status)


def _page(
    request: HttpRequest, meeting: Meeting, sent: dict[str, Form] | None = None, message: str = "", status: int = 200,
    missing: tuple[str, ...] = (),
) -> HttpResponse:  # fmt: skip
    sent = sent or {}
    items = list(meeting.items.all())
    gone = over(items, request.user)
    seen = {"version": meeting.version}
    is_open = meeting.state == MeetingState.PREPARING
    to_follow = follow_ups(meeting) if is_open else []
    context = {
        "meeting": meeting,
        "is_open": is_open,
        "items": [(each, gone.get(each.pk, "")) for each in items],
        "to_follow": to_follow,
        "count": len(items) + len(to_follow),
        "sources": by_source(meeting, request.user) if is_open else [],
        "picked": set(request.POST.getlist("pick")),
        "seen": SeenForm(initial=seen),
        "own": sent.get("own") or OwnItemForm(initial=seen, auto_id="own_%s"),
        "errors": errors_of(form for name, form in sent.items() if name == "own"),
        "message": message,
    }
    return render(request, "targets/meetings/agenda.html", context, status=status)
