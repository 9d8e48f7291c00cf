from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "guandu.portal"
    verbose_name = "门户"

    def ready(self) -> None:
        from guandu.portal import navigation, todos  # noqa: F401  # reason: register themselves, need models
