from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "guandu.notices"
    verbose_name = "消息与提醒"

    def ready(self) -> None:
        from guandu.notices import tasks  # noqa: F401  # reason: registers its own kinds, needs models
