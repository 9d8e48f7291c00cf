"""报表套填: the layouts, what their cells stand for in a quarter, and the filled workbook."""

from io import BytesIO

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.exchange.writer import TYPE
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import layouts
from targets.forms import whole
from targets.forms_layouts import (
    LayoutForm,
    NameForm,
    NewLayoutForm,
    ReplaceForm,
    filled,
    format_at,
    read_layout,
)
from targets.models import LayoutVersion, ReportLayout
from targets.queries.layouts import quarters_of, resolved
from targets.views.addresses import figure_url
from targets.views.evidence import put_errors

viewer = permission_required(Permission.FIGURE_VIEW, to="查看套填报表")
keeper = permission_required(Permission.LAYOUT_EDIT, to=layouts.TO_KEEP)
FIXABLE = (Invalid, NotReady, Conflict)


def _layout(request: HttpRequest, pk: int) -> ReportLayout:
    return get_visible_or_404(ReportLayout.objects.select_related("unit"), request.user, pk=pk)


def _version(layout: ReportLayout) -> LayoutVersion:
    version = LayoutVersion.objects.select_related("file__file").get(layout=layout, number=layout.number)
    version.layout = layout
    return version


@viewer
@require_GET
def layout_list(request: HttpRequest) -> HttpResponse:
    """Which tables may I have filled?"""
    rows = ReportLayout.objects.visible_to(request.user).select_related("unit").order_by("name")
    present = {v.layout_id: v for v in LayoutVersion.objects.filter(layout__in=rows).order_by("number").defer("sheets")}
    context = {"rows": [(row, present[row.pk]) for row in rows], "keeps": request.user.may(Permission.LAYOUT_EDIT)}
    return render(request, "targets/layouts.html", context)


@keeper
@require_http_methods(["GET", "POST"])
@takes(NewLayoutForm)
def layout_new(request: HttpRequest) -> HttpResponse:
    form = NewLayoutForm(request.POST or None, request.FILES or None)
    if request.method == "GET":
        return _form_page(request, form)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        file, found = _read(form)
        layout = layouts.create(
            name=form.cleaned_data["name"], is_shared=form.cleaned_data["is_shared"], file=file,
            sheets=found.sheets, cells=found.cells, by=request.user,
        )  # fmt: skip
    except FIXABLE as refused:
        return _form_page(request, form, put_errors(form, refused), status=refused.status)
    messages.success(request, f"已建立“{layout.name}”，文件中有 {len(found.cells)} 个命名单元格。")
    return redirect("targets:layout", layout.pk)


def _read(form: Form):
    """The uploaded file, and what it holds. Raises Invalid."""
    sent = form.cleaned_data["file"]
    file = check(sent.read(), sent.name, (XLSX,))
    return file, read_layout(file.data, file.name)


def _form_page(request: HttpRequest, form: Form, message: str = "", status: int = 200) -> HttpResponse:
    return render(request, "targets/layout_form.html", {"form": form, "message": message, "errors": _errors(form)}, status=status)


def _errors(*forms: Form) -> list[tuple[str, str]]:
    return [(f"id_{name}", text) for form in forms for name, texts in form.errors.items() for text in texts]


@viewer
@require_GET
def layout_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _layout(request, pk))


@keeper
@require_POST
@takes(LayoutForm)
def layout_edit(request: HttpRequest, pk: int) -> HttpResponse:
    layout = _layout(request, pk)
    form = LayoutForm(request.POST, instance=_layout(request, pk))
    if not form.is_valid():
        return _page(request, layout, edit=form, status=422)
    values = form.cleaned_data
    layouts.update(layout=layout, name=values["name"], is_shared=values["is_shared"], by=request.user)
    messages.success(request, "已保存。")
    return redirect("targets:layout", pk)


