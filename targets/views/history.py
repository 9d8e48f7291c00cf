"""历史补录: what was sent in, one more workbook, and a batch from its check to its signature."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid, NotReady, PortalError
from guandu.exchange.writer import TYPE
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import history, history_signing
from targets.enums_history import HistoryState
from targets.exchange.history_template import write_template
from targets.forms_history import HistoryTemplateForm, HistoryUploadForm, ReasonForm
from targets.models import HistoryBatch
from targets.queries.history.batches import page_of
from targets.queries.history.context import Context
from targets.views.evidence import put_errors

PAGE = 30
enters = permission_required(Permission.HISTORY_ENTER, to="补录历史数据")


@require_GET
@enters
def batch_list(request: HttpRequest) -> HttpResponse:
    """Which old numbers were sent in, and what waits for whom?"""
    visible = HistoryBatch.objects.visible_to(request.user)
    state = request.GET.get("state", "")
    state = state if state in HistoryState.values else ""
    rows = visible.filter(state=state) if state else visible
    rows = rows.select_related("owner", "unit", "signed_by").defer("content", "report", "basis")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "states": HistoryState.choices,
        "state": state,
        "waiting": visible.filter(state=HistoryState.STORED).count(),
        "signs": request.user.may(Permission.RETURN_CONFIRM),
    }
    return render(request, "targets/history_list.html", context)


@require_http_methods(["GET", "POST"])
@enters
@takes(HistoryUploadForm)
def batch_new(request: HttpRequest) -> HttpResponse:
    """Fetch a template, or send in a filled one."""
    if request.method == "GET":
        return _new_page(request, HistoryUploadForm())
    form = HistoryUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    try:
        sent = form.cleaned_data["file"]
        file = check(sent.read(), sent.name, (XLSX,))
        batch = history.keep(name=form.cleaned_data["name"], file=file, by=request.user)
    except (Invalid, NotReady) as refused:
        return _new_page(request, form, put_errors(form, refused), status=refused.status)
    return redirect("targets:history-batch", batch.pk)


@require_GET
@enters
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in; without a choice of indicators the page that asks for one."""
    context = Context(request.user)
    form = HistoryTemplateForm(request.GET, indicators=_indicators(context))
    if not form.is_valid():
        return _new_page(request, HistoryUploadForm(), template=form, status=422)
    try:
        data = write_template(context, **form.cleaned_data)
    except Invalid as refused:
        form.add_error("periods", refused.message)
        return _new_page(request, HistoryUploadForm(), template=form, status=refused.status)
    response = HttpResponse(data, content_type=TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('历史补录模板.xlsx')}"
    return response


@require_GET
@enters
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


def _moves(view: Callable[[HttpRequest, HistoryBatch], str]) -> Callable:
    """A button of the batch's page: what it says when done; a refusal over what was typed stands on the page."""

    @wraps(view)
    def posted(request: HttpRequest, pk: int) -> HttpResponse:
        batch = _visible(request, pk)
        try:
            messages.success(request, view(request, batch))
        except Invalid as refused:
            return _page(request, batch, refused)
        return redirect("targets:history-batch", pk)

    return posted


@require_POST
@enters
@takes()
@_moves
def batch_confirm(request: HttpRequest, batch: HistoryBatch) -> str:
    history.confirm(batch=batch, by=request.user)
    return "已确认，正在后台写入。"


@require_POST
@enters
@takes()
@_moves
def batch_recheck(request: HttpRequest, batch: HistoryBatch) -> str:
    history.recheck(batch=batch, by=request.user)
    return "正在按现行口径和登记重新核对原始文件。"


@require_POST
@enters
@takes(ReasonForm)
@_moves
def batch_discard(request: HttpRequest, batch: HistoryBatch) -> str:
    history.discard(batch=batch, reason=request.POST.get("reason", ""), by=request.user)
    return f"已放弃补录“{batch.name}”，没有任何数据入库。"


@require_POST
@enters
@takes()
@_moves
def batch_sign(request: HttpRequest, batch: HistoryBatch) -> str:
    signed = history_signing.sign(batch=batch, by=request.user)
    return f"已签核入库 {signed.certified_count} 项，相关报告期的汇总正在更新。"


@require_POST
@enters
@takes(ReasonForm)
@_moves
def batch_withdraw(request: HttpRequest, batch: HistoryBatch) -> str:
    history_signing.withdraw(batch=batch, reason=request.POST.get("reason", ""), by=request.user)
    return f"已撤销补录“{batch.name}”，相关报告期的汇总正在更新。"


def _visible(request: HttpRequest, pk: int) -> HistoryBatch:
    rows = HistoryBatch.objects.select_related("owner", "unit", "signed_by").defer("content", "basis")
    return get_visible_or_404(rows, request.user, pk=pk)


def _page(request: HttpRequest, batch: HistoryBatch, refused: PortalError | None = None) -> HttpResponse:
    shown = page_of(batch, request.user)
    context = {"shown": shown, "batch": batch, "refused": refused, "typed": request.POST}
    return render(request, "targets/history_batch.html", context, status=refused.status if refused else 200)


def _new_page(
    request: HttpRequest,
    form: HistoryUploadForm,
    message: str = "",
    *,
    template: HistoryTemplateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    template = template or HistoryTemplateForm(indicators=_indicators(Context(request.user)))
    errors = [
        (f"id_{name}", text)
        for asked in (form, template)
        if asked.is_bound
        for name, texts in asked.errors.items()
        for text in texts
    ]
    context = {"form": form, "template": template, "message": message, "errors": errors}
    return render(request, "targets/history_new.html", context, status=status)


def _indicators(context: Context) -> list[tuple[str, str]]:
    return [(code, f"{versions[0].indicator.name}（{versions[0].unit}）") for code, versions in context.versions.items()]
