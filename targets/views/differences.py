"""差异清单: where the sources of a park's number disagree, and the office's choice among them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.models import Park
from targets.actions import settling
from targets.enums import Basis, FigureScope, ValueSource
from targets.forms import whole
from targets.models import Cycle, Figure, HistoryBatch, Return
from targets.queries.differences import APART, Difference, differences
from targets.views.addresses import figure_url


@require_GET
@permission_required(Permission.RETURN_VIEW, to="查看差异清单")
def difference_list(request: HttpRequest) -> HttpResponse:
    return _page(request, request.GET.get("period", ""))


def _page(request: HttpRequest, asked: str, refused: Invalid | None = None) -> HttpResponse:
    visible = Return.objects.visible_to(request.user)
    codes = Cycle.objects.filter(pk__in=visible.values("cycle")).values_list("period", flat=True)
    periods = [(code, Period.parse(code).label) for code in codes.order_by("-period").distinct()]
    chosen = asked if asked in dict(periods) else next((code for code, _ in periods), "")
    rows = differences(request.user, Period.parse(chosen)) if chosen else []
    context = {
        "periods": periods,
        "period": chosen,
        "label": dict(periods).get(chosen, ""),
        "rows": _linked(request.user, chosen, rows),
        "apart": APART,
        "open": sum(row.certified is None for row in rows),
        "decides": request.user.may(Permission.RETURN_CONFIRM),
        "refused": refused,
        "typed": request.POST,
    }
    return render(request, "targets/differences.html", context, status=refused.status if refused else 200)


def _linked(user: User, period: str, rows: list[Difference]) -> list[tuple[Difference, dict[str, str]]]:
    """Each difference with the address of what each number stands in, where the person may open it: the
    return or the 补录 that said it, and the figure that the 核定值 made. Two or three queries."""
    returns = set(Return.objects.visible_to(user).filter(cycle__period=period).values_list("pk", flat=True))
    settled = [row.certified.pk for row in rows if row.certified]
    figures = Figure.objects.visible_to(user).filter(source__in=settled, scope_kind=FigureScope.PARK, basis=Basis.CERTIFIED)
    made = {(each.source_id, each.indicator_id): figure_url(each) for each in figures}
    told = {said.line.batch_id for row in rows for said in row.said.values() if said.line}
    batches = set(HistoryBatch.objects.visible_to(user).filter(pk__in=told).values_list("pk", flat=True)) if told else set()
    return [(row, _addresses(row, returns, batches, made)) for row in rows]


def _addresses(row: Difference, returns: set[int], batches: set[int], made: dict[tuple[int, int], str]) -> dict[str, str]:
    found = {
        source: reverse("targets:return", args=[said.version.return_of_id])
        for source, said in row.said.items()
        if said.version and said.version.return_of_id in returns
    }
    told = row.said.get(ValueSource.HISTORY)
    if told and told.line.batch_id in batches:
        found[ValueSource.HISTORY] = reverse("targets:history-batch", args=[told.line.batch_id])
    settled = made.get((row.certified.pk, row.cell.indicator_id), "") if row.certified else ""
    return found | {"certified": settled}


@require_POST
@permission_required(Permission.RETURN_CONFIRM, to="选定核定值")
@takes("period", "indicator", "park", "source", "reason", "seen")
def difference_settle(request: HttpRequest) -> HttpResponse:
    post = request.POST
    park = get_visible_or_404(Park.objects.all(), request.user, code=post.get("park", ""))
    try:
        row = settling.settle(
            period=_period(post.get("period", "")),
            indicator=post.get("indicator", ""),
            park=park,
            source=post.get("source", ""),
            reason=post.get("reason", ""),
            seen=whole(post.get("seen")),
            by=request.user,
        )
    except Invalid as refused:
        return _page(request, post.get("period", ""), refused)
    except (Conflict, NotReady) as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, f"{park.name}{row.indicator.name}已选定{row.get_source_display()}，汇总正在更新。")
    return redirect(f"{reverse('targets:differences')}?period={post.get('period', '')}")


def _period(code: str) -> str:
    try:
        return Period.parse(code).code
    except Invalid as wrong:
        raise Http404 from wrong
