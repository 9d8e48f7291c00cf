"""Paper of one return: the sheet to print and sign, the scans, and their comparison by a second person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.files.inspection import check
from guandu.files.kinds import SCANS
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, signed_in
from targets.actions import paper
from targets.actions.attached import NOT_FILED, refuse_paper
from targets.forms_paper import NamesForm, RefusalForm, SignedSheetForm
from targets.models import PrintedSheet, Return, SignedSheet
from targets.queries.evidence import evidences_of
from targets.queries.paper import (
    code_of,
    may_record,
    missing_paper,
    printed,
    signed_sheets,
    steps_to_record,
    to_check,
)
from targets.views.evidence import NEEDED, put_errors


def _get(request: HttpRequest, pk: int) -> Return:
    return get_visible_or_404(Return.objects.select_related(*NEEDED), request.user, pk=pk)


@require_http_methods(["GET", "POST"])
@signed_in
@takes(NamesForm)
def print_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The filed version as it goes to the seal."""
    return_ = _get(request, pk)
    if request.method == "POST":
        refuse_paper(return_, request.user)
    elif return_.filed_id is None or return_.is_open:
        raise NotReady(NOT_FILED)
    there = PrintedSheet.objects.filter(version=return_.filed).first()
    if request.method == "GET":
        return _print(request, return_, NamesForm(instance=there))
    form = NamesForm(request.POST, instance=there)
    if not form.is_valid():
        return _print(request, return_, form, 422)
    paper.name_signers(return_=return_, **form.cleaned_data, by=request.user)
    messages.success(request, "姓名已印在表上，可以打印。")
    return redirect("targets:return-print", pk)


def _print(request: HttpRequest, return_: Return, form: NamesForm, status: int = 200) -> HttpResponse:
    context = {
        "return": return_,
        "printed": printed(return_),
        "evidences": evidences_of(return_.filed),
        "form": form,
        "may_name": may_record(return_, request.user),
        "errors": [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts],
        "now": clock.now(),
    }
    return render(request, "targets/print.html", context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
@takes(SignedSheetForm)
def paper_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which signed sheets are there, and who has still to compare them?"""
    return_ = _get(request, pk)
    steps = steps_to_record(return_, request.user)
    if request.method == "GET":
        return _paper(request, return_, SignedSheetForm(steps=steps, initial={"signed_on": clock.today()}))
    # Before the file is opened: nobody's file is but his who may record it.
    refuse_paper(return_, request.user)
    form = SignedSheetForm(request.POST, request.FILES, steps=steps)
    if not form.is_valid():
        return _paper(request, return_, form, status=422)
    try:
        _record(return_, form, request)
    except (Invalid, NotReady) as refused:
        return _paper(request, return_, form, put_errors(form, refused), refused.status)
    messages.success(request, "扫描件已登记，待其他人核对后生效。")
    return redirect("targets:return-paper", pk)


def _record(return_: Return, form: SignedSheetForm, request: HttpRequest) -> SignedSheet:
    values = dict(form.cleaned_data)
    sent = values.pop("file")
    return paper.record(return_=return_, file=check(sent.read(), sent.name, SCANS), **values, by=request.user)


@require_POST
@signed_in
@takes()
def paper_check(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = _sheet(request, pk)
    try:
        paper.confirm_scan(sheet=sheet, by=request.user)
    except (Conflict, NotReady) as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, "已核对，扫描件生效。")
    return redirect("targets:return-paper", sheet.version.return_of_id)


@require_POST
@signed_in
@takes(RefusalForm)
def paper_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    sheet = _sheet(request, pk)
    try:
        paper.refuse_scan(sheet=sheet, reason=request.POST.get("reason", ""), by=request.user)
    except Invalid as refused:
        return_ = _get(request, sheet.version.return_of_id)
        form = SignedSheetForm(steps=steps_to_record(return_, request.user))
        errors = [(f"reason-{pk}", text) for _, text in refused.errors]
        return _paper(request, return_, form, refused.message, refused.status, errors, pk)
    except (Conflict, NotReady) as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, "已退回扫描件，录入人可以重新登记。")
    return redirect("targets:return-paper", sheet.version.return_of_id)


def _sheet(request: HttpRequest, pk: int) -> SignedSheet:
    return get_visible_or_404(
        SignedSheet.objects.select_related("version__return_of"), request.user, pk=pk
    )


def _paper(
    request: HttpRequest,
    return_: Return,
    form: SignedSheetForm,
    message: str = "",
    status: int = 200,
    errors: list[tuple[str, str]] | None = None,
    refusing: int = 0,
) -> HttpResponse:
    sheets = signed_sheets(return_)
    filed = return_.filed if return_.filed_id and not return_.is_open else None
    mine = to_check(sheets, return_, request.user)
    rows = [
        {
            "sheet": sheet,
            "code": sheet.check_code,
            "is_current": filed is not None and sheet.version_id == filed.pk,
            "may_check": sheet.pk in mine,
        }
        for sheet in sheets
    ]
    own = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    context = {
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "filed": filed,
        "code": code_of(filed) if filed else "",
        "rows": rows,
        "missing": missing_paper(return_),
        "form": form if filed is not None and form.fields["step"].choices else None,
        "message": message,
        "errors": own if errors is None else errors,
        "refusing": refusing,
    }
    return render(request, "targets/paper.html", context, status=status)
