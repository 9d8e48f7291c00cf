"""归属: claims that wait and those that streets dispute, and a street's own page."""

from collections.abc import Iterator
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.quarters import asked_quarter
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import attributions
from parks.forms_enterprises import SettleForm
from parks.models import Attribution, AttributionClaim, Tenancy
from parks.queries import attributions as queries
from parks.queries.attributions import ClaimTab, StreetTab
from parks.views.firm_files import PURPOSE, FirmList, as_file

REFUSALS = (Conflict, Invalid, NotReady)
PAGE = 50
PAST_QUARTERS = 5

viewer = permission_required(
    Permission.ATTRIBUTION_CLAIM, Permission.ATTRIBUTION_SETTLE, to="查看归属主张和街道企业变动"
)
claimant = permission_required(Permission.ATTRIBUTION_CLAIM, to="撤回归属主张")
settler = permission_required(Permission.ATTRIBUTION_SETTLE, to="确认归属主张")

CLAIM_COLUMNS = (
    ("企业名称", 36), ("编码", 14), ("统一社会信用代码", 22), ("归属类别", 12), ("现归属", 16), ("主张街道", 14),
    ("理由", 36), ("提出人", 12), ("提出日期", 12), ("状态", 10), ("确认意见", 30),
)  # fmt: skip
MOVE_COLUMNS = (
    ("企业名称", 36), ("编码", 14), ("统一社会信用代码", 22), ("园区", 30), ("入驻日期", 12), ("离园日期", 12),
    ("离园原因", 12),
)  # fmt: skip
ELSEWHERE_COLUMNS = (
    ("企业名称", 36), ("编码", 14), ("统一社会信用代码", 22), ("归属类别", 12), ("归属地", 20), ("归属自", 12), ("依据", 30),
)  # fmt: skip


@viewer
@require_GET
def claim_list(request: HttpRequest) -> HttpResponse:
    """What do streets claim, and where do two claim the same firm?"""
    day, tab = clock.today(), _tab(request, ClaimTab)
    page = Paginator(queries.claims_for(request.user, tab, day), PAGE).get_page(request.GET.get("page"))
    context = {
        "tab": tab,
        "tabs": [(each, queries.claims_for(request.user, each, day).count()) for each in ClaimTab],
        "page": page,
        "lines": queries.claim_lines(page, day),
        "own_streets": request.user.scopes_with(Permission.ATTRIBUTION_CLAIM).get(ScopeKind.STREET, set()),
        "may_settle": request.user.may(Permission.ATTRIBUTION_SETTLE),
    }
    return render(request, "enterprises/claims.html", context)


@viewer
@require_POST
@takes(PURPOSE)
def claim_export(request: HttpRequest) -> FileResponse:
    day, tab = clock.today(), _tab(request, ClaimTab)
    claims = queries.claims_for(request.user, tab, day)
    listed = FirmList(
        f"归属主张·{tab.label}", CLAIM_COLUMNS,
        lambda: (_claim_row(line) for line in queries.claim_lines(claims, day)), claims.count(),
    )  # fmt: skip
    return as_file(request, listed)


