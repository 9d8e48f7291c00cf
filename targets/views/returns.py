"""Pages of 数据填报: the list with what waits for me, and one return to fill in, read or review."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required, signed_in
from targets.actions import returns
from targets.enums import ReturnState
from targets.forms import BASE, COMMENT, REASON, VALUE, ReturnFilter, TypedReview, TypedSheet, picks
from targets.models import Cycle, Return
from targets.queries.next_steps import listed, waiting_for, who_is_next
from targets.views.return_pages import Attempt, detail_context, saved_answer, saved_at
from targets.workflow import awaited

PAGE = 50
NEEDED = ("cycle__template", "draft", "filed", "filer", "park")


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
    waiting = list(waiting_for(request.user))
    context = {
        "form": form,
        "chosen": chosen,
        "counts": [(value, label, counts.get(value, 0)) for value, label in ReturnState.choices],
        "total": sum(counts.values()),
        "page": page,
        "rows": [_row(each) for each in page],
        "waiting": [_row(each) for each in waiting],
        "confirmable": any(_row(each)["confirms"] for each in waiting),
        "today": clock.today(),
    }
    return render(request, "targets/return_list.html", context)


def _row(return_: Return) -> dict:
    waiting = awaited(return_.state, return_.cycle.template.route)
    action = {"review": "去审核", "confirm": "去确认"}.get(
        waiting, "去修改" if return_.filed_id else "去填报"
    )
    return {
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "next": who_is_next(return_) or "—",
        "action": action,
        "confirms": waiting == "confirm",
    }


@require_GET
@signed_in
def return_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _get(request, pk))


def _get(request: HttpRequest, pk: int) -> Return:
    return get_visible_or_404(Return.objects.select_related(*NEEDED), request.user, pk=pk)


def _page(
    request: HttpRequest, return_: Return, attempt: Attempt | None = None, status: int = 200
) -> HttpResponse:
    context = detail_context(return_, request.user, attempt)
    return render(request, "targets/return_detail.html", context, status=status)


def _moves(view: Callable) -> Callable:
    """A POST that moves one visible return. A page that is out of date, a second click, the back
    button: back to the return with a word on how it stands, nothing done twice."""

    @wraps(view)
    def moved(request: HttpRequest, pk: int) -> HttpResponse:
        return_ = _get(request, pk)
        try:
            return view(request, return_)
        except (Conflict, NotReady) as refused:
            messages.warning(request, refused.message)
            return redirect("targets:return", pk)

    return require_POST(signed_in(moved))


@_moves
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
        return JsonResponse(saved_answer(saved, typed))
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
    return _page(request, _get(request, return_.pk), attempt, refused.status)


@_moves
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
    fresh = _get(request, return_.pk)
    context = detail_context(fresh, request.user)
    blocking = [(each.code, each.text) for each in context["sheet"].blocking]
    attempt = Attempt(refused.message, tuple(blocking or [("", text) for text in refused.missing]))
    return _page(request, fresh, attempt, refused.status)


@_moves
@takes("comment", "state", prefixes=(COMMENT,))
def return_review(request: HttpRequest, return_: Return) -> HttpResponse:
    typed = TypedReview.read(request.POST)
    try:
        moved = returns.review(
            return_=return_, comment=typed.comment, expected=typed.expected, by=request.user
        )
    except Invalid as refused:
        return _refused_review(request, return_, typed, refused)
    messages.success(request, f"{moved.subject_name}已审核通过。下一步由{who_is_next(moved)}办理。")
    return _back_to_queue()


@_moves
@takes("comment", "state", prefixes=(COMMENT,))
def return_send_back(request: HttpRequest, return_: Return) -> HttpResponse:
    typed = TypedReview.read(request.POST)
    try:
        moved = returns.send_back(
            return_=return_,
            comment=typed.comment,
            cell_comments=typed.cell_comments,
            expected=typed.expected,
            by=request.user,
        )
    except Invalid as refused:
        return _refused_review(request, return_, typed, refused)
    messages.success(request, f"已退回{moved.subject_name}，意见已随表转给填报单位。")
    return redirect("targets:return", return_.pk)


@_moves
@takes("comment", "state", prefixes=(COMMENT,))
def return_confirm(request: HttpRequest, return_: Return) -> HttpResponse:
    typed = TypedReview.read(request.POST)
    try:
        moved = returns.confirm(
            return_=return_, comment=typed.comment, expected=typed.expected, by=request.user
        )
    except Invalid as refused:
        return _refused_review(request, return_, typed, refused)
    messages.success(request, f"{moved.subject_name}已确认锁定，汇总数据正在更新。")
    return _back_to_queue()


def _refused_review(
    request: HttpRequest, return_: Return, typed: TypedReview, refused: Invalid
) -> HttpResponse:
    attempt = Attempt(message=refused.message, errors=refused.errors, review=typed)
    return _page(request, _get(request, return_.pk), attempt, refused.status)


def _back_to_queue() -> HttpResponse:
    return redirect(f"{reverse('targets:returns')}#waiting")


@require_POST
@permission_required(Permission.RETURN_CONFIRM, to="批量确认报表")
@takes("pick")
def confirm_many(request: HttpRequest) -> HttpResponse:
    wanted = picks(request.POST)
    visible = Return.objects.visible_to(request.user).select_related(*NEEDED).filter(pk__in=wanted)
    if not wanted:
        messages.warning(request, "请先勾选要确认的报表。")
        return redirect("targets:returns")
    report = returns.confirm_many(picks=[(each, wanted[each.pk]) for each in visible], by=request.user)
    done = sum(each.done for each in report)
    if done:
        messages.success(request, f"已确认锁定 {done} 张报表，汇总数据正在更新。")
    for each in report:
        if not each.done:
            messages.warning(request, f"{each.return_.subject_name}未确认：{each.sentence}")
    return redirect("targets:returns")
