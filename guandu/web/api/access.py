"""Who may call the API: people by their session, other systems by a token and `api.use`."""

from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission, IsAuthenticated

from guandu.accounts.permissions import Permission


class TokenAuthentication(KnoxAuthentication):
    """Knox tokens; one that is not even text is wrong, not a failure of ours."""

    def authenticate_credentials(self, token: bytes):
        try:
            token.decode("ascii")
        except UnicodeDecodeError as error:
            raise AuthenticationFailed from error
        return super().authenticate_credentials(token)


class SignedInOrClient(IsAuthenticated):
    """A signed-in person, or a token whose owner holds `api.use` today."""

    def has_permission(self, request, view) -> bool:
        if not super().has_permission(request, view):
            return False
        return request.auth is None or request.user.may(Permission.API_USE)


class HoldsPermission(BasePermission):
    """One of the view's `needs`, over any scope; which rows is then said by `visible_to`."""

    def has_permission(self, request, view) -> bool:
        return any(request.user.may(permission) for permission in view.needs)
