"""临时调度表 as its sender sees it: who has answered, whom to chase, all answers in one workbook."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.exchange.streamed import stream_workbook
from guandu.exchange.writer import TYPE, WrittenColumn
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import dispatch
from targets.enums_dispatch import DispatchState
from targets.forms_dispatch import HourForm
from targets.models import DispatchTable
from targets.queries.dispatch import (
    PRINTED_LINE,
    Chased,
    board,
    left_words,
    ready_text,
    received,
    sent_tables,
)
from targets.queries.dispatch_books import merged_book
from targets.queries.locks import moment

MOST_LISTED = 200
COLUMNS = (("序号", 6), ("填报单位", 36), ("状态", 10), ("截止时间", 20), ("逾期情况", 20), ("联系人", 24), ("电话", 18))

reader = permission_required(Permission.DISPATCH_SEND, Permission.DISPATCH_FILL, to="办理临时调度表")
sender = permission_required(Permission.DISPATCH_SEND, to="下发临时调度表")


def visible_table(request: HttpRequest, pk: int) -> DispatchTable:
    return get_visible_or_404(DispatchTable.objects.select_related("sender", "workbook__file"), request.user, pk=pk)


@require_GET
@reader
def table_list(request: HttpRequest) -> HttpResponse:
    """What is to be answered, and how far are the tables sent out?"""
    user, now = request.user, clock.now()
    sends = user.may(Permission.DISPATCH_SEND)
    mine = [(each, left_words(each.table.due_at, now)) for each in received(user)[:MOST_LISTED]]
    waiting = [each for each, _ in mine if _waits(each)]
    context = {
        "sends": sends,
        "tables": [(each, left_words(each.due_at, now) if each.due_at else "") for each in sent_tables(user)[:MOST_LISTED]],
        "received": sorted(mine, key=lambda each: not _waits(each[0])),
        "waiting": len(waiting),
        "now": now,
    }
    return render(request, "targets/dispatch/list.html", context)


def _waits(receiver) -> bool:
    return receiver.state == "waiting" and receiver.table.state == DispatchState.SENT


@require_GET
@sender
def table_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has answered, and whom to chase?"""
    table = visible_table(request, pk)
    if table.state == DispatchState.DRAFT:
        return redirect("targets:dispatch-columns", pk)
    return _table_page(request, table, HourForm(initial={"due_at": table.due_at}))


def _table_page(request: HttpRequest, table: DispatchTable, form: HourForm, status: int = 200) -> HttpResponse:
    rows = board(request.user, table)
    missing = [each for each in rows if each.is_missing]
    chases = bool(missing) and table.state == DispatchState.SENT
    context = {
        "table": table,
        "rows": rows,
        "missing": missing,
        "filed": len(rows) - len(missing),
        "late": sum(each.receiver.is_late for each in rows),
        "left": left_words(table.due_at, clock.now()),
        "text": _text(request, table, rows) if chases else "",
        "form": form,
        "errors": [("id_due_at", text) for texts in form.errors.values() for text in texts],
        "printed_line": PRINTED_LINE,
    }
    return render(request, "targets/dispatch/table.html", context, status=status)


def _text(request: HttpRequest, table: DispatchTable, rows: list[Chased]) -> str:
    user, path = request.user, reverse("targets:dispatch")
    link = f"{settings.PORTAL_URL}{path}" if settings.PORTAL_URL else request.build_absolute_uri(path)
    return ready_text(table, rows, signer=f"{user.unit.name} {user.name}", link=link)


def _moves(*fields: str) -> Callable:
    """A POST that moves one visible table; what comes too early or too late is said on its page."""

    def decorate(view: Callable) -> Callable:
        @takes(*fields)
        @wraps(view)
        def moved(request: HttpRequest, pk: int) -> HttpResponse:
            table = visible_table(request, pk)
            try:
                return view(request, table)
            except (Conflict, NotReady) as refused:
                messages.warning(request, " ".join([refused.message, *getattr(refused, "missing", ())]))
                return redirect("targets:dispatch-table", pk)

        return require_POST(sender(moved))

    return decorate


