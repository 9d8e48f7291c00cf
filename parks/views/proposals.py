"""变更申请: the list, one with its comparison, asking and deciding."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from parks.actions import proposals as actions
from parks.enums import ProposalState
from parks.forms_changes import EnterpriseProposalForm, ParkProposalForm
from parks.models import Proposal
from parks.queries.proposals import OPEN_STATES, diff_of, listed, overtaken, proposals_for
from parks.views.changing import (
    REFUSALS,
    decider,
    form_page,
    proposer,
    reader,
    record_url,
    refused_words,
    settler,
    subject_or_404,
)

PAGE = 50
FORMS = {"park": ParkProposalForm, "enterprise": EnterpriseProposalForm}
TONES = {"waiting": "active", "accepted": "active", "applied": "done", "refused": "late", "stale": "warn"}


@settler
@require_GET
def proposal_list(request: HttpRequest) -> HttpResponse:
    """What is asked for and not settled yet; with ?state=all everything there was."""
    rows = proposals_for(request.user)
    whole = request.GET.get("state") == "all"
    if not whole:
        rows = rows.filter(state__in=OPEN_STATES)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = [(each, [label for label, _, _ in diff_of(each)], TONES.get(each.state, "idle")) for each in page]
    context = {"page": page, "rows": shown, "whole": whole}
    return render(request, "parks/changes/proposals.html", context)


@reader
@require_GET
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, _visible(request, pk))


@proposer
@require_http_methods(["GET", "POST"])
@takes(ParkProposalForm, EnterpriseProposalForm)
def propose(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    subject = subject_or_404(request, kind, code, Permission.REGISTER_PROPOSE)
    form = FORMS[kind](request.POST or None, instance=subject)

    def run(data: dict) -> tuple[str, str]:
        made = actions.propose(
            subject=subject,
            values=form.asked,
            effective_on=data["effective_on"],
            reason=data["reason"],
            document=data["document"],
            seen=data["seen"],
            by=request.user,
        )
        return "变更申请已提出，等待审核；同意之前登记内容不变。", _address(made)

    answer = "改动需要变更的项目，其余保持不变。包保部门或园区发展办同意后才生效。"
    return form_page(
        request, form, run, subject=subject, title=f"申请变更{subject.name}", answer=answer, verb="提出申请",
        here="申请变更",
    )


@decider
@require_POST
@takes("answer")
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _visible(request, pk)
    try:
        settled = actions.accept(proposal=proposal, answer=request.POST.get("answer", ""), by=request.user)
    except Conflict as refusal:
        stale = actions.lapse(proposal=proposal, by=request.user)
        return _detail(request, _fresh(stale), refusal)
    except REFUSALS as refusal:
        return _detail(request, _fresh(proposal), refusal)
    when = "已生效" if settled.state == ProposalState.APPLIED else f"将于 {settled.effective_on} 生效"
    messages.success(request, f"已同意，变更{when}。")
    return redirect(_address(settled))


@decider
@require_POST
@takes("answer")
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _visible(request, pk)
    try:
        actions.refuse(proposal=proposal, answer=request.POST.get("answer", ""), by=request.user)
    except REFUSALS as refusal:
        return _detail(request, _fresh(proposal), refusal)
    messages.success(request, "已退回申请人，登记内容不变。")
    return redirect(_address(proposal))


@proposer
@require_POST
@takes()
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _visible(request, pk)
    try:
        actions.withdraw(proposal=proposal, by=request.user)
    except REFUSALS as refusal:
        return _detail(request, _fresh(proposal), refusal)
    messages.success(request, "申请已撤回。")
    return redirect(record_url(proposal.subject, "changes"))


def _visible(request: HttpRequest, pk: int) -> Proposal:
    return get_visible_or_404(listed(Proposal.objects.all()), request.user, pk=pk)


def _fresh(proposal: Proposal) -> Proposal:
    return listed(Proposal.objects.filter(pk=proposal.pk)).get()


def _address(proposal: Proposal) -> str:
    return reverse("changes:proposal", args=[proposal.pk])


def _detail(request: HttpRequest, proposal: Proposal, refusal: PortalError | None = None) -> HttpResponse:
    user, waits = request.user, proposal.state == ProposalState.WAITING
    is_own = proposal.proposed_by_id == user.pk
    decides = waits and not is_own and user.may(Permission.REGISTER_DECIDE, proposal)
    context = {
        "proposal": proposal,
        "subject": proposal.subject,
        "tone": TONES.get(proposal.state, "idle"),
        "diff": diff_of(proposal),
        "moved": overtaken(proposal) if proposal.state in OPEN_STATES else [],
        "may_decide": decides,
        "may_withdraw": waits and is_own,
        "answer": request.POST.get("answer", ""),
        "back": record_url(proposal.subject),
        **refused_words(None, refusal),
    }
    return render(request, "parks/changes/proposal.html", context, status=refusal.status if refusal else 200)
