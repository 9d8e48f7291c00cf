"""临时调度表 as a receiver fills it in: on the page, or as a workbook."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from targets.actions import dispatch_answers
from targets.actions.dispatch_files import refuse_answer
from targets.dispatch_cells import Answer
from targets.dispatch_columns import Column
from targets.enums_dispatch import AnswerState, ColumnKind
from targets.forms import whole
from targets.forms_dispatch import CELL, FilledForm, typed_rows
from targets.models import DispatchReceiver
from targets.queries.dispatch import PRINTED_LINE, left_words, why_shut
from targets.queries.dispatch_books import begun, blank_book, most_rows, read_answer
from targets.views.dispatch import as_download, reader

NEEDED = ("table__sender", "table__workbook__file", "park", "unit", "workbook")
# What a page can hold: more is filled in as a workbook.
MOST_CELLS = 3000
ROWS_SHOWN = 3
FLAGS = ("是", "否")


@dataclass(frozen=True)
class Attempt:
    """What was typed and refused."""

    rows: list[dict[str, str]] = field(default_factory=list)
    message: str = ""
    errors: tuple[tuple[str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    fault_count: int = 0
    status: int = 422


def _visible(request: HttpRequest, pk: int) -> DispatchReceiver:
    return get_visible_or_404(DispatchReceiver.objects.select_related(*NEEDED), request.user, pk=pk)


@require_http_methods(["GET", "POST"])
@reader
@takes("step", "version", prefixes=(CELL,))
def answer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked of us, and have we answered?"""
    receiver = _visible(request, pk)
    if request.method == "GET":
        return _page(request, receiver)
    require(request.user, Permission.DISPATCH_FILL, receiver, to="填报这张表")
    rows = typed_rows(request.POST)
    try:
        return _step(request, receiver, rows)
    except Invalid as refused:
        return _page(request, receiver, Attempt(rows, refused.message, tuple(refused.errors)))
    except (Conflict, NotReady) as refused:
        messages.warning(request, refused.message)
        return redirect("targets:dispatch-answer", pk)


def _step(request: HttpRequest, receiver: DispatchReceiver, rows: list[dict[str, str]]) -> HttpResponse:
    """报送, or save: with a row more or a row less where that is the button that was pressed."""
    step, seen = request.POST.get("step", ""), whole(request.POST.get("version"))
    here = reverse("targets:dispatch-answer", args=[receiver.pk])
    if step == "file":
        filed = dispatch_answers.file(receiver=receiver, rows=rows, seen=seen, by=request.user)
        messages.success(request, f"已报送 {len(filed.answer)} 行。")
        return redirect(here)
    dropped = whole(step.removeprefix("drop-")) if step.startswith("drop-") else None
    kept = [row for place, row in enumerate(rows) if place != dropped]
    dispatch_answers.save(receiver=receiver, rows=kept, seen=seen, by=request.user)
    if step == "more":
        return redirect(f"{here}?rows={len(rows) + 1}#row-{len(rows)}")
    messages.success(request, "草稿已保存，还没有报送。")
    return redirect(here)


@require_GET
@reader
def answer_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The office's own layout, for this receiver."""
    receiver = _visible(request, pk)
    require(request.user, Permission.DISPATCH_FILL, receiver, to="填报这张表")
    return as_download(blank_book(receiver), f"{receiver.table.title}-{receiver.name}.xlsx")


@require_POST
@reader
@takes(FilledForm)
def answer_upload(request: HttpRequest, pk: int) -> HttpResponse:
    receiver = _visible(request, pk)
    try:
        # Before the file is opened: nobody's file is but his who may answer.
        refuse_answer(receiver, request.user)
        return _upload(request, receiver)
    except (Conflict, NotReady) as refused:
        messages.warning(request, refused.message)
        return redirect("targets:dispatch-answer", pk)


