"""What every request carries and every answer obeys."""

import uuid

from guandu.core import clock
from guandu.core.context import RequestInfo, request_info
from guandu.core.errors import PortalError
from guandu.web.errors import error_page

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
        info = RequestInfo(uuid.uuid4().hex[:12], request.META.get("REMOTE_ADDR", ""))
        request.request_id = info.request_id
        request.demo_date = clock.demo_date()
        with request_info(info), clock.known_demo_date(request.demo_date):
            response = self.get_response(request)
        response["X-Request-ID"] = info.request_id
        return response


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
