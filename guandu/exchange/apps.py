from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "guandu.exchange"
    verbose_name = "导入与导出"

    def ready(self) -> None:
        from guandu.exchange import tasks  # noqa: F401  # reason: registers its kinds, needs models
