"""The builder: choose a publication, scopes and parts, look at the paper, make it; and the same choice once more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid, NotReady, PortalError
from guandu.documents.pdf import as_data
from guandu.web.posted import takes
from guandu.web.views import permission_required
from targets.actions import documents
from targets.enums_document import DocumentKind, Ranking, Section
from targets.forms_documents import ChoicesForm
from targets.queries.document_papers import Made, make_paper
from targets.queries.documents import next_choices
from targets.views.documents import visible
from targets.views.evidence import put_errors

maker = permission_required(Permission.DOCUMENT_EDIT, to="起草公文")
PRESET = {
    "kind": DocumentKind.BULLETIN,
    "sections": [Section.NUMBERS, Section.FILING, Section.TARGETS, Section.LIGHTS],
    "rankings": [Ranking.PARK, Ranking.DEPARTMENT],
}


@require_GET
@maker
def document_new(request: HttpRequest) -> HttpResponse:
    """What would the paper say?"""
    if "kind" not in request.GET:
        return _page(request, ChoicesForm(initial=PRESET, user=request.user))
    form = ChoicesForm(request.GET, user=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        choices = form.choices()
        faults = documents.faults(choices)
        if faults:
            raise Invalid(faults[0][1], errors=faults)
        documents.refuse_unready(choices, request.user)
        made = make_paper(choices, request.user)
    except (Invalid, NotReady) as refused:
        return _refused(request, form, refused)
    return _page(request, form, made)


@require_POST
@maker
@takes(ChoicesForm)
def document_make(request: HttpRequest) -> HttpResponse:
    form = ChoicesForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        made = documents.make(choices=form.choices(), by=request.user)
    except (Invalid, NotReady) as refused:
        return _refused(request, form, refused)
    messages.success(request, f"已起草《{made.title}》。")
    return redirect("targets:document", made.pk)


@require_POST
@maker
@takes()
def document_next(request: HttpRequest, pk: int) -> HttpResponse:
    """The same choice on the next quarter's publication."""
    document = visible(request, pk)
    choices = next_choices(document)
    if choices is None:
        label = document.quarter.next_quarter.label
        messages.warning(request, f"{label}的数据还没有发布，不能起草。请先在“数据发布”中发布。")
        return redirect("targets:document", pk)
    try:
        made = documents.make(choices=choices, by=request.user)
    except (Invalid, NotReady) as refused:
        messages.warning(request, refused.message)
        return redirect("targets:document", pk)
    messages.success(request, f"已按同样的选择起草《{made.title}》。")
    return redirect("targets:document", made.pk)


def _refused(request: HttpRequest, form: ChoicesForm, refused: PortalError) -> HttpResponse:
    put_errors(form, refused, "publication")
    return _page(request, form, status=refused.status)


def _page(request: HttpRequest, form: ChoicesForm, made: Made | None = None, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "none": not form.fields["publication"].queryset.exists(),
        "made": made,
        "paper": as_data(made.paper) if made else None,
        "chosen": _chosen(form) if made else [],
        "errors": [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts],
    }
    return render(request, "targets/documents/new.html", context, status=status)


def _chosen(form: ChoicesForm) -> list[tuple[str, str]]:
    """What was previewed, for the button that makes it."""
    return [(name, value) for name in form.fields for value in form.data.getlist(name)]
