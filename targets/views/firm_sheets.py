"""Firms' own sheets: the operator's page of them, and the page that a link opens without an account."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.views import signed_in
from targets.actions import firm_sheets
from targets.enums import FirmSheetState, LinesKind
from targets.forms import VALUE, TypedSheet
from targets.models import FirmSheet, Return
from targets.queries.firm_sheets import firm_lines, line_form, of_link
from targets.views.one_return import moves, visible_return
from targets.views.return_pages import plain

TO = "发放企业填报单"


@require_GET
@signed_in
def firm_list(request: HttpRequest, pk: int) -> HttpResponse:
    return_ = visible_return(request, pk)
    require(request.user, Permission.RETURN_FILE, return_, to=TO)
    if return_.cycle.template.lines_kind != LinesKind.FIRM:
        raise Http404
    return _list_page(request, return_)


def _list_page(request: HttpRequest, return_: Return, links=(), refused: Invalid | None = None) -> HttpResponse:
    rows = firm_lines(return_)
    counts = [
        ("名录企业", len(rows)),
        ("已发填报单", sum(row.sheet is not None for row in rows)),
        ("企业已报", sum(bool(row.sheet and row.sheet.sent_at) for row in rows)),
        ("已采用", sum(bool(row.sheet and row.sheet.state == FirmSheetState.ACCEPTED) for row in rows)),
    ]
    context = {
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "rows": rows,
        "counts": counts,
        "links": links,
        "refused": refused,
        "shows_values": return_.cycle.template.shows_values,
        "expires": firm_sheets.last_day(return_),
    }
    return render(request, "targets/firm_sheets.html", context, status=refused.status if refused else 200)


@never_cache
@moves
@takes("codes")
def firm_issue(request: HttpRequest, return_: Return) -> HttpResponse:
    """The links are shown once, on the answer: they are not kept."""
    try:
        issued = firm_sheets.issue(return_=return_, codes=request.POST.getlist("codes"), by=request.user)
    except Invalid as refused:
        return _list_page(request, return_, refused=refused)
    links = [(sheet.firm_name, _address(request, secret)) for sheet, secret in issued]
    return _list_page(request, visible_return(request, return_.pk), links)


def _address(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("targets:firm-sheet", args=[secret]))


@moves
@takes("sheets")
def firm_accept(request: HttpRequest, return_: Return) -> HttpResponse:
    chosen = [each for each in request.POST.getlist("sheets") if each.isascii() and each.isdigit()][:1000]
    sheets = FirmSheet.objects.visible_to(request.user).filter(pk__in=[int(x) for x in chosen if len(x) < 18])
    count = firm_sheets.accept(return_=return_, sheets=list(sheets), by=request.user)
    messages.success(request, f"已采用 {count} 家企业报送的数据。")
    return redirect("targets:firm-sheets", return_.pk)


@moves
@takes("sheet", "remark")
def firm_give_back(request: HttpRequest, return_: Return) -> HttpResponse:
    key = request.POST.get("sheet", "")
    sheet = return_.firm_sheets.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if sheet is None:
        require(request.user, Permission.RETURN_FILE, return_, to=TO)
        raise Conflict("没有这张填报单，请刷新后再办。")
    try:
        firm_sheets.give_back(sheet=sheet, remark=request.POST.get("remark", ""), by=request.user)
    except Invalid as refused:
        return _list_page(request, return_, refused=refused)
    messages.success(request, f"已请{sheet.firm_name}核对，原链接可以继续使用。")
    return redirect("targets:firm-sheets", return_.pk)


@never_cache
@require_http_methods(["GET", "POST"])
@takes("filler_name", prefixes=(VALUE,))
def firm_sheet(request: HttpRequest, secret: str) -> HttpResponse:
    """The one line of one firm, for whoever holds its link."""
    sheet = of_link(firm_sheets.digest_of_link(secret))
    if sheet is None:
        return render(request, "targets/firm_sheet_over.html", {"sentence": firm_sheets.OVER}, status=404)
    if request.method == "GET":
        return _sheet_page(request, sheet)
    typed = TypedSheet.read(request.POST)
    name = request.POST.get("filler_name", "")
    try:
        sent = firm_sheets.send(sheet=sheet, cells=typed.cells, filler_name=name, by=firm_sheets.Link(sheet))
    except (Invalid, NotReady) as refused:
        return _sheet_page(request, sheet, typed.cells, name, refused)
    return _sheet_page(request, sent, done=True)


def _sheet_page(
    request: HttpRequest, sheet: FirmSheet, typed=None, name: str = "", refused=None, done: bool = False
) -> HttpResponse:
    errors = dict(getattr(refused, "errors", ()))
    rows = [
        (cell, (typed or {}).get(cell.code, plain(cell.decimal(sheet.values.get(cell.code)))), errors.get(cell.code, ""))
        for cell in line_form(sheet.return_of)
    ]
    context = {
        "sheet": sheet,
        "rows": rows,
        "period": Period.parse(sheet.return_of.cycle.period),
        "filler_name": name or sheet.filler_name,
        "name_error": errors.get("filler_name", ""),
        "refused": refused,
        "done": done,
        "fixed": sheet.state == FirmSheetState.ACCEPTED,
    }
    return render(request, "targets/firm_sheet.html", context, status=refused.status if refused else 200)