def _upload(request: HttpRequest, receiver: DispatchReceiver) -> HttpResponse:
    form = FilledForm({}, request.FILES)
    if not form.is_valid():
        said = [("id_file", text) for texts in form.errors.values() for text in texts]
        return _page(request, receiver, Attempt(message="没有读取文件。", errors=tuple(said)))
    sent = form.cleaned_data["file"]
    data = sent.read()
    try:
        handed = read_answer(receiver, data, sent.name)
        if handed.faults:
            message = f"文件中有 {handed.fault_count} 处需要改正，改好后重新上传；现在还没有报送。"
            attempt = Attempt(message=message, faults=handed.faults, fault_count=handed.fault_count)
            return _page(request, receiver, attempt)
        filed = dispatch_answers.load(
            receiver=receiver, handed=handed, workbook=check(data, sent.name, (XLSX,)), by=request.user
        )
    except Invalid as refused:
        return _page(request, receiver, Attempt(message=refused.message, errors=tuple(refused.errors)))
    messages.success(request, f"已报送 {len(filed.answer)} 行，文件已留存。表头以下共 {handed.seen} 行，其余为空行或原表说明。")
    return redirect("targets:dispatch-answer", receiver.pk)


@dataclass(frozen=True)
class _Cell:
    column: Column
    name: str
    text: str
    error: str

    @property
    def options(self) -> list[str]:
        """What there is to choose; what was typed in a workbook is not lost."""
        known = list(FLAGS) if self.column.kind == ColumnKind.FLAG else list(self.column.choices)
        return [*known, self.text] if known and self.text and self.text not in known else known


def _page(request: HttpRequest, receiver: DispatchReceiver, attempt: Attempt | None = None) -> HttpResponse:
    table, layout, now = receiver.table, receiver.table.layout, clock.now()
    shut = why_shut(receiver, now)
    fills = allowed(request.user, Permission.DISPATCH_FILL, receiver)
    typed = attempt.rows if attempt and attempt.rows else begun(layout, receiver)
    most = most_rows(table, layout, receiver)
    count = _rows_shown(len(typed), most, whole(request.GET.get("rows")) or 0)
    columns = layout.asked
    fits = count * len(columns) <= MOST_CELLS
    answer = [[(column, _shown(column, row)) for column in columns] for row in receiver.answer]
    context: dict[str, Any] = {
        "receiver": receiver,
        "table": table,
        "columns": columns,
        "rows": _cells(columns, typed, count, dict(attempt.errors) if attempt else {}) if fits else [],
        "fits": fits,
        "grows": count < most,
        "single": most == 1,
        "answer": answer,
        "filed": receiver.state == AnswerState.FILED,
        "shut": shut,
        "fills": fills and not shut,
        "mine": fills,
        "left": left_words(table.due_at, now),
        "attempt": attempt,
        "errors": [(_anchor(key), text) for key, text in (attempt.errors if attempt else ())],
        "message": attempt.message if attempt else "",
        "upload": FilledForm(),
        "printed_line": PRINTED_LINE,
    }
    return render(request, "targets/dispatch/answer.html", context, status=attempt.status if attempt else 200)


def _shown(column: Column, row: Answer) -> str:
    """What was filed, numbers as a yearbook has them."""
    value = row.get(column.letter, {}).get("value", "")
    return f"{Decimal(value):,f}" if value and column.is_number else value


def _rows_shown(typed: int, most: int, asked: int) -> int:
    return min(most, max(typed + (typed > 0), asked, ROWS_SHOWN)) if most > 1 else 1


def _at_cell(errors: dict[str, str], place: int, column: Column) -> str:
    """The sentence without the names of its row and column, which stand beside it."""
    return errors.get(f"{place}-{column.letter}", "").removeprefix(f"第 {place + 1} 行{column.title}").removeprefix("：")


def _anchor(key: str) -> str:
    return f"{CELL}{key}" if "-" in key else key


def _cells(columns: tuple[Column, ...], typed: list[dict[str, str]], count: int, errors: dict[str, str]) -> list[list[_Cell]]:
    rows = [*typed[:count], *({} for _ in range(count - len(typed)))]
    return [
        [
            _Cell(column, f"{CELL}{place}-{column.letter}", row.get(column.letter, ""), _at_cell(errors, place, column))
            for column in columns
        ]
        for place, row in enumerate(rows)
    ]
