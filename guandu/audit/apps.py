from django.apps import AppConfig

from guandu.audit.triggers import GUARDS
from guandu.core.triggers import keep_through_migrations


class AuditConfig(AppConfig):
    name = "guandu.audit"
    verbose_name = "审计"

    def ready(self) -> None:
        keep_through_migrations(self, "0004_guards_of_a_sealed_trail", GUARDS)
