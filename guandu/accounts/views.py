"""Signing in and out, and one's own password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from guandu.accounts.actions import users
from guandu.accounts.forms import PasswordForm, SignInForm
from guandu.accounts.models import User
from guandu.accounts.queries import demo_accounts
from guandu.core.errors import Invalid
from guandu.web.views import signed_in


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        login(request, form.user)
        return redirect(_next(request))
    context = {"form": form, "next": _next(request, default=""), "demo_accounts": demo_accounts()}
    return render(request, "accounts/sign_in.html", context)


@never_cache
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demonstration accounts; there is no such page without them."""
    offered = {account.username for account in demo_accounts()}
    if request.POST.get("username") not in offered:
        raise Http404
    user = User.objects.get(username=request.POST["username"])
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(_next(request))


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("accounts:sign-in")


@sensitive_post_parameters("old", "new", "again")
@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = users.set_password(user=request.user, password=form.cleaned_data["new"], by=request.user)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "口令已修改，其他设备上的登录随即结束。")
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/password.html", {"form": form})


def _next(request: HttpRequest, default: str | None = None) -> str:
    """Where the person was going, if that is on this host; else the home page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL) if default is None else default