@_moves()
def table_urge(request: HttpRequest, table: DispatchTable) -> HttpResponse:
    count, reasons = dispatch.urge(table=table, by=request.user)
    messages.success(request, f"已向 {count} 家未报单位发出站内催报。")
    for sentence in reasons:
        messages.warning(request, sentence)
    return redirect("targets:dispatch-table", table.pk)


@_moves("due_at")
def table_extend(request: HttpRequest, table: DispatchTable) -> HttpResponse:
    return _until(request, table, dispatch.extend, "报送截止已改为{}。")


@_moves("due_at")
def table_reopen(request: HttpRequest, table: DispatchTable) -> HttpResponse:
    return _until(request, table, dispatch.reopen, "已重新开放，{}截止。")


def _until(request: HttpRequest, table: DispatchTable, act: Callable, sentence: str) -> HttpResponse:
    form = HourForm(request.POST)
    due_at = form.cleaned_data.get("due_at") if form.is_valid() else None
    try:
        changed = act(table=table, due_at=due_at, by=request.user)
    except Invalid as refused:
        if not form.errors:
            form.add_error("due_at", refused.message)
        return _table_page(request, table, form, refused.status)
    messages.success(request, sentence.format(moment(changed.due_at)))
    return redirect("targets:dispatch-table", table.pk)


@_moves()
def table_close(request: HttpRequest, table: DispatchTable) -> HttpResponse:
    dispatch.close(table=table, by=request.user)
    messages.success(request, "已收回，填报单位不能再填。")
    return redirect("targets:dispatch-table", table.pk)


@_moves()
def table_copy(request: HttpRequest, table: DispatchTable) -> HttpResponse:
    draft = dispatch.copy(table=table, by=request.user)
    messages.success(request, "已复制成一张新表，核对后选定截止时间即可下发。")
    return redirect("targets:dispatch-send", draft.pk)


@_moves()
def table_missing(request: HttpRequest, table: DispatchTable) -> FileResponse | HttpResponse:
    """Who has not answered, as a workbook; the trail says who took it."""
    _refuse_draft(table)
    missing = [each for each in board(request.user, table) if each.is_missing]
    if not missing:
        raise NotReady("已全部报送，没有未报单位。")
    rows = [
        [number, each.receiver.name, each.receiver.get_state_display(), moment(table.due_at),
         left_words(table.due_at, clock.now()), each.contact, each.phone]
        for number, each in enumerate(missing, start=1)
    ]  # fmt: skip
    columns = [WrittenColumn(title, width) for title, width in COLUMNS]
    stream = stream_workbook("未报名单", columns, rows, mark=f"{PRINTED_LINE}。{_mark(request)}")
    dispatch.export_missing(table=table, count=len(rows), by=request.user)
    return _file(stream, f"{table.title}-未报名单")


@_moves()
def table_merged(request: HttpRequest, table: DispatchTable) -> HttpResponse:
    """All answers in the office's own layout; the trail says who took it."""
    _refuse_draft(table)
    rows = board(request.user, table)
    data = merged_book(table, rows, mark=_mark(request))
    dispatch.export(table=table, count=sum(not each.is_missing for each in rows), by=request.user)
    return _file(data, f"{table.title}-汇总")


def _refuse_draft(table: DispatchTable) -> None:
    if table.state == DispatchState.DRAFT:
        raise NotReady("这张表还没有下发。")


def _mark(request: HttpRequest) -> str:
    at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return f"内部资料。{request.user.actor_name}（{request.user.actor_key}）于 {at} 导出。"


def _file(content, name: str) -> HttpResponse:
    name = f"{name}-{clock.real_today():%Y%m%d}.xlsx"
    if isinstance(content, bytes):
        return as_download(content, name)
    return FileResponse(content, as_attachment=True, filename=name, content_type=TYPE)


def as_download(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPE)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response
