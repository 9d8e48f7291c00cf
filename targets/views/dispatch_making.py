"""From the office's own workbook to a form that is sent: upload, correct the guess, choose who answers."""

import re
from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from guandu.core.errors import Invalid, NotReady
from guandu.exchange.workbooks import Sheet, read_workbook
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from guandu.files.names import harmless_name
from guandu.web.posted import takes
from targets.actions import dispatch
from targets.dispatch_grid import Grid, number_of, readable
from targets.dispatch_layout import Layout, layout_of, sheet_of
from targets.enums_dispatch import NUMBERS, ColumnKind, DispatchState
from targets.forms import whole
from targets.forms_dispatch import MANY, OF_COLUMN, ONE, NewForm, SendForm, corrected
from targets.models import DispatchTable
from targets.queries.dispatch import Offered, offered_to
from targets.queries.dispatch_books import bytes_of
from targets.queries.dispatch_names import named_in, not_offered
from targets.views.dispatch import sender, visible_table
from targets.views.evidence import put_errors

LONGEST_TITLE = 80
_ANNEX = re.compile(r"^附[件表]\s*[\d一二三四五六七八九十]*\s*[：:、\s]\s*")
# Rows of the sheet shown above and below its header.
ABOVE, BELOW, WIDEST = 4, 4, 26


@require_http_methods(["GET", "POST"])
@sender
@takes(NewForm)
def table_new(request: HttpRequest) -> HttpResponse:
    """Which table is wanted?"""
    if request.method == "GET":
        return _new_page(request, NewForm())
    form = NewForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    try:
        table = _made(request, form)
    except (Invalid, NotReady) as refused:
        return _new_page(request, form, put_errors(form, refused), refused.status)
    return redirect("targets:dispatch-columns", table.pk)


def _made(request: HttpRequest, form: NewForm) -> DispatchTable:
    sent = form.cleaned_data["file"]
    data = sent.read()
    sheets = read_workbook(data, sent.name)
    sheet = sheet_of(sheets)
    layout = layout_of(sheet, sheets=sheets)
    title = form.cleaned_data["title"] or _title(sheet, layout, sent.name)
    return dispatch.create(title=title, file=check(data, sent.name, (XLSX,)), layout=layout, by=request.user)


def _title(sheet: Sheet, layout: Layout, name: str) -> str:
    """The line above the header that stands alone in its row, else the file's name."""
    grid = Grid(sheet)
    lines = [grid.filled(row) for row in sorted(grid.rows) if row < layout.head]
    alone = [readable(cells[0].text) for cells in lines if len(cells) == 1]
    title = max((text for text in alone if not text.endswith(("：", ":"))), key=len, default="")
    title = _ANNEX.sub("", title)
    return (title or harmless_name(name).rpartition(".")[0])[:LONGEST_TITLE]


