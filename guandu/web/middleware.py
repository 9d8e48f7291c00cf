"""What every request carries and every answer obeys."""

import uuid

from django.http import QueryDict

from guandu.core import clock
from guandu.core.context import RequestInfo, request_info
from guandu.core.errors import PortalError
from guandu.web.addresses import client_address
from guandu.web.api.errors import unstorable
from guandu.web.errors import error_page

# Says that the process is alive, whatever the database says.
ALIVE = "/healthz"
# Paths whose third-party pages need more than 'self' (docs/adr/0006-content-policy.md).
RELAXED = {
    "/admin/": {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"},
    "/api/v1/docs/": {"style-src": "'self' 'unsafe-inline'"},
}


class ContentPolicyMiddleware:
    """Relaxes the content policy for the admin and the schema page only."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for prefix, sources in RELAXED.items():
            if request.path.startswith(prefix):
                response._csp_update = sources
        return response


class RequestContextMiddleware:
    """Names the request for audit and errors, and fixes the business date for its length."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        if request.path == ALIVE:
            return self.get_response(request)
        info = RequestInfo(uuid.uuid4().hex[:12], client_address(request))
        request.request_id = info.request_id
        request.demo_date = clock.demo_date()
        with request_info(info), clock.known_demo_date(request.demo_date):
            response = self.get_response(request)
        response["X-Request-ID"] = info.request_id
        return response


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
    """Turns a refusal of an action into a page with the sentence it gave."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, PortalError):
            return error_page(request, exception)
        return None
