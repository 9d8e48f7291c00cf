"""公文: the list, one document with what may be done to it, its Word file and its PDF."""

from urllib.parse import quote

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.core.errors import PortalError
from guandu.documents.docx import write_docx
from guandu.documents.pdf import as_data, write_pdf
from guandu.files.kinds import DOCX, PDF
from guandu.files.models import Attachment
from guandu.web.views import get_visible_or_404, permission_required
from targets.enums_document import DocumentState, DocumentVerb
from targets.forms_documents import (
    AskForm,
    CommentForm,
    DocumentFilter,
    IssueDocumentForm,
    OpinionForm,
    SeenForm,
    SignForm,
)
from targets.models import DocumentMove, OfficialDocument
from targets.queries.documents import (
    ON_DOCUMENT,
    may_now,
    next_choices,
    opinion_word,
    opinions_of,
    opinions_waiting,
    paper_of,
    waiting_for_signature,
)

PAGE = 30
SORTS = {"title": "title", "state": "state", "drafted": "drafted_at", "number": "number"}
TONES = {
    DocumentState.DRAFT: "idle", DocumentState.ASKING: "active", DocumentState.SENT_UP: "warn", DocumentState.SIGNED: "active",
    DocumentState.ISSUED: "done", DocumentState.DROPPED: "idle",
}  # fmt: skip
reader = permission_required(Permission.DOCUMENT_VIEW, to="查看公文")
FORMS: dict[str, type[forms.Form]] = {
    DocumentVerb.ASK: AskForm, DocumentVerb.SEND_UP: SeenForm, DocumentVerb.SEND_BACK: CommentForm,
    DocumentVerb.SIGN: SignForm, DocumentVerb.ISSUE: IssueDocumentForm, DocumentVerb.DROP: CommentForm,
}  # fmt: skip


@require_GET
@reader
def document_list(request: HttpRequest) -> HttpResponse:
    """Which papers are there, how far are they, and what waits for me?"""
    form = DocumentFilter(request.GET)
    form.is_valid()
    typed = getattr(form, "cleaned_data", {})
    rows = OfficialDocument.objects.visible_to(request.user).select_related("publication").defer("content", "differences")
    for name in ("kind", "state"):
        rows = rows.filter(**{name: typed[name]}) if typed.get(name) else rows
    if typed.get("name"):
        rows = rows.filter(Q(title__icontains=typed["name"]) | Q(number__icontains=typed["name"]))
    sort = request.GET.get("sort", "")
    column = SORTS.get(sort.removeprefix("-"))
    if column:
        rows = rows.order_by(f"{'-' if sort.startswith('-') else ''}{column}", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, TONES[DocumentState(row.state)]) for row in page],
        "sort": sort if column else "",
        "heads": [("title", "标题"), ("state", "状态"), ("number", "文号"), ("drafted", "起草")],
        "edits": request.user.may(Permission.DOCUMENT_EDIT),
        "waiting": list(opinions_waiting(request.user)),
        "to_sign": list(waiting_for_signature(request.user)),
    }
    return render(request, "targets/documents/list.html", context)


@require_GET
@reader
def document_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page_of(request, visible(request, pk))


@require_GET
@reader
def document_word(request: HttpRequest, pk: int) -> HttpResponse:
    document = visible(request, pk)
    return _file(write_docx(paper_of(document)), DOCX.content_type, f"{document.stem}.docx")


@require_GET
@reader
def document_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    document = visible(request, pk)
    return _file(write_pdf(paper_of(document)), PDF.content_type, f"{document.stem}.pdf")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


def visible(request: HttpRequest, pk: int) -> OfficialDocument:
    return get_visible_or_404(OfficialDocument.objects.select_related("publication"), request.user, pk=pk)


def page_of(
    request: HttpRequest, document: OfficialDocument, refused: PortalError | None = None, typed: dict | None = None
) -> HttpResponse:
    """The document's page; `typed`: verb → the form that was refused."""
    may = may_now(document, request.user)
    opinions = opinions_of(document, request.user)
    mine = next((each for each in opinions_waiting(request.user) if each.document_id == document.pk), None)
    own = next((each for each in opinions if each.unit_id == request.user.unit_id), None)
    answers = document.state == DocumentState.ASKING and own and request.user.may(Permission.DOCUMENT_OPINE)
    seen = {"seen": document.version}
    shown = {verb: (typed or {}).get(verb) or FORMS[DocumentVerb(verb)](initial=seen, auto_id=f"id_{verb}_%s") for verb in may}
    if answers:
        shown["opine"] = (typed or {}).get("opine") or OpinionForm(initial={"text": own.text}, auto_id="id_opine_%s")
    following = next_choices(document) if request.user.may(Permission.DOCUMENT_EDIT) else None
    context = {
        "document": document,
        "tone": TONES[DocumentState(document.state)],
        "forms": {str(verb): form for verb, form in shown.items()},
        "may": may,
        "opinions": [(each, opinion_word(each, document.opinions_due)) for each in opinions],
        "mine": mine,
        "moves": [_event(move) for move in document.moves.all()],
        "files": list(Attachment.objects.of(ON_DOCUMENT, document).select_related("file")),
        "paper": as_data(paper_of(document)),
        "following": following.publication if following else None,
        "edits": request.user.may(Permission.DOCUMENT_EDIT),
        "refused": refused,
        "errors": _errors(refused, typed),
    }  # fmt: skip
    return render(request, "targets/documents/detail.html", context, status=_status(refused, typed))


def _event(move: DocumentMove) -> dict[str, str]:
    who = f"{move.unit_name} {move.actor_name}".strip()
    return {"at": f"{localtime(move.at):%Y-%m-%d %H:%M}", "title": move.get_verb_display(), "who": who, "text": move.comment}


def _errors(refused: PortalError | None, typed: dict | None) -> list[tuple[str, str]]:
    found = [
        (form.auto_id % name if name in form.fields else "", sentence)
        for form in (typed or {}).values()
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]
    return found + [("", sentence) for sentence in getattr(refused, "missing", ())]


def _status(refused: PortalError | None, typed: dict | None) -> int:
    if refused is not None:
        return refused.status
    return 422 if typed else 200
