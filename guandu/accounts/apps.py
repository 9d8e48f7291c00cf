from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out

from guandu.accounts.duty_units import duty_bearing_units
from guandu.accounts.handover import register_open_work
from guandu.accounts.roles import ScopeKind
from guandu.accounts.scopes import register_scope
from guandu.accounts.triggers import GUARDS
from guandu.core.triggers import keep_through_migrations


class AccountsConfig(AppConfig):
    name = "guandu.accounts"
    verbose_name = "账户与权限"

    def ready(self) -> None:
        from guandu.accounts import queries_duties, tasks  # noqa: F401  # reason: tasks register themselves, need models
        from guandu.accounts.actions import handovers, sessions  # reason: needs models
        from guandu.accounts.models import Unit, User  # reason: needs models
        from guandu.jobs.rights import register_resolver  # reason: needs models

        duty_bearing_units(queries_duties.office_and_administrators)
        register_open_work("账号申请", handovers.batches_open)
        register_open_work("待停用账号", handovers.accounts_to_close)
        register_open_work("后台任务", handovers.jobs_open, handovers.take_over_jobs)
        keep_through_migrations(self, "0004_exclusive_administrators", GUARDS)
        register_resolver(
            User.actor_kind, lambda key: User.objects.filter(username=key, is_active=True).first()
        )
        register_scope(ScopeKind.STREET, lambda: Unit.objects.filter(kind=Unit.Kind.STREET))
        register_scope(ScopeKind.DEPARTMENT, lambda: Unit.objects.filter(kind__in=Unit.DEPARTMENTS))
        user_logged_in.connect(sessions.on_signed_in, dispatch_uid="accounts.signed-in")
        user_logged_out.connect(sessions.on_signed_out, dispatch_uid="accounts.signed-out")
