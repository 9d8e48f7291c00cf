"""What every page of the portal starts with: who is asking, and only what he may see."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ScopedQuerySet
from guandu.core.errors import NotAllowed

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Whoever is not signed in goes to the sign-in page and comes back."""
    return login_required(view)


def permission_required(*permissions: Permission, to: str) -> Callable[[View], View]:
    """Signed in and holding one of `permissions` somewhere; `to` completes 您没有…的权限."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not any(request.user.may(permission) for permission in permissions):
                raise NotAllowed(f"您没有{to}的权限。如确需使用，请联系园区发展办。")
            return view(request, *args, **kwargs)

        return signed_in(checked)

    return decorate


def get_visible_or_404(
    queryset: ScopedQuerySet, user: User, permission: Permission | None = None, **key: Any
) -> Model:
    """The one row of `key` that `user` may see; outside his scope it does not exist."""
    visible = queryset.visible_to(user, permission)
    try:
        return visible.get(**key)
    except (visible.model.DoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error
