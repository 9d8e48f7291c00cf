"""What the buttons of a document's page do."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.documents.reader import text_lines
from guandu.files.inspection import check
from guandu.files.kinds import DOCX, PDF, SCANS
from guandu.web.posted import takes
from guandu.web.views import permission_required
from targets.actions import documents
from targets.forms_documents import AskForm, CommentForm, IssueDocumentForm, OpinionForm, SeenForm, SignForm
from targets.models import OfficialDocument
from targets.views.documents import page_of, visible
from targets.views.evidence import put_errors

editor = permission_required(Permission.DOCUMENT_EDIT, to="办理公文")
opiner = permission_required(Permission.DOCUMENT_OPINE, to="对公文提出意见")
signer = permission_required(Permission.DOCUMENT_SIGN, to="登记公文签批")


def _moves(verb: str, form_class: type, about: str = "seen") -> Callable:
    """A button of the page: the view does it with a valid form and answers what to say; what was wrong stands at its
    field, on the page."""

    def decorate(view: Callable[[HttpRequest, OfficialDocument, dict], str]) -> Callable:
        @wraps(view)
        def posted(request: HttpRequest, pk: int) -> HttpResponse:
            document = visible(request, pk)
            form = form_class(request.POST, request.FILES or None, auto_id=f"id_{verb}_%s")
            if not form.is_valid():
                return page_of(request, document, typed={verb: form})
            try:
                messages.success(request, view(request, document, form.cleaned_data))
            except Invalid as refused:
                put_errors(form, refused, about)
                return page_of(request, document, refused, {verb: form})
            except (Conflict, NotReady) as refused:
                document.refresh_from_db()
                return page_of(request, document, refused)
            return redirect("targets:document", pk)

        return posted

    return decorate


@require_POST
@editor
@takes(AskForm)
@_moves("ask", AskForm, "units")
def document_ask(request: HttpRequest, document: OfficialDocument, typed: dict) -> str:
    units = list(typed["units"])
    documents.ask(document=document, units=units, due_on=typed["due_on"], seen=typed["seen"], by=request.user)
    return f"已送 {len(units)} 个单位征求意见。"


@require_POST
@opiner
@takes(OpinionForm)
@_moves("opine", OpinionForm, "text")
def document_opine(request: HttpRequest, document: OfficialDocument, typed: dict) -> str:
    documents.opine(document=document, agrees=typed["agrees"] == "yes", text=typed["text"], by=request.user)
    return "已答复。"


@require_POST
@editor
@takes(SeenForm)
@_moves("send_up", SeenForm)
def document_send_up(request: HttpRequest, document: OfficialDocument, typed: dict) -> str:
    documents.send_up(document=document, seen=typed["seen"], by=request.user)
    return "已送审，区领导和联络员现在可以看到。"


@require_POST
@signer
@takes(CommentForm)
@_moves("send_back", CommentForm, "comment")
def document_send_back(request: HttpRequest, document: OfficialDocument, typed: dict) -> str:
    documents.send_back(document=document, comment=typed["comment"], seen=typed["seen"], by=request.user)
    return "已退回修改。"


@require_POST
@signer
@takes(SignForm)
@_moves("sign", SignForm, "file")
def document_sign(request: HttpRequest, document: OfficialDocument, typed: dict) -> str:
    file = check(typed["file"].read(), typed["file"].name, SCANS)
    documents.sign(
        document=document, signer=typed["signer"], signed_on=typed["signed_on"], file=file, seen=typed["seen"], by=request.user
    )
    return "签批已登记。"


@require_POST
@editor
@takes(IssueDocumentForm)
@_moves("issue", IssueDocumentForm, "file")
def document_issue(request: HttpRequest, document: OfficialDocument, typed: dict) -> str:
    file = check(typed["file"].read(), typed["file"].name, (DOCX, PDF))
    issued = documents.issue(
        document=document, number=typed["number"], issued_on=typed["issued_on"], file=file, lines=text_lines(file),
        seen=typed["seen"], by=request.user,
    )  # fmt: skip
    count = len(issued.differences)
    return f"已登记印发。{f'与草稿不同的数字 {count} 处，列在下面。' if count else '其中的数字与草稿一致。'}"


@require_POST
@editor
@takes(CommentForm)
@_moves("drop", CommentForm, "comment")
def document_drop(request: HttpRequest, document: OfficialDocument, typed: dict) -> str:
    documents.drop(document=document, comment=typed["comment"], seen=typed["seen"], by=request.user)
    return "已作废。"