@keeper
@require_POST
@takes(ReplaceForm)
def layout_replace(request: HttpRequest, pk: int) -> HttpResponse:
    layout = _layout(request, pk)
    form = ReplaceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, layout, replacing=form, status=422)
    try:
        file, found = _read(form)
        row = layouts.replace(
            layout=layout, file=file, sheets=found.sheets, cells=found.cells, seen=whole(form.cleaned_data["seen"]),
            by=request.user,
        )  # fmt: skip
    except FIXABLE as refused:
        return _page(request, layout, replacing=form, message=put_errors(form, refused), status=refused.status)
    messages.success(request, f"已更换为第 {row.number} 版，文件中有 {len(found.cells)} 个命名单元格。")
    return redirect("targets:layout", pk)


@keeper
@require_POST
@takes(NameForm)
def layout_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a cell here instead of in the file, or take such a name off."""
    layout = _layout(request, pk)
    version = _version(layout)
    form = NameForm(request.POST, sheets=version.sheets)
    if not form.is_valid():
        return _page(request, layout, naming=form, status=422)
    values = form.cleaned_data
    place = {"sheet": values["sheet"], "address": values["address"].upper()}
    try:
        shown = format_at(version, **place)
        layouts.name_cell(
            layout=layout, **place, text=values["text"], number_format=shown, seen=whole(values["seen"]), by=request.user
        )
    except FIXABLE as refused:
        return _page(request, layout, naming=form, message=put_errors(form, refused, "text"), status=refused.status)
    done = "已命名" if values["text"].strip() else "已取消命名"
    messages.success(request, f"{place['sheet']}!{place['address']} {done}。")
    return redirect("targets:layout", pk)


@viewer
@require_POST
@takes("period")
def layout_fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The layout in its own look, with the numbers of one quarter."""
    layout = _layout(request, pk)
    version = _version(layout)
    period = _chosen(request.POST.get("period", ""), quarters_of(request.user))
    if period is None:
        return _page(request, layout, message="请从列表中选择报告期。", status=422)
    rows = resolved(version, period, request.user)
    at = f"{clock.now().astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}，{request.user.actor_name}"
    try:
        data = filled(version, rows, period, at, lambda row: request.build_absolute_uri(figure_url(row.figure)))
    except Invalid as refused:
        return _page(request, layout, message=refused.message, status=refused.status)
    done = sum(row.is_filled for row in rows)
    layouts.record_fill(layout=layout, period=period.code, filled=done, missing=len(rows) - done, by=request.user)
    return FileResponse(
        BytesIO(data), as_attachment=True, filename=f"{layout.name}-{period.code}.xlsx", content_type=TYPE
    )


def _chosen(asked: str, quarters: list[Period]) -> Period | None:
    return next((each for each in quarters if each.code == asked), None)


def _page(
    request: HttpRequest, layout: ReportLayout, *, edit: Form | None = None, replacing: Form | None = None,
    naming: Form | None = None, message: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    version = _version(layout)
    quarters = quarters_of(request.user)
    asked = request.GET.get("period", "") or request.POST.get("period", "")
    period = _chosen(asked, quarters) or next(iter(quarters), None)
    rows = resolved(version, period, request.user) if period else []
    sent = [each for each in (edit, replacing, naming) if each]
    seen = {"seen": layout.number}
    context = {
        "layout": layout,
        "version": version,
        "rows": [(row, figure_url(row.figure) if row.figure else "") for row in rows],
        "unread": [] if period else version.cells,
        "quarters": [(each.code, each.label) for each in quarters],
        "period": period,
        "filled": sum(row.is_filled for row in rows),
        "missing": [row for row in rows if not row.is_filled],
        "keeps": request.user.may(Permission.LAYOUT_EDIT),
        "edit": edit or LayoutForm(instance=layout),
        "replacing": replacing or ReplaceForm(initial=seen),
        "naming": naming or NameForm(sheets=version.sheets, initial=seen),
        "versions": LayoutVersion.objects.filter(layout=layout).select_related("file__file").order_by("-number"),
        "message": message,
        "errors": _errors(*sent),
    }
    return render(request, "targets/layout.html", context, status=status)
