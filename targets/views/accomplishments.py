"""办结: what was reported of a milestone or a qualitative aim, one report more, its acceptance."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.files.inspection import Checked, check
from guandu.files.kinds import EVIDENCE
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import accomplishments
from targets.enums import Shape
from targets.enums_plan import AccomplishmentState
from targets.forms_plan_terms import AcceptForm, ProofForm, ReportForm, SendBackForm
from targets.models import Accomplishment, QualitativeAim, Target
from targets.queries.milestones import Done, may_report, reports_of, units_of, why_not_reported, with_files
from targets.views.addresses import done_url
from targets.views.asked_plan import asked_plan
from targets.views.evidence import put_errors
from targets.views.plan_terms import errors_of

reader = permission_required(Permission.PLAN_VIEW, to="查看行动计划")
decider = permission_required(Permission.PLAN_EDIT, to="验收办结报送")
REFUSALS = (Conflict, Invalid, NotReady)
REPORT, PROOF, ACCEPT, SEND_BACK = "report", "proof", "accept", "back"


@require_http_methods(["GET", "POST"])
@reader
@takes(ReportForm)
def milestone_page(request: HttpRequest, code: str) -> HttpResponse:
    """Is this milestone reached, and what proves it?"""
    plan = asked_plan(request)
    milestones = Target.objects.select_related("plan").filter(plan=plan, shape=Shape.MILESTONE)
    return _report(request, get_visible_or_404(milestones, request.user, code=code))


@require_http_methods(["GET", "POST"])
@reader
@takes(ReportForm)
def aim_page(request: HttpRequest, code: str) -> HttpResponse:
    """Is this aim reached, and what proves it?"""
    plan = asked_plan(request)
    aims = QualitativeAim.objects.select_related("plan").filter(plan=plan)
    return _report(request, get_visible_or_404(aims, request.user, code=code))


def _report(request: HttpRequest, done: Done) -> HttpResponse:
    if request.method == "GET":
        return _page(request, done)
    # Before the file is opened: nobody's file is but his who may report.
    accomplishments.refuse_report(done, request.user)
    form = ReportForm(request.POST, request.FILES, auto_id="report_%s")
    return _written(request, done, {REPORT: form}, _reported(done), "已报送，等待园区发展办验收。")


def _reported(done: Done) -> Callable:
    return lambda by, file, **said: accomplishments.report(done=done, file=_checked(file), by=by, **said)


def _checked(sent: Any) -> Checked:
    return check(sent.read(), sent.name, EVIDENCE)


def _visible(request: HttpRequest, pk: int) -> Accomplishment:
    rows = Accomplishment.objects.select_related("target__plan", "aim__plan")
    return get_visible_or_404(rows, request.user, pk=pk)


@require_POST
@reader
@takes(ProofForm)
def accomplishment_file(request: HttpRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    accomplishments.refuse_proof(row, request.user)
    form = ProofForm(request.POST, request.FILES, auto_id=f"proof{pk}_%s")
    return _written(
        request, row.done, {f"{PROOF}{pk}": form},
        lambda by, file: accomplishments.add_file(accomplishment=row, file=_checked(file), by=by), "已补充材料。",
    )  # fmt: skip


@require_POST
@decider
@takes(AcceptForm)
def accomplishment_accept(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _visible(request, pk), AcceptForm(request.POST, auto_id=f"accept{pk}_%s")
    return _written(
        request, row.done, {f"{ACCEPT}{pk}": form},
        lambda by, basis: accomplishments.accept(accomplishment=row, basis=basis, by=by), "已验收，计为完成。",
    )  # fmt: skip


@require_POST
@decider
@takes(SendBackForm)
def accomplishment_send_back(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _visible(request, pk), SendBackForm(request.POST, auto_id=f"back{pk}_%s")
    return _written(
        request, row.done, {f"{SEND_BACK}{pk}": form},
        lambda by, reason: accomplishments.send_back(accomplishment=row, reason=reason, by=by), "已退回报送单位。",
    )  # fmt: skip


def _written(request: HttpRequest, done: Done, sent: Mapping[str, Form], write: Callable, said: str) -> HttpResponse:
    """One form of the page acted upon: back to the page, or the page with what is wrong at the form's fields."""
    form = next(iter(sent.values()))
    if not form.is_valid():
        return _page(request, done, sent, status=422)
    try:
        write(by=request.user, **form.cleaned_data)
    except REFUSALS as refused:
        # What names no field is about the file, which is read last.
        about = "file" if "file" in form.fields else next(iter(form.fields))
        return _page(request, done, sent, put_errors(form, refused, about), refused.status)
    messages.success(request, said)
    return redirect(done_url(done))


def _page(
    request: HttpRequest, done: Done, sent: Mapping[str, Form] | None = None, message: str = "", status: int = 200
) -> HttpResponse:
    sent = sent or {}
    reports = with_files(list(reports_of(done).visible_to(request.user)))
    reporting = may_report(request.user, done)
    shut = why_not_reported(done)
    leads, beside = units_of(done)
    context: dict[str, Any] = {
        "done": done,
        "is_aim": isinstance(done, QualitativeAim),
        "here": done_url(done),
        "leads": leads,
        "beside": beside,
        "reports": [(report, _row_forms(request, report.row, reporting, sent)) for report in reports],
        "accepted": next((each.row for each in reports if each.row.state == AccomplishmentState.ACCEPTED), None),
        "waits": any(each.row.state == AccomplishmentState.REPORTED for each in reports),
        "form": sent.get(REPORT) or (ReportForm(auto_id="report_%s") if reporting and not shut else None),
        "shut": shut if reporting else "",
        "errors": errors_of(sent.values()),
        "message": message,
    }
    return render(request, "targets/done.html", context, status=status)


def _row_forms(request: HttpRequest, row: Accomplishment, reporting: bool, sent: Mapping[str, Form]) -> dict[str, Form]:
    """What this person may do with a report that waits; what was just refused is shown as it was sent."""
    forms: dict[str, Form] = {}
    if row.state == AccomplishmentState.REPORTED:
        if reporting:
            forms[PROOF] = ProofForm(auto_id=f"proof{row.pk}_%s")
        if request.user.may(Permission.PLAN_EDIT):
            forms[SEND_BACK] = SendBackForm(auto_id=f"back{row.pk}_%s")
            if row.reported_key != request.user.actor_key:
                forms[ACCEPT] = AcceptForm(auto_id=f"accept{row.pk}_%s")
    return {name: sent.get(f"{name}{row.pk}", form) for name, form in forms.items()}
