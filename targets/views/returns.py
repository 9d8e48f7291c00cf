"""Pages of 数据填报: the list with what waits for me, and one return to fill in or read."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.views import permission_required, signed_in
from targets.actions import returns, rosters
from targets.actions.carry_over import carry_over
from targets.enums import ReturnState
from targets.forms import BASE, REASON, VALUE, ReturnFilter, TypedSheet
from targets.models import Cycle, Return
from targets.queries.next_steps import Task, listed, task_of, waiting_for, who_is_next
from targets.views.one_return import moves, page_of, visible_return
from targets.views.return_pages import Attempt, detail_context, saved_answer, saved_at

PAGE = 50


@require_GET
@permission_required(Permission.RETURN_VIEW, to="查看报表")
def return_list(request: HttpRequest) -> HttpResponse:
    visible = Return.objects.visible_to(request.user)
    codes = Cycle.objects.filter(pk__in=visible.values("cycle")).values_list("period", flat=True).distinct()
    periods = [(code, Period.parse(code).label) for code in codes.order_by("-period")]
    form = ReturnFilter(request.GET, periods=periods)
    chosen = form.chosen()
    in_period = visible.filter(cycle__period=chosen["period"]) if "period" in chosen else visible
    counts = dict(in_period.order_by().values_list("state").annotate(Count("pk")))
    shown = in_period.filter(state=chosen["state"]) if "state" in chosen else in_period
    page = Paginator(listed(shown), PAGE).get_page(request.GET.get("page"))
    waiting = [_row(each, request.user) for each in waiting_for(request.user)]
    tasks = {row["task"] for row in waiting}
    context = {
        "form": form,
        "chosen": chosen,
        "counts": [(value, label, counts.get(value, 0)) for value, label in ReturnState.choices],
        "total": sum(counts.values()),
        "page": page,
        "rows": [_row(each, request.user) for each in page],
        "waiting": waiting,
        "reviewable": Task.REVIEW in tasks,
        "confirmable": Task.CONFIRM in tasks,
        "tickable": bool(tasks & {Task.REVIEW, Task.CONFIRM}),
        "today": clock.today(),
    }
    return render(request, "targets/return_list.html", context)


def _row(return_: Return, user: User) -> dict:
    task = task_of(return_, user)
    return {
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "next": who_is_next(return_) or "—",
        "task": task,
        "action": "去修改" if task == Task.FILE and return_.filed_id else task.label,
        "ticks": task in {Task.REVIEW, Task.CONFIRM},
    }


@require_GET
@signed_in
def return_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page_of(request, visible_return(request, pk))


@moves
@takes("counter", "state", prefixes=(VALUE, BASE, REASON))
def return_save(request: HttpRequest, return_: Return) -> HttpResponse:
    typed = TypedSheet.read(request.POST)
    by_script = not request.accepts("text/html")
    try:
        saved = _save(return_, typed, request)
    except (Invalid, Conflict, NotReady) as refused:
        if by_script:
            return _json_refusal(refused, return_)
        if isinstance(refused, NotReady):
            raise
        return _refused_sheet(request, return_, typed, refused)
    if by_script:
        return JsonResponse(saved_answer(saved, typed, request.user))
    messages.success(request, f"已保存 {saved_at(saved)}。")
    return redirect("targets:return", return_.pk)


def _save(return_: Return, typed: TypedSheet, request: HttpRequest) -> Return:
    return returns.save(
        return_=return_,
        cells=typed.cells,
        base=typed.base,
        reasons=typed.reasons,
        counter=typed.counter,
        by=request.user,
    )


def _json_refusal(refused: Invalid | Conflict | NotReady, return_: Return) -> JsonResponse:
    body = {
        "message": refused.message,
        "errors": list(getattr(refused, "errors", ())),
        "changes": list(getattr(refused, "changes", ())),
    }
    if isinstance(refused, Conflict) and return_.draft:
        return_.draft.refresh_from_db(fields=["change_counter"])
        body["counter"] = return_.draft.change_counter
    return JsonResponse(body, status=refused.status)


def _refused_sheet(request: HttpRequest, return_: Return, typed: TypedSheet, refused) -> HttpResponse:
    """The page again with everything as it was typed, and each error at its cell."""
    attempt = Attempt(
        message=refused.message,
        errors=tuple(getattr(refused, "errors", ())),
        changes=tuple(getattr(refused, "changes", ())),
        sheet=typed,
    )
    return page_of(request, visible_return(request, return_.pk), attempt, refused.status)


@moves
@takes("counter", "state", prefixes=(VALUE, BASE, REASON))
def return_carry(request: HttpRequest, return_: Return) -> HttpResponse:
    return _saved_first(request, return_, carry_over, "已填入上期数，请逐项核对；有变化的请改。")


@moves
@takes("counter", "state", prefixes=(VALUE, BASE, REASON))
def return_roster(request: HttpRequest, return_: Return) -> HttpResponse:
    return _saved_first(request, return_, rosters.refresh, "名录已按登记册更新，已填的数据都保留。")


def _saved_first(request: HttpRequest, return_: Return, act: Callable, done: str) -> HttpResponse:
    """Save what stands on the page, then do what the button says with the draft."""
    typed = TypedSheet.read(request.POST)
    try:
        saved = _save(return_, typed, request)
    except (Invalid, Conflict) as refused:
        return _refused_sheet(request, return_, typed, refused)
    act(return_=saved, by=request.user)
    messages.success(request, done)
    return redirect("targets:return", return_.pk)


@moves
@takes("counter", "state", prefixes=(VALUE, BASE, REASON))
def return_file(request: HttpRequest, return_: Return) -> HttpResponse:
    """Save what stands on the page, then hand it in; what was saved stays when filing is refused."""
    typed = TypedSheet.read(request.POST)
    try:
        saved = _save(return_, typed, request)
    except (Invalid, Conflict) as refused:
        return _refused_sheet(request, return_, typed, refused)
    try:
        filed = returns.file(
            return_=saved, expected=typed.expected, counter=saved.draft.change_counter, by=request.user
        )
    except (Invalid, NotReady) as refused:
        return _refused_filing(request, return_, refused)
    messages.success(request, f"已报送。下一步由{who_is_next(filed)}办理。")
    return redirect("targets:return", return_.pk)


def _refused_filing(request: HttpRequest, return_: Return, refused: Invalid | NotReady) -> HttpResponse:
    fresh = visible_return(request, return_.pk)
    context = detail_context(fresh, request.user)
    blocking = [(each.code, each.text) for each in context["sheet"].blocking]
    attempt = Attempt(refused.message, tuple(blocking or [("", text) for text in refused.missing]))
    return page_of(request, fresh, attempt, refused.status)
