"""导入登记册: choose a table, send a file, look at what it would do, confirm, see what it did."""

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.core import clock
from guandu.core.errors import Invalid, NotAllowed, NotReady, PortalError
from guandu.exchange import actions
from guandu.exchange.actions import Faulty, Moved, is_long
from guandu.exchange.forms import UploadForm
from guandu.exchange.models import Upload
from guandu.exchange.received import receive
from guandu.exchange.registers import Table, table_of, tables_only_out, tables_to_import
from guandu.exchange.reports import report_from
from guandu.exchange.writer import TYPE
from guandu.jobs.models import Job
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, signed_in

State = Upload.State
SHOWN_UPLOADS = 10


@signed_in
@require_GET
def import_list(request: HttpRequest) -> HttpResponse:
    """Which tables may I fill from a file, and what of mine waits?"""
    tables = tables_to_import(request.user)
    if not tables:
        raise NotAllowed("您没有导入登记内容的权限。如确需导入，请联系园区发展办。")
    context = {"tables": tables, "only_out": tables_only_out(request.user), "uploads": _mine(request)}
    return render(request, "exchange/list.html", context)


@signed_in
@require_GET
def import_template(request: HttpRequest, table: str) -> HttpResponse:
    declared = _importable(request, table)
    response = HttpResponse(declared.template(request.user), content_type=TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{declared.name}模板.xlsx')}"
    return response


@signed_in
@require_http_methods(["GET", "POST"])
@takes(UploadForm)
def import_table(request: HttpRequest, table: str) -> HttpResponse:
    """Send a file for one table."""
    declared = _importable(request, table)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "GET":
        return _upload_page(request, declared, form)
    if not form.is_valid():
        return _upload_page(request, declared, form, status=422)
    try:
        upload = _taken(declared, form.cleaned_data["file"], request)
    except (Invalid, NotReady) as refusal:
        return _upload_page(request, declared, form, refusal, status=refusal.status)
    return redirect("register:upload", pk=upload.pk)


@signed_in
@require_GET
def upload_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _upload_detail(request, _visible(request, pk))


@signed_in
@require_POST
@takes()
def upload_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the file as it was looked at."""
    upload = _visible(request, pk)
    count = upload.report.get("seen", 0) - upload.report.get("blank", 0)
    if is_long(table_of(upload.table), count):
        actions.send(upload=upload, by=request.user)
        return redirect("register:upload", pk=pk)
    try:
        report = actions.import_rows(upload=upload, by=request.user)
    except (Faulty, Moved) as refusal:
        return _upload_detail(
            request, actions.settle(upload=upload, report=refusal.report, by=request.user), refusal
        )
    messages.success(request, f"已导入：新登记 {report.new} 条，修改 {report.changed} 条。")
    return redirect("register:upload", pk=pk)


@signed_in
@require_POST
@takes()
def upload_discard(request: HttpRequest, pk: int) -> HttpResponse:
    upload = actions.discard(upload=_visible(request, pk), by=request.user)
    messages.success(request, f"已放弃文件“{upload.file_name}”，没有导入任何内容。")
    return redirect("register:import", table=upload.table)


def _taken(table: Table, file, request: HttpRequest) -> Upload:
    """Read, look and keep; a long file is looked at in the background."""
    actions.refuse_more(by=request.user, size=file.size)
    received = receive(table, file.read(), file.name)
    report = (
        None if is_long(table, len(received.rows)) else actions.look(table=table, rows=received.rows, by=request.user)
    )
    return actions.keep(table=table, file=received, report=report, by=request.user)


def _importable(request: HttpRequest, code: str) -> Table:
    try:
        table = table_of(code)
    except KeyError as error:
        raise Http404 from error
    if not table.may_import(request.user):
        raise NotAllowed(f"您没有导入“{table.name}”的权限。如确需导入，请联系园区发展办。")
    return table


def _visible(request: HttpRequest, pk: int) -> Upload:
    """The person's own, as long as he may still import what it is about."""
    upload = get_visible_or_404(Upload.objects.defer("rows"), request.user, pk=pk)
    _importable(request, upload.table)
    return upload


def _mine(request: HttpRequest, table: Table | None = None) -> list[tuple[Upload, str]]:
    """The person's files, newest first, with the name of their table."""
    rows = (
        Upload.objects.visible_to(request.user)
        .exclude(state=State.DROPPED)
        .filter(expires_at__gt=clock.now())
    )
    if table:
        rows = rows.filter(table=table.code)
    return [(row, table_of(row.table).name) for row in rows.defer("rows", "report")[:SHOWN_UPLOADS]]


def _upload_page(
    request: HttpRequest,
    table: Table,
    form: UploadForm,
    refusal: PortalError | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    context = {
        "table": table,
        "form": form,
        "uploads": _mine(request, table),
        "columns": [column for column in table.resource.columns if not column.shown],
        "message": refusal.message if refusal else "",
        "errors": errors,
    }
    return render(request, "exchange/upload.html", context, status=status)


def _upload_detail(request: HttpRequest, upload: Upload, refusal: PortalError | None = None) -> HttpResponse:
    job = Job.objects.visible_to(request.user).filter(pk=upload.job_number).first()
    context = {
        "upload": upload,
        "table": table_of(upload.table),
        "report": report_from(upload.report) if upload.report else None,
        "job": job,
        "may_retry": bool(job) and job.waits_for_retry_by(request.user),
        "is_over": upload.expires_at <= clock.now(),
        "message": refusal.message if refusal else "",
    }
    return render(request, "exchange/detail.html", context, status=refusal.status if refusal else 200)
