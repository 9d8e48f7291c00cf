"""公文措辞: the standing sentences, kept by the 安全管理员."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.web.posted import takes
from guandu.web.views import permission_required
from targets.actions import document_templates
from targets.forms_documents import WordingForm
from targets.models import DocumentTemplate
from targets.papers.wordings import WORDINGS
from targets.views.evidence import put_errors

keeper = permission_required(Permission.DOCUMENT_TEMPLATE_EDIT, to="修改公文措辞")


@require_GET
@keeper
def template_list(request: HttpRequest) -> HttpResponse:
    """Which sentences do papers say, and which of them were changed?"""
    return _page(request)


@require_POST
@keeper
@takes(WordingForm)
def template_edit(request: HttpRequest) -> HttpResponse:
    form = WordingForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    typed = form.cleaned_data
    try:
        document_templates.edit(**typed, by=request.user)
    except (Invalid, Conflict) as refused:
        put_errors(form, refused, "text")
        return _page(request, form, status=refused.status)
    messages.success(request, f"已保存“{WORDINGS[typed['key']].name}”的措辞，以后起草的公文按此行文。")
    return redirect("targets:document-templates")


@require_POST
@keeper
@takes("key")
def template_restore(request: HttpRequest) -> HttpResponse:
    try:
        document_templates.restore(key=request.POST.get("key", ""), by=request.user)
    except (Invalid, NotReady) as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, "已恢复默认措辞。")
    return redirect("targets:document-templates")


def _page(request: HttpRequest, typed: WordingForm | None = None, *, status: int = 200) -> HttpResponse:
    kept = {row.key: row for row in DocumentTemplate.objects.visible_to(request.user)}
    key = typed.data.get("key", "") if typed else ""
    rows = [
        {"wording": wording, "kept": kept.get(wording.key), "form": typed if wording.key == key else _form(wording, kept.get(wording.key))}
        for wording in WORDINGS.values()
    ]  # fmt: skip
    errors = [
        ("" if name == "key" else typed["text"].id_for_label, text)
        for name, texts in (typed.errors.items() if typed else ())
        for text in texts
    ]
    return render(request, "targets/documents/templates.html", {"rows": rows, "errors": errors}, status=status)


def _form(wording, kept: DocumentTemplate | None) -> WordingForm:
    initial = {"key": wording.key, "text": kept.text if kept else wording.text, "seen": kept.version if kept else 0}
    return WordingForm(initial=initial, auto_id=f"id_{wording.key.replace('.', '_')}_%s")
