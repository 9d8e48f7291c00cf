"""运营方账号: the office looks after its park operators' accounts, and hands out new passwords."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts import lockout
from guandu.accounts.actions import operators
from guandu.accounts.models import AccessPolicy
from guandu.accounts.permissions import Permission
from guandu.accounts.queries_operators import operator_accounts, operators_only
from guandu.accounts.reauthentication import recently_authenticated
from guandu.core.errors import NotReady
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required

keeper = permission_required(Permission.OPERATOR_RESET, to="管理运营方账号")


@keeper
@require_GET
def operator_list(request: HttpRequest) -> HttpResponse:
    return _list(request)


@never_cache
@keeper
@require_POST
@recently_authenticated
@takes()
def operator_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time password, shown in this answer and stored nowhere."""
    user = get_visible_or_404(
        operators_only().select_related("unit"), request.user, Permission.OPERATOR_RESET, pk=pk
    )
    try:
        password = operators.reset_password(user=user, by=request.user)
    except NotReady as refusal:
        return _list(request, message=refusal.message, status=refusal.status)
    context = {"account": user, "password": password, "host": request.build_absolute_uri("/")}
    return render(request, "accounts/officers/operator_password.html", context)


def _list(request: HttpRequest, *, message: str = "", status: int = 200) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    accounts = operator_accounts(lockout.locked_names(AccessPolicy.current()), text)
    context = {"accounts": accounts, "text": text, "message": message}
    return render(request, "accounts/officers/operators.html", context, status=status)
