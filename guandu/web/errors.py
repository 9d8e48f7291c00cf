"""Refusals and failures as pages or, for programs, as JSON: a sentence that says what to do, and a number
to quote, which the log has too."""

import sys
from collections.abc import Sequence

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string

from guandu.core.errors import PortalError
from guandu.web import denials
from guandu.web.api import errors as api

TITLES = {
    400: "请求无法处理",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种操作",
    409: "现在还不能办理",
    413: "内容过大",
    422: "填写内容有误",
    429: "操作过于频繁",
    500: "系统出现意外",
    503: "系统暂时不能使用",
}
SENTENCES = {
    400: "这个请求不完整，请返回后重试。",
    403: "您没有打开这个页面的权限。如确需使用，请联系园区发展办。",
    404: "页面不存在，或不在您的工作范围内。请从左侧栏目重新进入。",
    405: "这个地址不支持这种操作。请从左侧栏目重新进入。",
    409: "现在还不能办理，请刷新页面查看最新情况。",
    413: "传送的内容过大，请减少内容或分批办理。",
    422: "填写的内容有误，请返回检查后重试。",
    429: "操作过于频繁，请稍候几分钟再试。",
    500: "系统出现意外，已填写的内容没有丢失时会保留在原页面。请返回重试；仍不成功请联系系统管理员。",
    503: "系统暂时连不上数据库，已保存的数据不受影响。请稍候一分钟重试；仍不成功请联系系统管理员。",
}
EXPIRED = "页面停留过久，安全校验已过期。请返回上一页刷新后重新办理。"
RETRY_SECONDS = 30
# Too much, or too many, in one request.
TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# The database does not answer, or ended the connection or the transaction: the same request may succeed later.
AWAY = (OperationalError, InterfaceError)


def error_page(request: HttpRequest, refusal: PortalError) -> HttpResponse:
    """The answer to a refusal of an action."""
    if refusal.status == 403:
        denials.note(request, refusal.message, refusal)
    if for_program(request):
        return api.refusal_response(refusal)
    details = [*getattr(refusal, "missing", ()), *(text for _, text in getattr(refusal, "errors", ()))]
    return _page(request, refusal.status, refusal.message, details)


def error_response(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The answer with `status` and, unless `message` is given, its usual sentence."""
    if for_program(request):
        return api.error_response(status, message)
    return _page(request, status, message or SENTENCES[status])


def for_program(request: HttpRequest) -> bool:
    """Whether JSON is understood better than a page: the interface, and scripts of our pages."""
    return request.path.startswith("/api/") or not request.accepts("text/html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    denials.note(request, SENTENCES[403])
    return error_response(request, 403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Also for a host that is not ours, and for more than a request may carry."""
    return error_response(request, 413 if isinstance(exception, TOO_BIG) else 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_response(request, 403, EXPIRED)


def server_error(request: HttpRequest) -> HttpResponse:
    """What Django asks for within the handling of an exception that nothing else answered."""
    failure = sys.exc_info()[1]
    if isinstance(failure, PortalError):
        return error_page(request, failure)
    if isinstance(failure, UnreadablePostError):
        return error_response(request, 400)
    if isinstance(failure, AWAY):
        response = error_response(request, 503)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return error_response(request, 500)


def _page(request: HttpRequest, status: int, message: str, details: Sequence[str] = ()) -> HttpResponse:
    # From 500 on nothing may ask the database: no person, no side bar, no business date.
    failed = status >= 500
    context = {
        "title": TITLES.get(status, "办理未完成"),
        "message": message,
        "details": details,
        "request_id": getattr(request, "request_id", ""),
        "layout": "base_plain.html" if failed else _layout(request),
    }
    if failed:
        return HttpResponse(render_to_string("errors/page.html", context), status=status)
    return render(request, "errors/page.html", context, status=status)


def _layout(request: HttpRequest) -> str:
    """The portal's frame for those signed in."""
    user = getattr(request, "user", None)
    return "base.html" if user is not None and user.is_authenticated else "base_plain.html"
