"""What leaves the ordinary way: 数据订正, 免报, 延期, marks for following up, and closing a cycle."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid
from guandu.web.posted import takes
from guandu.web.views import permission_required
from targets.actions import closing, corrections, exemptions, extensions, flags
from targets.forms import hour, whole
from targets.models import Cycle, Return
from targets.views.one_return import moves, refused_page


def _panel(name: str, *fields: str) -> Callable:
    """A form beside the return: what it takes, and where a refusal is shown."""

    def decorate(view: Callable) -> Callable:
        @moves
        @takes(*fields)
        @wraps(view)
        def posted(request: HttpRequest, return_: Return) -> HttpResponse:
            try:
                messages.success(request, view(request, return_))
            except Invalid as refused:
                return refused_page(request, return_, refused, panel=name, typed=request.POST)
            return redirect("targets:return", return_.pk)

        return posted

    return decorate


def _expected(request: HttpRequest) -> int | None:
    return whole(request.POST.get("state"))


@_panel("ask-correction", "codes", "reason")
def correction_ask(request: HttpRequest, return_: Return) -> str:
    post = request.POST
    corrections.ask(
        return_=return_, codes=post.getlist("codes"), reason=post.get("reason", ""), by=request.user
    )
    return "订正申请已提出，等园区发展办答复；核定数据暂不变动。"


@_panel("correct", "codes", "reason", "state")
def correction_open(request: HttpRequest, return_: Return) -> str:
    post = request.POST
    corrections.open_(
        return_=return_,
        codes=post.getlist("codes"),
        reason=post.get("reason", ""),
        expected=_expected(request),
        by=request.user,
    )
    return "已开放所选各项供填报单位订正；重新核定前，原核定数据不变。"


@_panel("decline-correction", "answer")
def correction_decline(request: HttpRequest, return_: Return) -> str:
    corrections.decline(return_=return_, answer=request.POST.get("answer", ""), by=request.user)
    return "已答复，核定数据不变。"


@_panel("withdraw", "reason", "state")
def correction_withdraw(request: HttpRequest, return_: Return) -> str:
    corrections.withdraw(
        return_=return_,
        reason=request.POST.get("reason", ""),
        expected=_expected(request),
        by=request.user,
    )
    return "数据订正已撤销，报表恢复原核定内容。"


@_panel("exempt", "reason", "state")
def return_exempt(request: HttpRequest, return_: Return) -> str:
    exemptions.exempt(
        return_=return_,
        reason=request.POST.get("reason", ""),
        expected=_expected(request),
        by=request.user,
    )
    return f"{return_.subject_name}本期免报，不再计入应报。"


@_panel("resume", "reason", "state")
def return_resume(request: HttpRequest, return_: Return) -> str:
    exemptions.resume(
        return_=return_,
        reason=request.POST.get("reason", ""),
        expected=_expected(request),
        by=request.user,
    )
    return f"{return_.subject_name}恢复填报。"


@_panel("ask-extension", "reason")
def extension_ask(request: HttpRequest, return_: Return) -> str:
    extensions.ask(return_=return_, reason=request.POST.get("reason", ""), by=request.user)
    return "延期申请已提出，等园区发展办答复。"


@_panel("extend", "until", "reason", "answer")
def extension_grant(request: HttpRequest, return_: Return) -> str:
    post = request.POST
    extensions.grant(
        return_=return_,
        until=hour(post.get("until", "")),
        reason=post.get("reason", ""),
        answer=post.get("answer", ""),
        by=request.user,
    )
    return "已同意延期；到期后自动关闭，仍按逾期报送统计。"


@_panel("decline-extension", "answer")
def extension_decline(request: HttpRequest, return_: Return) -> str:
    extensions.decline(return_=return_, answer=request.POST.get("answer", ""), by=request.user)
    return "已答复填报单位。"


@_panel("flag", "code", "text")
def return_flag(request: HttpRequest, return_: Return) -> str:
    post = request.POST
    flags.flag(return_=return_, code=post.get("code", ""), text=post.get("text", ""), by=request.user)
    return "已标记待跟进。"


@_panel("flag", "note")
def return_unflag(request: HttpRequest, return_: Return) -> str:
    flags.unflag(return_=return_, note=whole(request.POST.get("note")) or 0, by=request.user)
    return "已取消跟进标记。"


def _cycle(view: Callable) -> Callable:
    @wraps(view)
    def posted(request: HttpRequest, pk: int) -> HttpResponse:
        cycle = get_object_or_404(Cycle.objects.visible_to(request.user), pk=pk)
        try:
            messages.success(request, view(request, cycle))
        except Conflict as refused:
            messages.warning(request, refused.message)
        return redirect(f"{reverse('targets:calendar')}?year={cycle.period[:4]}")

    return require_POST(permission_required(Permission.CYCLE_OPEN, to="关闭报送期次")(takes()(posted)))


@_cycle
def cycle_close(request: HttpRequest, cycle: Cycle) -> str:
    closing.close(cycle=cycle, by=request.user)
    return f"{cycle}已关闭报送；延期和订正的报表仍可报送。"


@_cycle
def cycle_reopen(request: HttpRequest, cycle: Cycle) -> str:
    closing.reopen(cycle=cycle, by=request.user)
    return f"{cycle}已重新开放报送。"
