"""What reviewers post: passing, sending back, confirming, one by one or many; and opinions beside it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid
from guandu.web.posted import takes
from guandu.web.views import permission_required
from targets.actions import bulk, opinions, returns
from targets.forms import COMMENT, TypedReview, picks, whole
from targets.models import Return
from targets.queries.next_steps import who_is_next
from targets.views.one_return import NEEDED, moves, refused_page

QUEUE = "#waiting"


@moves
@takes("comment", "state", prefixes=(COMMENT,))
def return_review(request: HttpRequest, return_: Return) -> HttpResponse:
    typed = TypedReview.read(request.POST)
    try:
        moved = returns.review(
            return_=return_, comment=typed.comment, expected=typed.expected, by=request.user
        )
    except Invalid as refused:
        return refused_page(request, return_, refused, review=typed)
    messages.success(request, f"{moved.subject_name}已审核通过。下一步由{who_is_next(moved)}办理。")
    return _back_to_queue()


@moves
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
        return refused_page(request, return_, refused, review=typed)
    messages.success(request, f"已退回{moved.subject_name}，意见已随表转给填报单位。")
    return redirect("targets:return", return_.pk)


@moves
@takes("comment", "state", prefixes=(COMMENT,))
def return_confirm(request: HttpRequest, return_: Return) -> HttpResponse:
    typed = TypedReview.read(request.POST)
    try:
        moved = returns.confirm(
            return_=return_, comment=typed.comment, expected=typed.expected, by=request.user
        )
    except Invalid as refused:
        return refused_page(request, return_, refused, review=typed)
    messages.success(request, f"{moved.subject_name}已确认锁定，汇总数据正在更新。")
    return _back_to_queue()


@moves
@takes("state")
def return_sign_off(request: HttpRequest, return_: Return) -> HttpResponse:
    moved = returns.sign_off(return_=return_, expected=whole(request.POST.get("state")), by=request.user)
    messages.success(request, f"{moved.subject_name}已按线下签批通过审核。下一步由{who_is_next(moved)}办理。")
    return redirect("targets:return", return_.pk)


@moves
@takes("side", "agrees", "text")
def return_opine(request: HttpRequest, return_: Return) -> HttpResponse:
    post = request.POST
    agrees = post.get("agrees") != "no"
    try:
        opinions.give(
            return_=return_, side=post.get("side", ""), agrees=agrees, text=post.get("text", ""), by=request.user
        )
    except Invalid as refused:
        return refused_page(request, return_, refused, panel="opine", typed=post)
    messages.success(request, f"意见已提出，随{return_.subject_name}的报表转园区发展办。")
    return _back_to_queue()


@require_POST
@permission_required(Permission.RETURN_CONFIRM, to="批量确认报表")
@takes("pick")
def confirm_many(request: HttpRequest) -> HttpResponse:
    return _many(request, bulk.confirm_many, "确认", "已确认锁定 {} 张报表，汇总数据正在更新。")


@require_POST
@permission_required(Permission.RETURN_REVIEW, to="批量审核报表")
@takes("pick")
def review_many(request: HttpRequest) -> HttpResponse:
    return _many(request, bulk.review_many, "审核", "已审核通过 {} 张报表。")


def _many(request: HttpRequest, action: Callable, word: str, done_words: str) -> HttpResponse:
    wanted = picks(request.POST)
    visible = list(Return.objects.visible_to(request.user).select_related(*NEEDED).filter(pk__in=wanted))
    if not visible:
        messages.warning(request, f"请先勾选要{word}的报表。")
        return redirect("targets:returns")
    report = action(picks=[(each, wanted[each.pk]) for each in visible], by=request.user)
    done = sum(each.done for each in report)
    if done:
        messages.success(request, done_words.format(done))
    for each in report:
        if not each.done:
            messages.warning(request, f"{each.return_.subject_name}未{word}：{each.sentence}")
    return redirect("targets:returns")


def _back_to_queue() -> HttpResponse:
    return redirect(f"{reverse('targets:returns')}{QUEUE}")
