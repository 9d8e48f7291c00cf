from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "targets"
    verbose_name = "指标与目标"

    def ready(self) -> None:
        from targets import tasks  # noqa: F401  # reason: registers job handlers, needs models
        from targets.queries import register_facts  # noqa: F401  # reason: registers counted sources
