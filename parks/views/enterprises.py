"""企业: the list of the register, the lists of who counts elsewhere, and 一企一档."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.web.keyset import bounded_count, chunks, counted, key_page
from guandu.web.posted import takes
from guandu.web.registry import enterprise_panels_for
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import attributions
from parks.enums import AttributionKind
from parks.filters_enterprises import FirmFilter, TenantFilter
from parks.forms_enterprises import AttributeForm, ClaimForm
from parks.models import Enterprise
from parks.queries.attributions import streets_of
from parks.queries.enterprises import FirmLine, counted_elsewhere, counted_nowhere, firms_for, lines_of
from parks.queries.firm_profile import firm_profile
from parks.views.firm_files import MOST, PURPOSE, FirmList, as_file

REFUSALS = (Conflict, Invalid, NotReady)
ELSEWHERE, UNKNOWN = "elsewhere", "unknown"
LISTS = {AttributionKind.TAX: "在园未在本区纳税", AttributionKind.STATISTICS: "在园未在本区纳统"}

viewer = permission_required(Permission.PARK_VIEW, to="查看企业名录")
claimant = permission_required(Permission.ATTRIBUTION_CLAIM, to="主张企业归属")
settler = permission_required(Permission.ATTRIBUTION_SETTLE, to="确定企业归属")

COLUMNS = (
    ("企业名称", 36), ("编码", 14), ("统一社会信用代码", 22), ("代码核实", 10), ("主体类型", 12), ("行业", 26),
    ("注册街道", 14), ("注册地址", 34), ("经营街道", 14), ("经营地址", 34), ("今日所在园区", 30), ("荣誉数", 8),
    ("成立日期", 12), ("注销日期", 12),
)  # fmt: skip
OUTSIDE_COLUMNS = (*COLUMNS[:12], ("归属地", 16), ("归属自", 12), ("依据", 24))


@viewer
@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """Which firms are there, and where is each today?"""
    day = clock.today()
    chosen = _chosen(request, FirmFilter, firms_for(request.user))
    page = key_page(chosen.qs, request.GET.get("after", ""))
    context = {
        "filter": chosen,
        "page": page,
        "lines": lines_of(page.rows, request.user, day),
        "count": counted(page, chosen.qs),
        "may_edit": request.user.may(Permission.PARK_EDIT),
    }
    return render(request, "enterprises/list.html", context)


@viewer
@require_POST
@takes(PURPOSE)
def enterprise_export(request: HttpRequest) -> FileResponse:
    chosen = _chosen(request, FirmFilter, firms_for(request.user))
    return as_file(request, _file("企业名录", COLUMNS, chosen, request))


@viewer
@require_GET
def outside_list(request: HttpRequest, kind: str) -> HttpResponse:
    """Which tenants count outside the district, and of which does nobody know?"""
    day, tab = clock.today(), _tab(request)
    chosen = _chosen(request, TenantFilter, _outside(request, kind, tab))
    page = key_page(chosen.qs, request.GET.get("after", ""))
    context = {
        "kind": kind,
        "title": LISTS[kind],
        "kinds": list(LISTS.items()),
        "tab": tab,
        "filter": chosen,
        "page": page,
        "lines": lines_of(page.rows, request.user, day, kind=kind),
        "counts": {name: bounded_count(_outside(request, kind, name)) for name in (ELSEWHERE, UNKNOWN)},
    }
    return render(request, "enterprises/outside.html", context)


@viewer
@require_POST
@takes(PURPOSE)
def outside_export(request: HttpRequest, kind: str) -> FileResponse:
    tab = _tab(request)
    chosen = _chosen(request, TenantFilter, _outside(request, kind, tab))
    name = LISTS[kind] if tab == ELSEWHERE else f"{AttributionKind(kind).label}待核"
    return as_file(request, _file(name, OUTSIDE_COLUMNS, chosen, request, kind=kind))


@viewer
@require_GET
def enterprise_detail(request: HttpRequest, code: str) -> HttpResponse:
    return _detail(request, _visible(request, code))


@claimant
@require_POST
@takes(ClaimForm)
def enterprise_claim(request: HttpRequest, code: str) -> HttpResponse:
    firm = _visible(request, code, Permission.ATTRIBUTION_CLAIM)
    form = ClaimForm(request.POST, streets=streets_of(request.user))
    if not form.is_valid():
        return _detail(request, firm, form=form)
    try:
        attributions.claim(enterprise=firm, by=request.user, **form.cleaned_data)
    except REFUSALS as refusal:
        return _detail(request, firm, form=form, refusal=refusal)
    messages.success(request, "主张已提出，等待园区发展办确认。")
    return redirect("enterprises:detail", code=code)


@settler
@require_POST
@takes(AttributeForm)
def enterprise_attribute(request: HttpRequest, code: str) -> HttpResponse:
    firm = _visible(request, code, Permission.ATTRIBUTION_SETTLE)
    form = AttributeForm(request.POST)
    if not form.is_valid():
        return _detail(request, firm, form=form)
    try:
        row = attributions.attribute(enterprise=firm, by=request.user, **form.cleaned_data)
    except REFUSALS as refusal:
        return _detail(request, firm, form=form, refusal=refusal)
    messages.success(request, f"已确定{row.get_kind_display()}：{row.place}，自 {row.valid_from} 起。")
    return redirect("enterprises:detail", code=code)


def _chosen(request: HttpRequest, kind: type[FirmFilter], firms) -> FirmFilter:
    return kind(request.GET, firms, user=request.user, day=clock.today())


def _tab(request: HttpRequest) -> str:
    tab = request.GET.get("tab", ELSEWHERE)
    if tab not in {ELSEWHERE, UNKNOWN}:
        raise Http404
    return tab


def _outside(request: HttpRequest, kind: str, tab: str):
    if kind not in LISTS:
        raise Http404
    found = counted_elsewhere if tab == ELSEWHERE else counted_nowhere
    return found(request.user, kind, clock.today())


def _file(name: str, columns, chosen: FirmFilter, request: HttpRequest, *, kind: str = "") -> FirmList:
    def rows() -> Iterator[list]:
        for firms in chunks(chosen.qs):
            for line in lines_of(firms, request.user, clock.today(), kind=kind):
                yield _outside_row(line) if kind else _row(line)

    return FirmList(name, columns, rows, _bounded(chosen), chosen.conditions)


def _bounded(chosen: FirmFilter) -> int:
    """How many rows, as far as a file may hold: one more says that it may not."""
    count = bounded_count(chosen.qs, MOST)
    return count.number + count.is_more


def _row(line: FirmLine) -> list:
    return [*_facts(line), _day(line.firm.established_on), _day(line.firm.closed_on)]


def _outside_row(line: FirmLine) -> list:
    held = line.attribution
    return [
        *_facts(line),
        *((held.place, _day(held.valid_from), held.document) if held else ("待核", "", "")),
    ]


def _facts(line: FirmLine) -> list:
    firm = line.firm
    return [
        firm.name, firm.code, firm.credit_code, firm.get_credit_code_state_display(), firm.get_kind_display(),
        str(firm.industry or ""), _name(firm.registered_street), firm.registered_address,
        _name(firm.operating_street), firm.operating_address, line.parks, line.honours,
    ]  # fmt: skip


def _name(unit) -> str:
    return unit.name if unit else ""


def _day(value) -> str:
    return value.isoformat() if value else ""


def _visible(request: HttpRequest, code: str, permission: Permission | None = None) -> Enterprise:
    related = ("industry", "registered_street", "operating_street", "merged_into")
    return get_visible_or_404(
        Enterprise.objects.select_related(*related), request.user, permission, code=code
    )


def _detail(
    request: HttpRequest, firm: Enterprise, *, form=None, refusal: PortalError | None = None
) -> HttpResponse:
    user = request.user
    may_claim = user.may(Permission.ATTRIBUTION_CLAIM, firm)
    may_settle = user.may(Permission.ATTRIBUTION_SETTLE, firm)
    errors = [("", text) for _, text in getattr(refusal, "errors", ())]
    if form and form.errors:
        errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    panels = enterprise_panels_for(user, firm)
    context = {
        "firm": firm,
        "profile": firm_profile(firm, user, clock.today()),
        "panels": panels,
        # For who sees them, its names stand with what is asked for.
        "tells_names": any(panel.anchor == "changes" for panel in panels),
        "claim_form": (form if isinstance(form, ClaimForm) else ClaimForm(streets=streets_of(user)))
        if may_claim
        else None,
        "attribute_form": (
            form if isinstance(form, AttributeForm) else AttributeForm(initial={"on": clock.today()})
        )
        if may_settle
        else None,
        "message": refusal.message if refusal else "",
        "errors": errors,
    }
    status = refusal.status if refusal else 422 if errors else 200
    return render(request, "enterprises/detail.html", context, status=status)
