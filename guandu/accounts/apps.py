from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from guandu.accounts.roles import ScopeKind
from guandu.accounts.scopes import register_scope


class AccountsConfig(AppConfig):
    name = "guandu.accounts"
    verbose_name = "账户与权限"

    def ready(self) -> None:
        from guandu.accounts.actions import sessions  # reason: needs models
        from guandu.accounts.models import Unit, User  # reason: needs models
        from guandu.jobs.rights import register_resolver  # reason: needs models

        register_resolver(
            User.actor_kind, lambda key: User.objects.filter(username=key, is_active=True).first()
        )
        register_scope(ScopeKind.STREET, lambda: Unit.objects.filter(kind=Unit.Kind.STREET))
        register_scope(ScopeKind.DEPARTMENT, lambda: Unit.objects.filter(kind__in=Unit.DEPARTMENTS))
        user_logged_in.connect(sessions.on_signed_in, dispatch_uid="accounts.signed-in")
        user_logged_out.connect(sessions.on_signed_out, dispatch_uid="accounts.signed-out")
        user_login_failed.connect(sessions.on_refused, dispatch_uid="accounts.refused")
