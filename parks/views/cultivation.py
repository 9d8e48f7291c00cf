"""升规培育: the store, taking a firm up, moving it step by step."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import cultivations as actions
from parks.enums import CultivationState
from parks.forms_duty import BeginForm, CultivationFilter, CultivationForm, StepForm
from parks.models import Cultivation, Enterprise
from parks.queries.cultivations import by_state, cultivations_for, open_steps, reached_not_counted
from parks.views.form_pages import FormPage, form_page
from parks.workflow import steps_from

PAGE = 50
viewer = permission_required(Permission.CULTIVATION_VIEW, to="查看升规培育")
editor = permission_required(Permission.CULTIVATION_EDIT, to="办理升规培育")
on_form = require_http_methods(["GET", "POST"])


@viewer
@require_GET
def cultivation_list(request: HttpRequest) -> HttpResponse:
    """Which firms are on their way into the statistics, and who has reached the line without entering?"""
    chosen = CultivationFilter(request.GET)
    every = cultivations_for(request.user, clock.today())
    counts = by_state(request.user)
    context = {
        "filter": chosen,
        "page": Paginator(_narrowed(chosen, every), PAGE).get_page(request.GET.get("page")),
        "states": [(state, CultivationState(state).label, count) for state, count in counts.items()],
        "count": sum(counts.values()),
        "uncounted": reached_not_counted(every).count(),
        "may_edit": request.user.may(Permission.CULTIVATION_EDIT),
    }
    return render(request, "parks/cultivations.html", context)


def _narrowed(chosen: CultivationFilter, rows):
    state, name = chosen.said("state"), chosen.said("name")
    if state == CultivationFilter.UNCOUNTED:
        rows = reached_not_counted(rows)
    elif state:
        rows = rows.filter(state=state)
    if name:
        rows = rows.filter(enterprise__name__icontains=name) | rows.filter(
            enterprise__credit_code__icontains=name.upper()
        )
    return chosen.matching(rows, of_class__code="of_class")


@viewer
@require_GET
def cultivation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(cultivations_for(request.user, clock.today()), request.user, pk=pk)
    moves = [
        {"at": move.on.isoformat(), "title": move.get_after_display(), "who": move.by and move.by.name, "text": _told(move)}
        for move in row.moves.select_related("by").order_by("-pk")
    ]
    context = {
        "row": row,
        "moves": moves,
        "steps": open_steps(row, request.user),
        "marks": _marks(row.state),
        "may_edit": request.user.may(Permission.CULTIVATION_EDIT, row.enterprise),
    }
    return render(request, "parks/cultivation.html", context)


def _told(move) -> str:
    return "，".join(each for each in (move.batch, move.document, move.comment) if each)


def _marks(state: str) -> list[dict]:
    """The way as a workflow bar; a firm that left has left it."""
    way = [each for each in CultivationState if each != CultivationState.LEFT]
    if state == CultivationState.LEFT:
        return [*({"label": each.label, "tone": "idle"} for each in way), {"label": "退库", "tone": "late"}]
    here = way.index(CultivationState(state))
    return [
        {"label": each.label, "tone": "done" if n < here else "active" if n == here else "idle"}
        for n, each in enumerate(way)
    ]


@editor
@on_form
@takes(BeginForm)
def cultivation_begin(request: HttpRequest) -> HttpResponse:
    firms = Enterprise.objects.visible_to(request.user, Permission.CULTIVATION_EDIT)
    form = BeginForm(request.POST or None, firms=firms, initial={"enterprise": request.GET.get("firm", "")})

    def run() -> tuple[str, str]:
        row = actions.begin(by=request.user, **form.cleaned_data)
        return f"已将{row.enterprise.name}纳入升规培育。", _home(row)

    answer = "一家企业同时只在库中登记一次；上年营业收入和年份一并填写，也可以以后补充。"
    return form_page(request, form, _page("纳入升规培育", answer, "纳入"), run)


@editor
@on_form
@takes(CultivationForm)
def cultivation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = _row(request, pk)
    form = CultivationForm(request.POST or None, instance=row)

    def run() -> tuple[str, str]:
        seen = form.cleaned_data["seen"]
        actions.update(cultivation=row, values=form.altered, seen=seen, by=request.user)
        return f"已保存{row.enterprise.name}。", _home(row)

    return form_page(request, form, _page("修改升规培育", row.enterprise.name, "保存", _home(row)), run)


@editor
@on_form
@takes(StepForm)
def cultivation_move(request: HttpRequest, pk: int, target: str) -> HttpResponse:
    row = _row(request, pk)
    step = next((each for each in steps_from(row.state) if each.target == target), None)
    if step is None and request.method == "GET":
        raise Http404
    label = step.label if step else CultivationState(target).label if target in CultivationState.values else ""
    if not label:
        raise Http404
    form = StepForm(request.POST or None, initial={"on": clock.today(), "version": row.version})

    def run() -> tuple[str, str]:
        moved = actions.move(cultivation=row, to=target, by=request.user, **form.cleaned_data)
        return f"{moved.enterprise.name}已{label}。", _home(row)

    return form_page(request, form, _page(label, row.enterprise.name, label, _home(row)), run)


def _row(request: HttpRequest, pk: int) -> Cultivation:
    rows = Cultivation.objects.select_related("enterprise", "of_class")
    return get_visible_or_404(rows, request.user, Permission.CULTIVATION_EDIT, pk=pk)


def _home(row: Cultivation) -> str:
    return reverse("duties:cultivation", args=[row.pk])


def _page(heading: str, answer: str, verb: str, back: str = "") -> FormPage:
    every = reverse("duties:cultivations")
    return FormPage(heading, answer, verb, back or every, trail=(("升规培育", every),))
