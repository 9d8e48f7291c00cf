"""Who may call the API: people by their session, other systems by a token and `api.use`."""

from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.authentication import SessionAuthentication as StockSessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, ParseError, PermissionDenied
from rest_framework.permissions import BasePermission, IsAuthenticated

from guandu.accounts.permissions import Permission

# Addresses are kept in logs and histories: a token in one is refused, whatever it is called.
IN_ADDRESS = {"token", "access_token", "api_key", "apikey", "key", "authorization"}


class TokenAuthentication(KnoxAuthentication):
    """Knox tokens, in the header only; one that is not even text is wrong, not a failure of ours."""

    def authenticate(self, request):
        if IN_ADDRESS & {name.lower() for name in request.query_params}:
            raise ParseError("令牌不能写在地址里，请写在请求头 Authorization 中；已写进地址的令牌请更换。")
        return super().authenticate(request)

    def authenticate_credentials(self, token: bytes):
        try:
            token.decode("ascii")
        except UnicodeDecodeError as error:
            raise AuthenticationFailed from error
        return super().authenticate_credentials(token)


class Forged(PermissionDenied):
    """A session without the proof that our own page sent the request."""

    default_code = "csrf_failed"


class SessionAuthentication(StockSessionAuthentication):
    """The portal's own session; what another site made a browser send is refused as that."""

    def enforce_csrf(self, request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refusal:
            raise Forged from refusal


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