@settler
@require_http_methods(["GET", "POST"])
@takes(SettleForm)
def claim_settle(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim(request, pk, Permission.ATTRIBUTION_SETTLE)
    if request.method == "GET":
        return _settle_page(request, claim, SettleForm(initial={"on": clock.today()}))
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _settle_page(request, claim, form)
    try:
        attributions.settle(claim=claim, by=request.user, **form.cleaned_data)
    except REFUSALS as refusal:
        return _settle_page(request, claim, form, refusal)
    messages.success(request, "主张已办结，有关街道可以看到结果。")
    return redirect("enterprises:claims")


@claimant
@require_POST
@takes()
def claim_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    claim = _claim(request, pk, Permission.ATTRIBUTION_CLAIM)
    attributions.withdraw(claim=claim, by=request.user)
    messages.success(request, "主张已撤回。")
    return redirect("enterprises:claims")


@viewer
@require_GET
def street_page(request: HttpRequest) -> HttpResponse:
    """Who came to my street this quarter, who left it, and who counts elsewhere?"""
    streets, street, quarter, tab = _asked(request)
    rows = {each: _street_rows(request, each, street, quarter) for each in StreetTab} if street else {}
    page = Paginator(rows.get(tab, Tenancy.objects.none()), PAGE).get_page(request.GET.get("page"))
    context = {
        "streets": streets,
        "street": street,
        "quarter": quarter,
        "quarters": _quarters(),
        "tab": tab,
        "tabs": [(each, found.count()) for each, found in rows.items()],
        "page": page,
    }
    return render(request, "enterprises/street.html", context)


@viewer
@require_POST
@takes(PURPOSE)
def street_export(request: HttpRequest) -> FileResponse:
    _, street, quarter, tab = _asked(request)
    if street is None:
        raise Http404
    rows = _street_rows(request, tab, street, quarter)
    made, columns = (
        (_elsewhere_row, ELSEWHERE_COLUMNS) if tab == StreetTab.ELSEWHERE else (_move_row, MOVE_COLUMNS)
    )
    conditions = f"{street.name}；{quarter.label}" if tab != StreetTab.ELSEWHERE else street.name
    listed = FirmList(
        f"街道企业变动·{tab.label}", columns, lambda: _made(rows, made), rows.count(), conditions
    )
    return as_file(request, listed)


def _tab(request: HttpRequest, tabs):
    asked = request.GET.get("tab") or tabs.values[0]
    if asked not in tabs.values:
        raise Http404
    return tabs(asked)


def _asked(request: HttpRequest) -> tuple[list[Unit], Unit | None, Period, StreetTab]:
    """The streets that the person may ask about, and what he asks."""
    streets = queries.streets_of(request.user)
    code = request.GET.get("street", "")
    if code and code not in {street.code for street in streets}:
        raise Http404
    street = next((each for each in streets if not code or each.code == code), None)
    quarter = asked_quarter(request) if request.GET.get("period") else Period.quarter_of(clock.today())
    return streets, street, quarter, _tab(request, StreetTab)


def _quarters() -> list[Period]:
    """This quarter and those just before it, newest first."""
    found = [Period.quarter_of(clock.today())]
    while len(found) < PAST_QUARTERS:
        found.append(Period.quarter_of(found[-1].first_day - timedelta(days=1)))
    return found


def _street_rows(request: HttpRequest, tab: str, street: Unit, quarter: Period) -> QuerySet:
    if tab == StreetTab.ELSEWHERE:
        return queries.attributed_elsewhere(request.user, street, clock.today())
    find = queries.moved_in if tab == StreetTab.IN else queries.moved_out
    return find(request.user, street, quarter)


def _made(rows: QuerySet, made) -> Iterator[list]:
    return (made(row) for row in rows.iterator(chunk_size=2000))


def _claim_row(line: queries.ClaimLine) -> list:
    claim, firm = line.claim, line.claim.enterprise
    return [
        firm.name, firm.code, firm.credit_code, claim.get_kind_display(), line.present.place if line.present else "待核",
        claim.street.name, claim.ground, claim.claimed_by.name,
        claim.claimed_at.astimezone(clock.SHANGHAI).date().isoformat(), claim.get_state_display(), claim.answer,
    ]  # fmt: skip


def _move_row(row: Tenancy) -> list:
    left = row.valid_to.isoformat() if row.valid_to else ""
    firm = row.enterprise
    return [
        firm.name, firm.code, firm.credit_code, row.park.name, row.valid_from.isoformat(), left,
        row.get_leaving_reason_display(),
    ]  # fmt: skip


def _elsewhere_row(row: Attribution) -> list:
    firm = row.enterprise
    return [
        firm.name, firm.code, firm.credit_code, row.get_kind_display(), row.place, row.valid_from.isoformat(), row.document,
    ]  # fmt: skip


def _claim(request: HttpRequest, pk: int, permission: Permission) -> AttributionClaim:
    rows = AttributionClaim.objects.select_related("enterprise", "street", "claimed_by", "settled_by")
    return get_visible_or_404(rows, request.user, permission, pk=pk)


def _settle_page(
    request: HttpRequest, claim: AttributionClaim, form: SettleForm, refusal: PortalError | None = None
) -> HttpResponse:
    day = clock.today()
    others = AttributionClaim.objects.visible_to(request.user).filter(
        enterprise=claim.enterprise, kind=claim.kind
    )
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    if refusal:
        errors = [(f"id_{name}", text) for name, text in getattr(refusal, "errors", ())]
    context = {
        "claim": claim,
        "form": form,
        "present": queries.claim_lines([claim], day)[0].present,
        "others": others.exclude(pk=claim.pk).select_related("street", "claimed_by"),
        "is_open": claim.state == queries.OPEN,
        "message": refusal.message if refusal else "",
        "errors": errors,
    }
    status = refusal.status if refusal else 422 if errors else 200
    return render(request, "enterprises/settle.html", context, status=status)
