"""市监登记比对: the office lays the bureau's file beside the register, streets answer."""

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import comparisons
from parks.enums import FindingKind, FindingState
from parks.forms_comparisons import RegisterUploadForm, RegistryReading, read_register
from parks.forms_enterprises import FindingForm
from parks.models import RegistryFinding
from parks.queries import comparisons as queries
from parks.queries.comparisons import Difference, Outcome
from parks.views.firm_files import PURPOSE, FirmList, as_file

REFUSALS = (Conflict, Invalid, NotReady)
SALT = "parks.comparison"
PREVIEW_SECONDS = 2 * 3600
SHOWN = 200
PAGE = 50

runner = permission_required(Permission.COMPARISON_RUN, to="办理登记比对")
reader = permission_required(Permission.FINDING_VIEW, to="查看登记差异")
decider = permission_required(Permission.FINDING_DECIDE, Permission.COMPARISON_RUN, to="确认登记差异")

COLUMNS = (
    ("企业名称", 36), ("编码", 14), ("统一社会信用代码", 22), ("差异", 16), ("门户登记", 36), ("市监登记", 36),
    ("变动日期", 12), ("确认街道", 14), ("状态", 12), ("情况说明", 30), ("登记数据日期", 12),
)  # fmt: skip


@runner
@require_GET
def comparison_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.comparisons_for(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "enterprises/comparisons.html", {"page": page})


@runner
@require_http_methods(["GET", "POST"])
@takes(RegisterUploadForm)
def comparison_new(request: HttpRequest) -> HttpResponse:
    """The upload, and what the file says before a street is asked anything."""
    form = RegisterUploadForm(request.POST or None, request.FILES or None, initial={"as_of": clock.today()})
    if request.method == "GET" or not form.is_valid():
        return _upload_page(request, form)
    file = form.cleaned_data["file"]
    try:
        reading = read_register(file.read(), file.name)
    except Invalid as refusal:
        return _upload_page(request, form, refusal)
    outcome = queries.compare_with(reading.lines, spoiled=reading.spoiled, is_whole=form.is_whole)
    shown = outcome.differences[:SHOWN]
    names = queries.names_of(request.user, {each.enterprise_code for each in shown})
    too_many = len(outcome.differences) > queries.MOST_FINDINGS
    context = {
        "form": form,
        "as_of": form.cleaned_data["as_of"],
        "reading": reading,
        "faults": reading.faults[:SHOWN],
        "outcome": outcome,
        "kinds": [(kind.label, outcome.count(kind)) for kind in FindingKind],
        "differences": [(names[each.enterprise_code], FindingKind(each.kind).label, each) for each in shown],
        "most": queries.MOST_FINDINGS,
        "too_many": too_many,
        "ticket": "" if too_many else _ticket(request, form, reading, outcome),
    }
    return render(request, "enterprises/comparison_preview.html", context, status=422 if too_many else 200)


@runner
@require_POST
@takes("ticket")
def comparison_confirm(request: HttpRequest) -> HttpResponse:
    try:
        asked = signing.loads(request.POST.get("ticket", ""), salt=_salt(request), max_age=PREVIEW_SECONDS)
    except signing.BadSignature as error:
        raise Invalid("预览已失效，请重新上传文件。") from error
    differences = [Difference(*each[:5], _day(each[5])) for each in asked.pop("differences")]
    asked["as_of"] = date.fromisoformat(asked["as_of"])
    comparison = comparisons.compare(differences=differences, by=request.user, **asked)
    count = comparison.findings.count()
    messages.success(
        request, f"已提出 {count} 处差异，请有关街道确认。" if count else "比对完成，没有新的差异。"
    )
    return redirect("enterprises:comparisons")


