"""One's own sessions and second factor; the security administrator's policy, locks and resets."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from guandu.accounts import factors
from guandu.accounts.actions import factors as factor_actions, policy as policy_actions, sessions
from guandu.accounts.forms import PolicyForm
from guandu.accounts.models import AccessPolicy, User
from guandu.accounts.permissions import Permission
from guandu.accounts.queries_sign_in import (
    locked_people,
    own_sessions,
    password_age,
    people_with_factor,
    recovery_codes_left,
)
from guandu.accounts.reauthentication import recently_authenticated
from guandu.core.errors import Conflict, Invalid, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required, signed_in

keeps_policy = permission_required(Permission.POLICY_EDIT, to="管理登录策略")


@never_cache
@signed_in
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """登录与安全: what the person himself can see and end."""
    policy = AccessPolicy.current()
    context = {
        "sessions": own_sessions(request.user, current=request.session.session_key),
        "means": [(each, each.is_enrolled(request.user)) for each in factors.means() if each.enrol],
        "demanded": factors.demanded_of(request.user, policy.factor_roles),
        "codes_left": recovery_codes_left(request.user),
        "password": password_age(request.user, policy),
        "policy": policy,
    }
    return render(request, "accounts/security.html", context)


@signed_in
@require_POST
@takes()
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    ended = sessions.end_others(keep=request.session.session_key, by=request.user)
    messages.success(request, f"已结束其他 {ended} 处登录。" if ended else "没有其他登录。")
    return redirect("accounts:security")


@never_cache
@keeps_policy
@recently_authenticated
@require_http_methods(["GET", "POST"])
@takes(PolicyForm)
def policy(request: HttpRequest) -> HttpResponse:
    current = AccessPolicy.current()
    form = PolicyForm(request.POST or None, instance=current)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _keep_policy(request, form):
            messages.success(request, "登录策略已保存，即时生效。")
            return redirect("accounts:policy")
        status = 422
    context = {"form": form, "rows": form.rows(), "version": current.version}
    return render(request, "accounts/policy.html", context, status=status)


def _keep_policy(request: HttpRequest, form: PolicyForm) -> bool:
    values = {name: form.cleaned_data[name] for name in policy_actions.EDITABLE}
    try:
        policy_actions.update(values=values, version=form.cleaned_data["version"], by=request.user)
    except Invalid as refusal:
        form.refuse(refusal)
    except Conflict as refusal:
        form.add_error(None, refusal.message)
    return not form.errors


@never_cache
@keeps_policy
@require_safe
def protection(request: HttpRequest) -> HttpResponse:
    """登录保护: who is locked out, and who has a second factor."""
    policy = AccessPolicy.current()
    context = {"locked": locked_people(policy), "people": people_with_factor(policy), "policy": policy}
    return render(request, "accounts/protection.html", context)


@keeps_policy
@require_POST
@recently_authenticated
@takes()
@recently_authenticated
def unlock(request: HttpRequest, username: str) -> HttpResponse:
    user = _person(request, username)
    sessions.unlock(user=user, by=request.user)
    messages.success(request, f"账号“{user.username}”的登录锁定已解除。")
    return redirect("accounts:protection")


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, required=False)


@keeps_policy
@require_POST
@recently_authenticated
@takes(ReasonForm)
def reset_factor(request: HttpRequest, username: str) -> HttpResponse:
    user, form = _person(request, username), ReasonForm(request.POST)
    form.is_valid()
    try:
        factor_actions.reset(user=user, reason=form.cleaned_data.get("reason", ""), by=request.user)
    except PortalError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"账号“{user.username}”的动态口令已重置，下次登录时重新启用。")
    return redirect("accounts:protection")


def _person(request: HttpRequest, username: str) -> User:
    return get_visible_or_404(User.objects.all(), request.user, username=username)
