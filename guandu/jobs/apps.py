from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "guandu.jobs"
    verbose_name = "后台任务"

    def ready(self) -> None:
        from guandu.jobs import tasks  # noqa: F401  # reason: registers its own kinds, needs models
