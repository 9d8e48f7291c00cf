from django.apps import AppConfig

from guandu.accounts.permissions import Permission


class OversightConfig(AppConfig):
    name = "guandu.oversight"
    verbose_name = "审计管理"

    def ready(self) -> None:
        from guandu.oversight import tasks, todos  # noqa: F401  # reason: register themselves, need models
        from guandu.web.registry import NavigationEntry, add_navigation  # reason: needs models

        add_navigation(
            NavigationEntry("审计", "审计总览", "oversight:overview", "book", (Permission.AUDIT_VIEW,), 80),
            NavigationEntry("审计", "审计查询", "oversight:events", "search", (Permission.AUDIT_VIEW,), 81),
        )
