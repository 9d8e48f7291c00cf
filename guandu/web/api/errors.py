"""How the API answers when it cannot do what was asked: one shape, a Chinese sentence, a number to quote."""

from collections.abc import Sequence
from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as stock_handler

from guandu.core.context import current_request
from guandu.core.errors import PortalError
from guandu.web import denials

# By status, or by code where the status says too little.
SENTENCES = {
    400: "请求有误，请按接口说明修改后重试。",
    401: "尚未登录，或令牌无效、已过期。请登录门户，或在请求头中写 Authorization: Token 后接有效令牌。",
    403: "您没有读取这类数据的权限。如确需使用，请联系园区发展办。",
    404: "没有这条记录，或不在您的工作范围内。",
    405: "这个地址不支持这种操作，请查看接口说明。",
    409: "现在还不能办理，请重新读取后再试。",
    406: "本接口只提供 JSON，请去掉 Accept 请求头或改为 application/json。",
    413: "请求内容过大，请分批传送。",
    415: "请求内容须为 JSON，请把 Content-Type 写为 application/json。",
    422: "内容有误，请按接口说明修改后重试。",
    429: "请求过于频繁，请稍后再试。",
    500: "系统出现意外，请稍后重试；仍不成功请联系系统管理员，并告知请求编号。",
    503: "系统暂时连不上数据库，请按 Retry-After 所示秒数后重试。",
    "csrf_failed": (
        "安全校验未通过，没有办理。以门户登录调用接口时，请在请求头 X-CSRFToken 中带上校验值；其他系统请使用令牌。"
    ),
}


class UnknownParameters(exceptions.ValidationError):
    """Query parameters that the address does not know: refused, never ignored."""

    def __init__(self, names: list[str]) -> None:
        super().__init__({name: [f"没有“{name}”这个查询参数，请查看接口说明。"] for name in names})


def exception_handler(exception: Exception, context: dict) -> Response | None:
    """`exception` as {"code", "message", "request_id"} with "errors" or "missing" where there are any;
    None, so that the failure is reported as such, for what is not a refusal."""
    if isinstance(exception, PortalError):
        if exception.status == 403:
            denials.note(context.get("request"), exception.message, exception)
        return Response(_refusal(exception), status=exception.status)
    response = stock_handler(exception, context)
    if response is None:
        return None
    if response.status_code == 403:
        denials.note(context.get("request"), SENTENCES[403])
    code = _code(exception, response.status_code)
    response.data = _body(code, SENTENCES.get(code) or SENTENCES.get(response.status_code, ""))
    if isinstance(exception, exceptions.ValidationError):
        response.data["errors"] = list(_field_errors(exception.detail))
    elif isinstance(exception, exceptions.ParseError):
        response.data["message"] = str(exception.detail)
    return response


def refusal_response(refusal: PortalError) -> JsonResponse:
    """A refusal of an action that no view of the interface answered."""
    return JsonResponse(_refusal(refusal), status=refusal.status)


def error_response(status: int, message: str = "") -> JsonResponse:
    """`status` with `message`, or with its usual sentence, outside the views of the interface."""
    code = HTTPStatus(status).name.lower()
    return JsonResponse(_body(code, message or SENTENCES.get(status, "")), status=status)


def unstorable(message: str, fields: Sequence[str]) -> JsonResponse:
    """400 naming the `fields` sent, for what is refused before any view of the interface is asked."""
    errors = [{"field": name, "message": message} for name in fields]
    return JsonResponse({**_body("invalid", message), "errors": errors}, status=400)


def _refusal(refusal: PortalError) -> dict:
    code = type(refusal).__name__
    body = _body("".join(f"_{c.lower()}" if c.isupper() else c for c in code).lstrip("_"), refusal.message)
    if getattr(refusal, "errors", ()):
        body["errors"] = [{"field": name, "message": text} for name, text in refusal.errors]
    if getattr(refusal, "missing", ()):
        body["missing"] = list(refusal.missing)
    return body


def _body(code: str, message: str) -> dict:
    return {
        "code": code,
        "message": message or "请求没有办成，请稍后重试。",
        "request_id": current_request().request_id,
    }


def _code(exception: Exception, status: int) -> str:
    if isinstance(exception, Http404):
        return "not_found"
    if isinstance(exception, PermissionDenied):
        return "permission_denied"
    if isinstance(exception, UnknownParameters):
        return "unknown_parameter"
    return getattr(exception, "default_code", HTTPStatus(status).name.lower())


def _field_errors(detail, path: str = ""):
    """Each leaf of a nested detail as {"field": "a.0.b", "message": …}."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _field_errors(inner, f"{path}.{position}".lstrip(".") if nested else path)
    else:
        yield {"field": path, "message": str(detail)}
