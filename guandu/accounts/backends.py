"""Sign-in by name and password; rights are never answered here."""

from django.contrib.auth.backends import ModelBackend


class AccountBackend(ModelBackend):
    """Checks the password. Grants alone give rights, so every permission question is answered no."""

    def get_all_permissions(self, user_obj, obj=None):
        return set()

    def has_perm(self, user_obj, perm, obj=None):
        return False
