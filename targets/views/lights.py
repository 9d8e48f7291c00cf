"""滞后提示: which targets are behind this quarter, what their leads say, and what leaders may see of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.quarters import asked_quarter, quarter_of_code
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import lights
from targets.enums_plan import AnswerKind
from targets.forms_lights import AnswerForm, picked
from targets.models import Plan, RedLight
from targets.queries.light_rows import lights_of
from targets.queries.plan import plan_in_force
from targets.queries.quarters import offered_quarters

reader = permission_required(Permission.PLAN_VIEW, to="查看滞后提示")
answerer = permission_required(Permission.PLAN_ANSWER, to="说明滞后提示")
releaser = permission_required(Permission.PLAN_EDIT, to="发布滞后提示")
Refusal = Invalid | Conflict | NotReady


@require_GET
@reader
def light_list(request: HttpRequest) -> HttpResponse:
    """Which red targets of the quarter may this person see, and what is to be done about them?"""
    quarter = asked_quarter(request)
    return _page(request, plan_in_force(request.user, quarter), quarter)


@require_POST
@answerer
@takes(AnswerForm)
def light_answer(request: HttpRequest, pk: int) -> HttpResponse:
    light = get_visible_or_404(RedLight.objects.select_related("target__plan"), request.user, pk=pk)
    require(request.user, Permission.PLAN_ANSWER, light, to="说明这项滞后提示")
    quarter, form = Period.parse(light.period), AnswerForm(request.POST)
    try:
        _answer(light, form, request)
    except (Invalid, Conflict, NotReady) as refused:
        return _page(request, light.target.plan, quarter, refused, (light.pk, form))
    messages.success(request, f"{light.target.code} 的情况说明已报送园区发展办。")
    return redirect(_address(quarter))


def _answer(light: RedLight, form: AnswerForm, request: HttpRequest) -> None:
    if not form.is_valid():
        errors = [(name, text) for name, texts in form.errors.items() for text in texts]
        raise Invalid("情况说明还没有报送。", errors=errors)
    typed = form.cleaned_data
    lights.answer(light=light, kind=typed["kind"], text=typed["text"], seen=typed["seen"] or None, by=request.user)


@require_POST
@releaser
@takes("pick", "period")
def light_release(request: HttpRequest) -> HttpResponse:
    quarter, seen = _posted_quarter(request), picked(request.POST)
    rows = list(RedLight.objects.visible_to(request.user, Permission.PLAN_EDIT).filter(pk__in=seen))
    try:
        released = lights.release(lights=rows, seen=seen, by=request.user)
    except (Invalid, Conflict, NotReady) as refused:
        return _page(request, plan_in_force(request.user, quarter), quarter, refused)
    messages.success(request, f"已发布 {len(released)} 项，区领导和各单位现在可以看到。")
    return redirect(_address(quarter))


@require_POST
@releaser
@takes("period")
def forecast_release(request: HttpRequest) -> HttpResponse:
    quarter = _posted_quarter(request)
    plan = plan_in_force(request.user, quarter)
    if plan is None:
        raise Http404
    try:
        lights.release_forecasts(plan=plan, quarter=quarter, by=request.user)
    except (Conflict, NotReady) as refused:
        return _page(request, plan, quarter, refused)
    messages.success(request, f"{quarter.label}的预测已发布，区领导和各单位现在可以看到。")
    return redirect(_address(quarter))


def _posted_quarter(request: HttpRequest) -> Period:
    return quarter_of_code(request.POST.get("period", ""))


def _address(quarter: Period) -> str:
    return f"{reverse('targets:lights')}?period={quarter.code}"


def _page(
    request: HttpRequest,
    plan: Plan | None,
    quarter: Period,
    refused: Refusal | None = None,
    typed: tuple[int, AnswerForm] | None = None,
) -> HttpResponse:
    rows = lights_of(request.user, plan, quarter) if plan else []
    is_office = request.user.may(Permission.PLAN_EDIT)
    context = {
        "plan": plan,
        "quarter": quarter,
        "quarters": offered_quarters(quarter),
        "rows": rows,
        "is_office": is_office,
        "answers": [each for each in rows if each.answers],
        "releasable": [each for each in rows if each.can_be_released] if is_office else [],
        "forecast": plan.forecast_releases.filter(period=quarter.code).first() if plan and is_office else None,
        "kinds": AnswerKind.choices,
        "refused": refused,
        "errors": _errors(refused, typed),
        "typed": {"light": typed[0], "form": typed[1]} if typed else None,
    }
    return render(request, "targets/lights.html", context, status=refused.status if refused else 200)


def _errors(refused: Refusal | None, typed: tuple[int, AnswerForm] | None) -> list[tuple[str, str]]:
    """(anchor, sentence) of what was refused: at the field, or at the list."""
    if isinstance(refused, NotReady):
        return [("lights", sentence) for sentence in refused.missing]
    if not isinstance(refused, Invalid):
        return []
    return [(f"{name}-{typed[0]}" if typed else "lights", sentence) for name, sentence in refused.errors]
