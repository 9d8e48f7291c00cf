"""What holds for every request of somebody signed in, on the server: the session's limits, a password
that must be changed, a second factor that must be shown."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from guandu.accounts import factors, session_limits
from guandu.accounts.actions import sessions
from guandu.accounts.models import AccessPolicy
from guandu.accounts.queries import password_is_due
from guandu.core import clock
from guandu.core.context import current_request

# Open whatever must be done first.
ALWAYS_OPEN = {"accounts:sign-out", "account_logout", "healthz"}
PASSWORD_PAGE = "accounts:password"
SENTENCES = {
    PASSWORD_PAGE: "口令须先修改，请登录门户修改口令后再使用。",
    "": "您的角色须使用第二种鉴别方式，请登录门户完成鉴别后再使用。",
}


class SignInRulesMiddleware:
    """Stands after authentication. A page leads to what must be done first, the interface says 403 (or
    401 once the session is over)."""

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        policy = AccessPolicy.current()
        limit = session_limits.over(
            request.session, idle_minutes=policy.idle_minutes, hours=policy.session_hours
        )
        if limit:
            return _signed_out(request, limit)
        if session_limits.touch(request):
            _touch_list(request)
        page = _first_to_do(request, policy)
        if page and not _is_open(request, page):
            return _led_to(request, page)
        return self.get_response(request)


def _first_to_do(request: HttpRequest, policy: AccessPolicy) -> str:
    """The url name of the page that must be dealt with before any other; "" for none."""
    if password_is_due(request.user, policy) and not _by_single_sign_on(request):
        return PASSWORD_PAGE
    if factors.demanded_of(request.user, policy.factor_roles) and not factors.shown(request):
        return factors.next_page(request.user)
    return ""


def _is_open(request: HttpRequest, page: str) -> bool:
    try:
        asked = resolve(request.path_info).view_name
    except Resolver404:
        return False
    open_too = {PASSWORD_PAGE} if page == PASSWORD_PAGE else {PASSWORD_PAGE, *factors.open_pages()}
    return asked in ALWAYS_OPEN | open_too


def _by_single_sign_on(request: HttpRequest) -> bool:
    """Whether the session was opened without the portal's own password."""
    records = get_authentication_records(request, request.user)
    return bool(records) and all(record["method"] != "password" for record in records)


def _touch_list(request: HttpRequest) -> None:
    """What the person's list of sessions says of this one."""
    mine = UserSession.objects.filter(session_key=request.session.session_key)
    mine.update(last_seen_at=clock.now())


def _signed_out(request: HttpRequest, limit: str) -> HttpResponse:
    sentence = session_limits.SENTENCES[limit]
    request.sign_out_reason = sentence.partition("，请")[0]
    sessions.leave(request)
    if request.path.startswith("/api/"):
        return _refusal(401, "session_over", sentence)
    wanted = {"why": limit, "next": request.get_full_path() if request.method == "GET" else ""}
    return _to(request, f"{reverse('accounts:sign-in')}?{urlencode({k: v for k, v in wanted.items() if v})}")


def _led_to(request: HttpRequest, page: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        code = "password_due" if page == PASSWORD_PAGE else "second_factor_required"
        return _refusal(403, code, SENTENCES.get(page, SENTENCES[""]))
    return _to(request, reverse(page))


def _to(request: HttpRequest, url: str) -> HttpResponse:
    """Lead the whole page there, also where only a part of it was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)


def _refusal(status: int, code: str, message: str) -> JsonResponse:
    """In the shape of the interface's other refusals."""
    body = {"code": code, "message": message, "request_id": current_request().request_id}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
