"""Sign-in by name and password; rights are never answered here."""

from axes.backends import AxesStandaloneBackend
from axes.exceptions import AxesBackendPermissionDenied
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from guandu.accounts.roles import RoleCode


class LockoutBackend(AxesStandaloneBackend):
    """Refuses a name that is locked, after hashing once as every other refusal does."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs
    ) -> None:
        if request is None:
            return
        try:
            super().authenticate(request, username=username, password=password, **kwargs)
        except AxesBackendPermissionDenied:
            make_password(password)
            raise


class AccountBackend(ModelBackend):
    """Checks the password. Grants alone give rights, so every permission question is answered no."""

    def user_can_authenticate(self, user) -> bool:
        """Nobody whose account is closed, no account of another system's; in production no
        demonstration account either."""
        if not super().user_can_authenticate(user) or (user.is_demo and settings.PRODUCTION):
            return False
        return {grant.role for grant in user.grants_today()} != {RoleCode.API_CLIENT}

    def get_all_permissions(self, user_obj, obj=None):
        return set()

    def has_perm(self, user_obj, perm, obj=None):
        return False
