"""消息: what the person was told, unread first; how he wants to hear; what did not arrive."""

from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid, NotReady
from guandu.notices.actions import deliveries, messages, preferences
from guandu.notices.channels import channel_names
from guandu.notices.forms import PreferenceForm
from guandu.notices.models import Delivery, Message
from guandu.notices.queries.inbox import inbox, reach_of, troubled, unread_count
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required, signed_in

PAGE = 30
DIGITS = 18

keeper = permission_required(Permission.REMINDER_EDIT, to="查看消息发送情况")


@signed_in
@require_GET
def message_list(request: HttpRequest) -> HttpResponse:
    """What was I told, and what of it have I not read?"""
    only_unread = request.GET.get("show") == "unread"
    rows = inbox(request.user)
    page = Paginator(rows.unread() if only_unread else rows, PAGE).get_page(request.GET.get("page"))
    reach = reach_of([request.user])[request.user.pk]
    keeps = request.user.may(Permission.REMINDER_EDIT)
    context = {
        "page": page,
        "only_unread": only_unread,
        "unread": unread_count(request.user),
        "newest": max((each.pk for each in page), default=0),
        "channels": channel_names(),
        "channel": channel_names().get(reach.channel, ""),
        "is_daily": reach.rhythm == "daily",
        "keeps": keeps,
        "troubled": troubled().count() if keeps else 0,
    }
    return render(request, "notices/messages.html", context)


@signed_in
@require_POST
@takes()
def message_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark as read and go where the matter is dealt with."""
    message = _mark(request, pk)
    inside = url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
    return redirect(message.url if message.url and inside else "notices:messages")


@signed_in
@require_POST
@takes()
def message_read(request: HttpRequest, pk: int) -> HttpResponse:
    _mark(request, pk)
    return redirect("notices:messages")


def _mark(request: HttpRequest, pk: int) -> Message:
    message = get_visible_or_404(Message.objects.all(), request.user, pk=pk)
    if not message.is_read:
        messages.read(message=message, by=request.user)
    return message


@signed_in
@require_POST
@takes("until")
def read_all(request: HttpRequest) -> HttpResponse:
    """Up to the newest that stood on the page: what came since stays unread."""
    until = request.POST.get("until", "")
    if not (until.isascii() and until.isdigit() and len(until) <= DIGITS) or not unread_count(request.user):
        notes.warning(request, "没有未读消息。")
        return redirect("notices:messages")
    count = messages.read_all(until=int(until), by=request.user)
    notes.success(request, f"已将 {count} 条消息标为已读。")
    return redirect("notices:messages")


@signed_in
@require_http_methods(["GET", "POST"])
@takes(PreferenceForm)
def preference(request: HttpRequest) -> HttpResponse:
    reach = reach_of([request.user])[request.user.pk]
    form = PreferenceForm(request.POST or None, initial={"channel": reach.channel, "rhythm": reach.rhythm})
    if request.method == "POST" and form.is_valid():
        try:
            preferences.choose(by=request.user, **form.cleaned_data)
        except Invalid as refused:
            for name, sentence in refused.errors:
                form.add_error(name, sentence)
        else:
            notes.success(request, "已保存消息接收方式。")
            return redirect("notices:messages")
    status = 422 if request.method == "POST" else 200
    return render(request, "notices/settings.html", {"form": form, "channels": channel_names()}, status=status)


@keeper
@require_GET
def delivery_list(request: HttpRequest) -> HttpResponse:
    """Which messages did not reach their recipients, and why?"""
    page = Paginator(troubled(), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "names": channel_names(), "rows": [_row(each) for each in page]}
    return render(request, "notices/deliveries.html", context)


def _row(delivery: Delivery) -> dict:
    return {"delivery": delivery, "channel": channel_names().get(delivery.channel, delivery.channel)}


@keeper
@require_POST
@takes()
def delivery_retry(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = get_visible_or_404(Delivery.objects.all(), request.user, pk=pk)
    try:
        deliveries.retry(delivery=delivery, by=request.user)
    except NotReady as refused:
        notes.warning(request, refused.message)
    else:
        notes.success(request, "已重新排队发送。")
    return redirect("notices:deliveries")
