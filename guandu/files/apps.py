from django.apps import AppConfig

from guandu.core.triggers import keep_through_migrations
from guandu.files.triggers import GUARDS


class FilesConfig(AppConfig):
    name = "guandu.files"
    verbose_name = "附件"

    def ready(self) -> None:
        from guandu.files import tasks  # noqa: F401  # reason: registers its kind, needs models

        keep_through_migrations(self, "0001_initial", GUARDS)
