"""提报议题: what units ask meetings to take up, one more, taking it back, the office's answer."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import agenda_proposals
from targets.enums_meetings import AgendaProposalState
from targets.forms_meetings import DeclineForm, ProposalFilter, ProposeForm
from targets.models import AgendaProposal
from targets.queries.agenda_proposals import open_meetings
from targets.queries.meetings import units_of
from targets.views.meetings import REFUSALS, editor, words_of
from targets.views.plan_terms import errors_of

PAGE = 30
TONES = {"waiting": "active", "listed": "done", "declined": "late", "withdrawn": "idle"}
proposer = permission_required(Permission.AGENDA_PROPOSE, to="提报议题")


@require_http_methods(["GET", "POST"])
@proposer
@takes(ProposeForm)
def proposal_list(request: HttpRequest) -> HttpResponse:
    """What was proposed and what became of it; and one more."""
    if request.method == "GET":
        return _page(request)
    form = ProposeForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, {"new": form}, status=422)
    try:
        agenda_proposals.propose(by=request.user, **form.cleaned_data)
    except REFUSALS as refused:
        return _page(request, {"new": form}, words_of(form, refused, "title"), refused.status)
    messages.success(request, "议题已提报园区发展办。")
    return redirect("targets:agenda-proposals")


def _visible(request: HttpRequest, pk: int) -> AgendaProposal:
    return get_visible_or_404(AgendaProposal.objects.select_related("unit"), request.user, pk=pk)


@require_POST
@proposer
@takes()
def proposal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    try:
        agenda_proposals.withdraw(proposal=row, by=request.user)
    except REFUSALS as refused:
        return _page(request, {}, refused.message, refused.status)
    messages.success(request, f"已撤回“{row.title}”。")
    return redirect("targets:agenda-proposals")


@require_POST
@editor
@takes(DeclineForm)
def proposal_decline(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _visible(request, pk), DeclineForm(request.POST, auto_id=f"decline{pk}_%s")
    if not form.is_valid():
        return _page(request, {f"decline{pk}": form}, status=422)
    try:
        agenda_proposals.decline(proposal=row, by=request.user, **form.cleaned_data)
    except REFUSALS as refused:
        return _page(request, {f"decline{pk}": form}, words_of(form, refused, "answer"), refused.status)
    messages.success(request, f"已答复{row.unit}。")
    return redirect("targets:agenda-proposals")


def _page(request: HttpRequest, sent: dict[str, Form] | None = None, message: str = "", status: int = 200) -> HttpResponse:
    user, sent, chosen = request.user, sent or {}, ProposalFilter(request.GET)
    rows = AgendaProposal.objects.visible_to(user).filter(**chosen.conditions).select_related("unit", "meeting")
    page = Paginator(rows.order_by("-proposed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    own = {unit.pk for unit in units_of(user)}
    decides = user.may(Permission.MEETING_EDIT)
    context = {
        "page": page,
        "rows": [
            (each, TONES[each.state], each.unit_id in own and _waits(each), _decline(each, sent) if decides else None) for each in page
        ],
        "filter": chosen,
        "open": list(open_meetings()),
        "new": sent.get("new") or ProposeForm(user=user),
        "errors": errors_of(sent.values()),
        "message": message,
    }
    return render(request, "targets/meetings/proposals.html", context, status=status)


def _waits(row: AgendaProposal) -> bool:
    return row.state == AgendaProposalState.WAITING


def _decline(row: AgendaProposal, sent: dict[str, Form]) -> Form | None:
    name = f"decline{row.pk}"
    return (sent.get(name) or DeclineForm(auto_id=f"{name}_%s")) if _waits(row) else None
