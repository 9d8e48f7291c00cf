"""账号申请: the office asks by workbook, the system administrator opens, the security administrator grants."""

import base64
from dataclasses import asdict
from urllib.parse import quote

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.actions import batches
from guandu.accounts.actions.batches import Slip
from guandu.accounts.forms_batches import FILE_NAME, Reading, RefusalForm, UploadForm, read_accounts, template
from guandu.accounts.models import AccountBatch
from guandu.accounts.permissions import Permission
from guandu.accounts.queries_batches import Line, batches_for, lines_of, requests_of, wrong_lines
from guandu.accounts.reauthentication import recently_authenticated
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.exchange.writer import TYPE, WrittenColumn, write_workbook
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required

REFUSALS = (Conflict, Invalid, NotReady)
SALT = "guandu.accounts.batch"
# How long a preview may wait for its confirmation, in seconds.
PREVIEW_SECONDS = 2 * 3600
SLIP_COLUMNS = ("姓名", "所在单位", "账号", "一次性口令", "岗位")

viewer = permission_required(Permission.BATCH_VIEW, to="查看账号申请")
asker = permission_required(Permission.BATCH_REQUEST, to="申请账号")
opener = permission_required(Permission.ACCOUNT_EDIT, to="开户")
granter = permission_required(Permission.GRANT_EDIT, to="授权")
refuser = permission_required(Permission.ACCOUNT_EDIT, Permission.GRANT_EDIT, to="退回账号申请")


@viewer
@require_GET
def batch_list(request: HttpRequest) -> HttpResponse:
    rows = batches_for(request.user)
    context = {
        "batches": rows,
        "waiting": sum(row.state in {"requested", "created"} for row in rows),
        "may_ask": request.user.may(Permission.BATCH_REQUEST),
    }
    return render(request, "accounts/officers/batches.html", context)


@asker
@require_GET
def batch_template(request: HttpRequest) -> HttpResponse:
    return _attachment(template(), FILE_NAME)


@asker
@require_http_methods(["GET", "POST"])
@takes(UploadForm)
def batch_new(request: HttpRequest) -> HttpResponse:
    """The upload, and what the file says before anything is asked for."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        return _upload_page(request, form)
    file = form.cleaned_data["file"]
    try:
        reading = read_accounts(file.read(), file.name)
    except Invalid as refusal:
        return _upload_page(request, form, refusal)
    context = {
        "form": form,
        "reading": reading,
        "ticket": "" if reading.faults else _ticket(request, form, reading),
        "title": form.cleaned_data["title"],
        "document": form.cleaned_data["document"],
    }
    return render(request, "accounts/officers/batch_preview.html", context, status=422 if reading.faults else 200)


@asker
@require_POST
@takes("ticket")
def batch_confirm(request: HttpRequest) -> HttpResponse:
    try:
        asked = signing.loads(request.POST.get("ticket", ""), salt=_salt(request), max_age=PREVIEW_SECONDS)
    except signing.BadSignature as error:
        raise Invalid("预览已失效，请重新上传文件。") from error
    lines = [Line(**line) for line in asked.pop("lines")]
    batch = batches.request(lines=lines, by=request.user, **asked)
    messages.success(request, f"已申请 {len(lines)} 个账号，等待系统管理员开户。")
    return redirect("officers:batch", pk=batch.pk)


@viewer
@require_GET
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, _visible(request, pk))


@never_cache
@opener
@require_POST
@recently_authenticated
@takes()
def batch_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the accounts: the answer shows their one-time passwords, this once."""
    batch = _visible(request, pk)
    try:
        slips = batches.create_accounts(batch=batch, by=request.user)
    except REFUSALS as refusal:
        return _detail(request, batch, refusal=refusal)
    return _slips(request, batch, slips)


