from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "guandu.audit"
    verbose_name = "审计"
