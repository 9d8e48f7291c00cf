"""Refusals and failures as pages: a sentence that says what to do, and a number to quote."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from guandu.core.errors import PortalError

TITLES = {
    400: "请求无法处理",
    403: "没有权限",
    404: "没有找到",
    409: "现在还不能办理",
    422: "填写内容有误",
    500: "系统出现意外",
}


def error_page(request: HttpRequest, refusal: PortalError) -> HttpResponse:
    details = [*getattr(refusal, "missing", ()), *(text for _, text in getattr(refusal, "errors", ()))]
    return _page(request, refusal.status, refusal.message, details)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, "页面不存在，或不在您的工作范围内。请从左侧栏目重新进入。")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, "您没有打开这个页面的权限。如确需使用，请联系园区发展办。")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, "这个请求不完整，请返回后重试。")


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, "系统出现意外，已填写的内容没有丢失时会保留在原页面。请返回重试；仍不成功请联系系统管理员。")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "页面停留过久，安全校验已过期。请返回上一页刷新后重新办理。")


def _page(request: HttpRequest, status: int, message: str, details: list[str] | None = None) -> HttpResponse:
    context = {
        "title": TITLES.get(status, "办理未完成"),
        "message": message,
        "details": details or [],
        "request_id": getattr(request, "request_id", ""),
        "layout": _layout(request, status),
    }
    return render(request, "errors/page.html", context, status=status)


def _layout(request: HttpRequest, status: int) -> str:
    """The portal's frame for those signed in; after a failure the frame that asks the database nothing."""
    user = getattr(request, "user", None)
    return "base.html" if status < 500 and user is not None and user.is_authenticated else "base_plain.html"
