from django.apps import AppConfig

from guandu.accounts.permissions import Permission
from guandu.core.triggers import keep_through_migrations
from rating.triggers import GUARDS


class RatingConfig(AppConfig):
    name = "rating"
    verbose_name = "星级评定"

    def ready(self) -> None:
        from guandu.web.registry import NavigationEntry, add_navigation  # reason: needs models
        from rating import panels, tasks, tasks_simulations  # noqa: F401  # reason: register panels, tiles and job handlers
        from rating.queries import stars  # noqa: F401  # reason: registers itself

        keep_through_migrations(self, "0002_inputs", GUARDS)
        add_navigation(
            NavigationEntry(
                "评定与招商", "星级评定", "rating:list", "star", (Permission.ASSESSMENT_VIEW,), 50
            )
        )
