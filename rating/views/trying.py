"""方案模拟, the office's: a draft on all parks beside another scheme, who moves, and who stands near a cut."""

from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid, NotReady
from guandu.core.periods import Period
from guandu.exchange.writer import TYPE
from guandu.jobs.models import Job
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from rating.actions import simulations
from rating.exchange.simulation_file import write_simulation
from rating.forms_schemes import SimulateForm
from rating.models import Scheme, Simulation
from rating.queries import simulations as queries
from rating.trying.compare import WIDEST
from rating.trying.outcome import Outcome
from rating.views.schemes import errors_of

editor = permission_required(Permission.ASSESSMENT_RUN, to="模拟评定方案")
PAGE = 20
NEAR = Decimal(3)
UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)


def _simulation(request: HttpRequest, pk: int) -> Simulation:
    return get_visible_or_404(Simulation.objects.select_related("before", "after").defer("facts"), request.user, pk=pk)


@require_GET
@editor
def simulation_list(request: HttpRequest) -> HttpResponse:
    """Which schemes were tried, and what came of it?"""
    return _list(request)


@require_POST
@editor
@takes("before", "after", "period")
def simulation_new(request: HttpRequest) -> HttpResponse:
    """Queue the trial of one scheme beside another."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    given = form.cleaned_data
    try:
        row = simulations.ask(
            before=given["before"], after=given["after"], period=Period.parse(given["period"]), by=request.user
        )
    except (Invalid, NotReady) as refused:
        return _list(request, form, message=refused.message, status=refused.status)
    messages.success(request, "已开始模拟，完成后本页自动更新。")
    return redirect("rating:simulation", row.pk)


@require_GET
@editor
def simulation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who would move up or down, and why?"""
    row = _simulation(request, pk)
    context = _context(row)
    if row.outcome:
        outcome = Outcome.from_json(row.outcome)
        kind = request.GET.get("by", "carrier")
        kind = kind if kind in queries.KINDS else "carrier"
        context |= {
            "rows": queries.move_rows(outcome),
            "spread": queries.spread_rows(outcome),
            "groups": queries.group_rows(outcome, kind),
            "kinds": queries.KINDS,
            "kind": kind,
        }
    return render(request, "rating/simulation.html", context)


@require_GET
@editor
def simulation_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The job's line, asked for again until it ends; the page is then loaded anew."""
    context = _context(_simulation(request, pk))
    if not request.htmx:
        return redirect("rating:simulation", pk)
    response = render(request, "rating/simulation_job.html", context)
    if not context["under_way"]:
        response["HX-Refresh"] = "true"
    return response


@require_GET
@editor
def simulation_near(request: HttpRequest, pk: int) -> HttpResponse:
    """Which parks stand within so many points of a cut, and which criterion decides?"""
    row = _simulation(request, pk)
    which = "before" if request.GET.get("side") == "before" else "after"
    within = _points(request.GET.get("within", ""))
    context = _context(row) | {"which": which, "within": within, "widest": WIDEST}
    if row.outcome:
        context["rows"] = queries.near_rows(Outcome.from_json(row.outcome), which, within)
    context["scheme"] = row.before if which == "before" else row.after
    return render(request, "rating/nearness.html", context)


@require_GET
@editor
def simulation_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole of it as a workbook."""
    row = _simulation(request, pk)
    if not row.outcome:
        raise Http404
    response = HttpResponse(write_simulation(row, Outcome.from_json(row.outcome)), content_type=TYPE)
    name = f"方案模拟_{row.before.version}_{row.after.version}_{row.period}.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _points(text: str) -> Decimal:
    """How near: 0 to WIDEST with one decimal; anything else means the usual."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return NEAR
    if not found.is_finite() or not 0 <= found <= WIDEST:
        return NEAR
    return found.quantize(Decimal("0.1"))


def _context(row: Simulation) -> dict:
    job = queries.simulation_job(row)
    under_way = bool(job and job.state in UNDER_WAY)
    return {"simulation": row, "quarter": Period.parse(row.period), "job": job, "under_way": under_way}


def _form(request: HttpRequest, data=None) -> SimulateForm:
    rows = Scheme.objects.visible_to(request.user).defer("text").order_by("-loaded_at", "-pk")
    used = Scheme.objects.newest().values_list("pk", flat=True).first()
    start = {"before": used, "after": request.GET.get("after") or next((row.pk for row in rows), None)}
    return SimulateForm(data, rows=rows, quarters=queries.quarters_to_try(), initial=start)


def _list(request: HttpRequest, form: SimulateForm | None = None, message: str = "", status: int = 200) -> HttpResponse:
    form = form or _form(request)
    page = Paginator(queries.simulations(request.user), PAGE).get_page(request.GET.get("page"))
    rows = [(each, Period.parse(each.period)) for each in page]
    context = {"page": page, "rows": rows, "form": form, "message": message, "errors": errors_of([form])}
    return render(request, "rating/simulations.html", context, status=status)
