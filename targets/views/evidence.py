"""Evidence of one return: what is attached to which cell, one more, one less."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.core.periods import Period
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, signed_in
from targets.actions import evidence
from targets.actions.attached import refuse_evidence
from targets.forms_paper import EvidenceForm
from targets.models import Evidence, Return
from targets.queries.evidence import evidences_of
from targets.queries.next_steps import duties
from targets.queries.sheet import form_cells
from targets.workflow import Verb

NEEDED = ("cycle__template", "draft", "filed", "filer", "park")


@require_http_methods(["GET", "POST"])
@signed_in
@takes(EvidenceForm)
def evidence_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is this return filed with?"""
    return_ = get_visible_or_404(Return.objects.select_related(*NEEDED), request.user, pk=pk)
    cells = [(cell.code, cell.name) for cell in form_cells(return_.cycle.template, Period.parse(return_.cycle.period))]
    if request.method == "GET":
        asked = request.GET.get("cell", "")
        form = EvidenceForm(cells=cells, initial={"code": asked if asked in dict(cells) else ""})
        return _page(request, return_, cells, form)
    # Before the file is opened: nobody's file is but his who may attach it.
    refuse_evidence(return_, request.user)
    form = EvidenceForm(request.POST, request.FILES, cells=cells)
    if not form.is_valid():
        return _page(request, return_, cells, form, status=422)
    try:
        attached = _attach(return_, form, request)
    except (Invalid, NotReady) as refused:
        return _page(request, return_, cells, form, put_errors(form, refused), refused.status)
    messages.success(request, f"已上传“{attached.attachment.name}”。")
    return redirect(f"{reverse('targets:evidence', args=[pk])}?cell={form.cleaned_data['code']}")


def _attach(return_: Return, form: EvidenceForm, request: HttpRequest) -> Evidence:
    sent = form.cleaned_data["file"]
    file = check(sent.read(), sent.name, EVIDENCE)
    return evidence.attach(return_=return_, code=form.cleaned_data["code"], file=file, by=request.user)


def put_errors(form: Form, refused: PortalError, about: str = "file") -> str:
    """Each sentence at its field; what names none is about the field `about`. Answers what stands above them all."""
    errors = getattr(refused, "errors", ())
    for name, sentence in errors or [(about, refused.message)]:
        form.add_error(name if name in form.fields else about, sentence)
    return refused.message if errors else ""


@require_POST
@signed_in
@takes()
def evidence_remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(
        Evidence.objects.select_related("version__return_of", "attachment"), request.user, pk=pk
    )
    return_ = row.version.return_of
    try:
        evidence.detach(evidence=row, by=request.user)
    except (Conflict, NotReady) as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, f"已移除“{row.attachment.name}”。")
    return redirect("targets:evidence", return_.pk)


def _page(
    request: HttpRequest, return_: Return, cells, form: EvidenceForm, message: str = "", status: int = 200
) -> HttpResponse:
    editable = any(step.verb == Verb.FILE for step in duties(return_, request.user))
    version = return_.draft if editable else return_.filed
    found = evidences_of(version) if version else None
    groups = [(name, found.at(code)) for code, name in [*cells, ("", "整张报表")]] if found else []
    context = {
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "version": version,
        "groups": [(name, rows) for name, rows in groups if rows],
        "count": found.count if found else 0,
        "editable": editable,
        "form": form,
        "message": message,
        "errors": [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts],
    }
    return render(request, "targets/evidence.html", context, status=status)
