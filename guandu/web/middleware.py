"""What every request carries, and what is refused before a view is asked."""

import logging
import time
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.utils.functional import LazyObject, empty

from guandu.core import clock
from guandu.core.context import RequestInfo, request_info
from guandu.core.errors import Invalid, PortalError
from guandu.web.addresses import client_address
from guandu.web.api.errors import error_response as api_error, unstorable
from guandu.web.errors import error_page, error_response
from guandu.web.logs import carrying, route_of

logger = logging.getLogger("guandu.request")

# Says that the process is alive, whatever the database says; asked every few seconds.
ALIVE = "/healthz"
PAGE_METHODS = ("GET", "HEAD", "POST")
API_METHODS = (*PAGE_METHODS, "PUT", "PATCH", "DELETE", "OPTIONS")
OUT_OF_RANGE = "填写的日期或数字超出可以办理的范围，没有办理。请返回核对后重新填写。"
OVER_HTTP = "接口只能用 https 访问。本次请求未加密，其中的令牌可能已经泄露，请联系系统管理员更换令牌。"


class RequestMiddleware:
    """Names the request for the audit, the error pages and the log, and writes its one line."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        info = RequestInfo(uuid.uuid4().hex[:12], client_address(request))
        request.request_id = info.request_id
        begun = time.monotonic()
        with request_info(info), carrying(request):
            response = self.get_response(request)
            if request.path != ALIVE:
                _log(request, response, time.monotonic() - begun)
        response["X-Request-ID"] = info.request_id
        return response


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """The route by its name, because a path holds keys and a query holds what was looked for."""
    facts = {
        "method": request.method if request.method in API_METHODS else "-",
        "route": route_of(request),
        "status": response.status_code,
        "duration_ms": round(seconds * 1000),
        "account": _account(request),
        "address": client_address(request) or "-",
    }
    logger.info("request", extra=facts)


def _account(request: HttpRequest) -> str:
    """The key of whoever asked, where that is known already: the log asks the database nothing."""
    user = getattr(request, "user", None)
    if user is None or (isinstance(user, LazyObject) and user._wrapped is empty) or not user.is_authenticated:
        return "-"
    return user.actor_key


class PlainHttpMiddleware:
    """Refuses the interface over plain HTTP: a redirect would teach clients to send tokens unencrypted."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and request.path.startswith("/api/"):
            return api_error(403, OVER_HTTP)
        return self.get_response(request)


class MethodsMiddleware:
    """Refuses methods that no view here knows, TRACE first of all."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        allowed = API_METHODS if request.path.startswith("/api/") else PAGE_METHODS
        if request.method in allowed:
            return self.get_response(request)
        response = error_response(request, 405)
        response["Allow"] = ", ".join(allowed)
        return response


class BusinessDateMiddleware:
    """Fixes the business date for the length of a request."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == ALIVE:
            return self.get_response(request)
        request.demo_date = clock.demo_date()
        with clock.known_demo_date(request.demo_date):
            return self.get_response(request)


class StorableTextMiddleware:
    """Refuses text with a NUL, which PostgreSQL can neither hold nor compare, before a view reads it.

    The address and body of an interface request are left to it: its own parts refuse the same.
    """

    sentence = "填写或查询的文字中含有无法保存的字符，请检查后重试。"

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        to_api = request.path.startswith("/api/")
        wrong = _with_nul(request.GET) if to_api else _with_nul(request.GET) + _with_nul(request.POST)
        if not wrong and (to_api or "\0" not in request.path):
            return self.get_response(request)
        if to_api or not request.accepts("text/html"):
            return unstorable(self.sentence, wrong)
        return error_page(request, PortalError(self.sentence))


def _with_nul(sent: QueryDict) -> list[str]:
    """The names under which a NUL was sent."""
    return [name for name, values in sent.lists() if any("\0" in text for text in (name, *values))]


class ErrorPageMiddleware:
    """Turns a refusal of an action into a page with the sentence it gave, and a bare refusal of a
    method into one with a sentence."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = error_response(request, 405)
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request, exception):
        if isinstance(exception, PortalError):
            return error_page(request, exception)
        if isinstance(exception, OverflowError):
            # A day that the calendar has not, or a number that no column holds: only what was sent can say so.
            # The log shows where, should it be a fault of ours after all.
            logger.warning("out of range", exc_info=exception)
            return error_page(request, Invalid(OUT_OF_RANGE))
        return None