@reader
@require_GET
def finding_list(request: HttpRequest) -> HttpResponse:
    """What does the bureau's register say differently, and which of it is so?"""
    state, kind, rows = _asked(request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return _findings_page(request, state, kind, page)


@reader
@require_POST
@takes(PURPOSE)
def finding_export(request: HttpRequest) -> FileResponse:
    state, kind, rows = _asked(request)
    words = "；".join(each.label for each in (state, kind) if each)
    listed = FirmList(
        "登记差异", COLUMNS, lambda: (_row(row) for row in rows.iterator(2000)), rows.count(), words
    )
    return as_file(request, listed)


@decider
@require_http_methods(["GET", "POST"])
@takes(FindingForm)
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One difference; the answer to it."""
    finding = get_visible_or_404(queries.findings_for(request.user), request.user, pk=pk)
    if request.method == "GET":
        return _finding_page(request, finding, FindingForm(initial={"on": finding.on}))
    form = FindingForm(request.POST)
    if not form.is_valid():
        return _finding_page(request, finding, form)
    given = form.cleaned_data
    try:
        if given["decision"] == "confirm":
            comparisons.confirm(finding=finding, on=given["on"], answer=given["answer"], by=request.user)
        else:
            comparisons.reject(finding=finding, answer=given["answer"], by=request.user)
    except REFUSALS as refusal:
        return _finding_page(request, finding, form, refusal)
    messages.success(request, f"{finding.enterprise.name}的差异已答复。")
    return redirect("enterprises:findings")


def _asked(request: HttpRequest):
    state = _one_of(request.GET.get("state", FindingState.WAITING), FindingState)
    kind = _one_of(request.GET.get("kind", ""), FindingKind)
    rows = queries.findings_for(request.user)
    given = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    comparison = request.GET.get("comparison", "")
    if comparison.isascii() and comparison.isdigit() and len(comparison) < 15:
        given["comparison"] = int(comparison)
    return state, kind, rows.filter(**given)


def _one_of(value: str, choices):
    """One of the choices, or "" for all of them."""
    if value and value not in choices.values:
        raise Http404
    return choices(value) if value else ""


def _findings_page(request: HttpRequest, state, kind, page) -> HttpResponse:
    context = {
        "state": state,
        "kind": kind,
        "states": FindingState.choices,
        "kinds": FindingKind.choices,
        "page": page,
        "may_run": request.user.may(Permission.COMPARISON_RUN),
    }
    return render(request, "enterprises/findings.html", context)


def _finding_page(
    request: HttpRequest, finding: RegistryFinding, form: FindingForm, refusal: PortalError | None = None
) -> HttpResponse:
    user = request.user
    may_decide = user.may(Permission.FINDING_DECIDE, finding) or (
        finding.street_id is None and user.may(Permission.COMPARISON_RUN)
    )
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    if refusal:
        found = [*getattr(refusal, "errors", ())]
        errors = [(f"id_{name}", text) for name, text in found]
    context = {
        "finding": finding,
        "form": form,
        "may_decide": may_decide and finding.state == FindingState.WAITING,
        "asks_day": finding.kind == FindingKind.CLOSED,
        "is_name": finding.kind == FindingKind.RENAMED,
        "changes": getattr(refusal, "changes", ()),
        "message": refusal.message if refusal else "",
        "errors": errors,
    }
    status = refusal.status if refusal else 422 if errors else 200
    return render(request, "enterprises/finding.html", context, status=status)


def _upload_page(
    request: HttpRequest, form: RegisterUploadForm, refusal: Invalid | None = None
) -> HttpResponse:
    errors = [
        (f"id_{name}", f"{form[name].label}：{text}") for name, texts in form.errors.items() for text in texts
    ]
    context = {"form": form, "errors": errors, "message": refusal.message if refusal else ""}
    status = 422 if refusal or errors else 200
    return render(request, "enterprises/comparison_new.html", context, status=status)


def _ticket(
    request: HttpRequest, form: RegisterUploadForm, reading: RegistryReading, outcome: Outcome
) -> str:
    """What was previewed, signed for this person: the confirmation stores exactly that, and checks it again."""
    asked: dict[str, Any] = {
        "file_name": reading.file_name,
        "file_digest": reading.file_digest,
        "as_of": form.cleaned_data["as_of"].isoformat(),
        "rows": outcome.rows,
        "matched": outcome.matched,
        "differences": [list(asdict(each).values()) for each in outcome.differences],
    }
    return signing.dumps(json.loads(json.dumps(asked, default=str)), salt=_salt(request), compress=True)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _salt(request: HttpRequest) -> str:
    return f"{SALT}.{request.user.pk}"


def _row(row: RegistryFinding) -> list:
    firm = row.enterprise
    return [
        firm.name, firm.code, firm.credit_code, row.get_kind_display(), row.ours, row.theirs,
        row.on.isoformat() if row.on else "", row.street.name if row.street else "园区发展办",
        row.get_state_display(), row.answer, row.comparison.as_of.isoformat(),
    ]  # fmt: skip