@never_cache
@opener
@require_POST
@recently_authenticated
@takes()
def batch_reissue(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _visible(request, pk)
    try:
        slips = batches.reissue(batch=batch, by=request.user)
    except REFUSALS as refusal:
        return _detail(request, batch, refusal=refusal)
    return _slips(request, batch, slips)


@granter
@require_POST
@recently_authenticated
@takes()
def batch_grant(request: HttpRequest, pk: int) -> HttpResponse:
    batch = _visible(request, pk)
    try:
        batches.give_grants(batch=batch, by=request.user)
    except REFUSALS as refusal:
        return _detail(request, batch, refusal=refusal)
    messages.success(request, "已授权，账号自现在起可以办理业务。")
    return redirect("officers:batch", pk=pk)


@refuser
@require_POST
@takes(RefusalForm)
def batch_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    batch, form = _visible(request, pk), RefusalForm(request.POST)
    if not form.is_valid():
        return _detail(request, batch, form=form)
    try:
        batches.refuse(batch=batch, reason=form.cleaned_data["reason"], by=request.user)
    except REFUSALS as refusal:
        return _detail(request, batch, form=form, refusal=refusal)
    messages.success(request, "已退回，原因显示在申请中。")
    return redirect("officers:batch", pk=pk)


def _visible(request: HttpRequest, pk: int) -> AccountBatch:
    rows = AccountBatch.objects.select_related("requested_by__unit", "created_by", "granted_by", "refused_by")
    return get_visible_or_404(rows, request.user, pk=pk)


def _detail(
    request: HttpRequest, batch: AccountBatch, *, form: RefusalForm | None = None, refusal: PortalError | None = None
) -> HttpResponse:
    if refusal:
        batch = _visible(request, batch.pk)
    requests = requests_of(batch)
    waits = batch.state == AccountBatch.State.REQUESTED
    user = request.user
    may_open = waits and user.may(Permission.ACCOUNT_EDIT) and user.pk != batch.requested_by_id
    may_grant = _may_grant(batch, user)
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts] if form else []
    context = {
        "batch": batch,
        "requests": requests,
        "steps": _steps(batch),
        "stale": wrong_lines(lines_of(requests)) if may_open else [],
        "may_open": may_open,
        "may_grant": may_grant,
        "may_reissue": batch.state in {"created", "granted"} and user.may(Permission.ACCOUNT_EDIT),
        "unused": sum(bool(each.user and each.user.is_active and not each.user.last_login) for each in requests),
        "refusal_form": form or RefusalForm(),
        "message": refusal.message if refusal else "",
        "errors": errors or [("", f"{label}：{text}") for label, text, _ in getattr(refusal, "changes", ())],
    }
    status = refusal.status if refusal else 422 if errors else 200
    return render(request, "accounts/officers/batch.html", context, status=status)


def _may_grant(batch: AccountBatch, user) -> bool:
    others = {batch.requested_by_id, batch.created_by_id}
    return batch.state == AccountBatch.State.CREATED and user.may(Permission.GRANT_EDIT) and user.pk not in others


def _steps(batch: AccountBatch) -> list[dict]:
    done = [
        ("申请", batch.requested_by, batch.requested_at),
        ("开户", batch.created_by, batch.created_at),
        ("授权", batch.granted_by, batch.granted_at),
    ]
    steps = []
    for label, who, at in done:
        here = not who and not batch.refused_by_id and all(step["tone"] == "done" for step in steps)
        steps.append({"label": label, "tone": "done" if who else "active" if here else "idle", "who": who and who.name, "at": at})
    if batch.refused_by:
        refused = {"label": "退回", "tone": "late", "who": batch.refused_by.name, "at": batch.refused_at}
        steps = [step for step in steps if step["tone"] == "done"] + [refused]
    return steps


def _slips(request: HttpRequest, batch: AccountBatch, slips: list[Slip]) -> HttpResponse:
    """The one-time passwords, shown in this answer and stored nowhere: the workbook is part of the page."""
    rows = [(slip.name, slip.unit_name, slip.username, slip.password, slip.duty) for slip in slips]
    book = write_workbook("账号清单", [WrittenColumn(title, 24) for title in SLIP_COLUMNS], rows)
    context = {
        "batch": batch,
        "slips": slips,
        "book": f"data:{TYPE};base64,{base64.b64encode(book).decode()}",
        "book_name": f"账号清单-{batch.pk}.xlsx",
        "host": request.build_absolute_uri("/"),
    }
    return render(request, "accounts/officers/slips.html", context)


def _upload_page(request: HttpRequest, form: UploadForm, refusal: Invalid | None = None) -> HttpResponse:
    errors = [(f"id_{name}", f"{form[name].label}：{text}") for name, texts in form.errors.items() for text in texts]
    context = {"form": form, "errors": errors, "message": refusal.message if refusal else ""}
    status = 422 if refusal or errors else 200
    return render(request, "accounts/officers/batch_new.html", context, status=status)


def _ticket(request: HttpRequest, form: UploadForm, reading: Reading) -> str:
    """What was previewed, signed for this person: the confirmation asks for exactly that."""
    asked = {
        "title": form.cleaned_data["title"],
        "document": form.cleaned_data["document"],
        "file_name": reading.file_name,
        "file_digest": reading.file_digest,
        "lines": [asdict(line) for line in reading.lines],
    }
    return signing.dumps(asked, salt=_salt(request), compress=True)


def _salt(request: HttpRequest) -> str:
    return f"{SALT}.{request.user.pk}"


def _attachment(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPE)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