def _new_page(request: HttpRequest, form: NewForm, message: str = "", status: int = 200) -> HttpResponse:
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    context = {"form": form, "message": message, "errors": errors}
    return render(request, "targets/dispatch/new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@sender
@takes("sheet", "head", prefixes=OF_COLUMN)
def table_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Is each column what it was taken for?"""
    table = visible_table(request, pk)
    if request.method == "GET" and table.state != DispatchState.DRAFT:
        return redirect("targets:dispatch-table", pk)
    sheets = read_workbook(bytes_of(table.workbook), table.workbook.name)
    asked = request.POST if request.method == "POST" else request.GET
    sheet, head = asked.get("sheet", "") or table.layout.sheet, whole(asked.get("head")) or 0
    if request.method == "GET" and sheet != table.layout.sheet and head == table.layout.head:
        # Another sheet was chosen, and the row left as it stood there: it has a header of its own.
        head = 0
    try:
        layout = _asked_layout(table, sheets, sheet, head)
        if request.method == "GET":
            return _columns_page(request, table, sheets, layout)
        layout = corrected(layout, request.POST)
    except Invalid as refused:
        return _columns_page(request, table, sheets, table.layout, refused)
    try:
        dispatch.shape(table=table, layout=layout, by=request.user)
    except Invalid as refused:
        return _columns_page(request, table, sheets, layout, refused)
    except NotReady as refused:
        messages.warning(request, refused.message)
        return redirect("targets:dispatch-table", pk)
    return redirect("targets:dispatch-send", pk)


def _asked_layout(table: DispatchTable, sheets: tuple[Sheet, ...], sheet: str, head: int) -> Layout:
    """What is stored, unless another sheet or row is asked for: that is guessed anew."""
    stored = table.layout
    if sheet == stored.sheet and head in {0, stored.head}:
        return stored
    return layout_of(sheet_of(sheets, sheet), head, sheets)


def _columns_page(
    request: HttpRequest, table: DispatchTable, sheets: tuple[Sheet, ...], layout: Layout, refused: Invalid | None = None
) -> HttpResponse:
    errors = [(letter, text) for letter, text in (refused.errors if refused else ())]
    wrong = dict(errors)
    shown = [sheet for sheet in sheets if not sheet.hidden]
    context = {
        "table": table,
        "layout": layout,
        "columns": [(column, wrong.get(column.letter, "")) for column in layout.columns],
        "kinds": ColumnKind.choices,
        "numbers": NUMBERS,
        "sheets": [sheet.name for sheet in shown],
        "others": [sheet.name for sheet in sheets if sheet.name != layout.sheet],
        "preview": _preview(next(sheet for sheet in sheets if sheet.name == layout.sheet), layout),
        "message": refused.message if refused else "",
        "errors": [(f"title-{letter}" if letter not in {"", "head"} else letter, text) for letter, text in errors],
    }
    return render(request, "targets/dispatch/columns.html", context, status=refused.status if refused else 200)


def _preview(sheet: Sheet, layout: Layout) -> dict:
    """The sheet around its header: letters, and (row number, whether it is of the header, its cells). A cell is its
    text and over how many columns it goes."""
    grid, letters = Grid(sheet), list(layout.heads)[:WIDEST]
    rows = []
    for row in range(max(1, layout.head - ABOVE), min(grid.last_row, layout.bottom + BELOW) + 1):
        rows.append((row, layout.head <= row <= layout.bottom, list(_preview_cells(grid, row, letters))))
    return {"letters": letters, "rows": rows}


def _preview_cells(grid: Grid, row: int, letters: list[str]) -> Iterator[tuple[str, int]]:
    cells, spans = grid.rows.get(row, {}), [span for span in grid.spans if span.top == row]
    covered = 0
    for place, letter in enumerate(letters):
        if covered:
            covered -= 1
            continue
        ends = next((span.right for span in spans if span.left == number_of(letter)), 0)
        width = max(1, sum(number_of(each) <= ends for each in letters[place:]))
        covered = width - 1
        yield readable(cells[letter].text) if letter in cells else "", width


@require_http_methods(["GET", "POST"])
@sender
@takes(SendForm)
def table_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Who answers, and until when?"""
    table = visible_table(request, pk)
    if request.method == "GET" and table.state != DispatchState.DRAFT:
        return redirect("targets:dispatch-table", pk)
    offered = offered_to(request.user)
    if request.method == "GET":
        return _send_page(request, table, offered, SendForm(offered=offered, initial=_begun(table, offered)))
    form = SendForm(request.POST, offered=offered)
    if not form.is_valid():
        return _send_page(request, table, offered, form, status=422)
    try:
        _send(request, table, offered, form)
    except Invalid as refused:
        for name, sentence in refused.errors:
            form.add_error(name if name in form.fields else None, sentence)
        return _send_page(request, table, offered, form, refused.message, refused.status)
    except NotReady as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, f"已下发给 {table.receivers.count()} 家，已通知其填报人员。")
    return redirect("targets:dispatch-table", pk)


def _send(request: HttpRequest, table: DispatchTable, offered: Offered, form: SendForm) -> None:
    said = form.cleaned_data
    units, parks = offered.expand(said["groups"], said["units"], said["parks"])
    dispatch.send(
        table=table, units=units, parks=parks, due_at=said["due_at"], takes_many=said["takes_many"] == MANY,
        instructions=said["instructions"], contact=said["contact"], by=request.user,
    )  # fmt: skip


def _begun(table: DispatchTable, offered: Offered) -> dict:
    """What the page begins with: whom the last one went to, else whom the file names."""
    picked = table.picked or named_in(table.layout, offered)
    return {
        "takes_many": MANY if table.takes_many else ONE,
        "contact": table.contact,
        "instructions": table.instructions,
        "units": picked.get("units", []),
        "parks": picked.get("parks", []),
    }


def _send_page(
    request: HttpRequest, table: DispatchTable, offered: Offered, form: SendForm, message: str = "", status: int = 200
) -> HttpResponse:
    errors = [(f"id_{name}" if name != "__all__" else "receivers", text) for name, texts in form.errors.items() for text in texts]
    context = {
        "table": table,
        "layout": table.layout,
        "form": form,
        "offered": offered,
        "chosen": {name: set(form[name].value() or ()) for name in ("groups", "units", "parks")},
        "message": message,
        "errors": errors,
        "unmatched": not_offered(table.layout, offered),
        "back": reverse("targets:dispatch-columns", args=[table.pk]),
    }
    return render(request, "targets/dispatch/send.html", context, status=status)
