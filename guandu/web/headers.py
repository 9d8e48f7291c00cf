"""What every answer says to the browser and to caches, also when it is a refusal or a failure."""

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# Also set by Django's own middleware, but not on what is refused before it is reached.
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
NOT_STORED = "private, no-store"
# Cookies stay: the next page may say that the person has signed out.
FORGOTTEN = '"cache", "storage"'
# Paths whose third-party pages need more than 'self' (docs/adr/0006-content-policy.md).
RELAXED = {
    "/admin/": {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"},
    "/api/v1/docs/": {"style-src": "'self' 'unsafe-inline'"},
}


@receiver(user_logged_out)
def _remember_sign_out(sender, request: HttpRequest | None, **_) -> None:
    if request is not None:
        request.signed_out = True


class HeadersMiddleware:
    """Answers stay with the person who asked: never framed, sniffed, shared or stored."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if not _is_asset(request, response):
            _keep_out_of_caches(request, response)
        if getattr(request, "signed_out", False):
            response["Clear-Site-Data"] = FORGOTTEN
        return response


def _is_asset(request: HttpRequest, response: HttpResponse) -> bool:
    return request.path.startswith(settings.STATIC_URL) and response.status_code < 400


def _keep_out_of_caches(request: HttpRequest, response: HttpResponse) -> None:
    if "no-store" not in response.get("Cache-Control", ""):
        response["Cache-Control"] = NOT_STORED
    patch_vary_headers(response, ["Cookie"])
    if request.path.startswith("/api/"):
        patch_vary_headers(response, ["Authorization", "Accept"])


class ContentPolicyMiddleware:
    """Relaxes the content policy for the admin and the schema page only."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for prefix, sources in RELAXED.items():
            if request.path.startswith(prefix):
                response._csp_update = sources
        return response
