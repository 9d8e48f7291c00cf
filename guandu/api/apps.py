from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "guandu.api"
    verbose_name = "接口"

    def ready(self) -> None:
        from guandu.api import schema  # noqa: F401  # reason: drf-spectacular finds extensions once imported
