"""Signing in and out, and one's own password."""

import time

from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.models import Login
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from guandu.accounts import session_limits
from guandu.accounts.actions import sessions, users
from guandu.accounts.forms import PasswordForm, SignInForm
from guandu.accounts.models import AccessPolicy, User
from guandu.accounts.queries import demo_accounts, password_is_due
from guandu.accounts.validators import requirements
from guandu.core.errors import Invalid
from guandu.web.posted import takes
from guandu.web.views import signed_in


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
@takes(SignInForm, "next")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(_next(request))
    begun = time.monotonic()
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        return _enter(request, form.user)
    if form.is_bound:
        _take_as_long_as_any_refusal(begun)
    context = {
        "form": form,
        "next": _next(request, default=""),
        "why": session_limits.SENTENCES.get(request.GET.get("why", "")),
        "demo_accounts": demo_accounts(),
        "single_sign_on": settings.OIDC_NAME if settings.OIDC_SERVER else "",
    }
    return render(request, "accounts/sign_in.html", context)


@never_cache
@require_POST
@takes("username", "next")
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demonstration accounts; there is no such page without them."""
    offered = {account.username for account in demo_accounts()}
    if request.POST.get("username") not in offered:
        raise Http404
    user = User.objects.get(username=request.POST["username"])
    _leave_the_last(request)
    record_authentication(request, user, "demo")
    return perform_login(request, Login(user=user, redirect_url=_next(request)))


@never_cache
@require_POST
@takes()
def sign_out(request: HttpRequest) -> HttpResponse:
    sessions.leave(request)
    return redirect("accounts:sign-in")


@sensitive_post_parameters("old", "new", "again")
@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
@takes(PasswordForm)
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            _change_password(request, form.cleaned_data["new"])
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "口令已修改，其他设备上的登录随即结束。")
            return redirect(settings.LOGIN_REDIRECT_URL)
    context = {
        "form": form,
        "requirements": requirements(),
        "is_due": password_is_due(request.user, AccessPolicy.current()),
    }
    return render(request, "accounts/password.html", context)


def _change_password(request: HttpRequest, new: str) -> None:
    """Raises Invalid. This session goes on under a new key."""
    kept = request.session.session_key
    user = users.set_password(user=request.user, password=new, keep_session=kept, by=request.user)
    update_session_auth_hash(request, user)
    record_authentication(request, user, "password")
    UserSession.objects.create_from_request(request)


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    _leave_the_last(request)
    login = Login(user=user, redirect_url=_next(request))
    return perform_password_login(request, {}, login)


def _leave_the_last(request: HttpRequest) -> None:
    """Whoever was signed in here before is signed out, and nothing of him stays."""
    if request.user.is_authenticated:
        sessions.leave(request)


def _take_as_long_as_any_refusal(begun: float) -> None:
    time.sleep(max(0.0, settings.REFUSED_SIGN_IN_SECONDS - (time.monotonic() - begun)))


def _next(request: HttpRequest, default: str | None = None) -> str:
    """Where the person was going, if that is on this host; else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL) if default is None else default
