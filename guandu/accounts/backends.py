"""Sign-in by name and password; rights are never answered here."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend


class AccountBackend(ModelBackend):
    """Checks the password. Grants alone give rights, so every permission question is answered no."""

    def user_can_authenticate(self, user) -> bool:
        """Nobody whose account is closed; in production no demonstration account either."""
        return super().user_can_authenticate(user) and not (user.is_demo and settings.PRODUCTION)

    def get_all_permissions(self, user_obj, obj=None):
        return set()

    def has_perm(self, user_obj, perm, obj=None):
        return False
