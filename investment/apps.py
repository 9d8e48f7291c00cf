from django.apps import AppConfig

from guandu.accounts.handover import register_open_work
from guandu.accounts.permissions import Permission


class InvestmentConfig(AppConfig):
    name = "investment"
    verbose_name = "招商与资金"

    def ready(self) -> None:
        from guandu.web.registry import NavigationEntry, add_navigation  # reason: needs models
        from investment import panels  # noqa: F401  # reason: registers a profile panel, needs models
        from investment.queries.open_work import projects_open  # reason: needs models

        register_open_work("招商项目", projects_open)

        add_navigation(
            NavigationEntry(
                "评定与招商", "招商项目", "investment:list", "briefcase", (Permission.PROJECT_VIEW,), 60
            )
        )
