from django.apps import AppConfig


class RatingConfig(AppConfig):
    name = "rating"
    verbose_name = "星级评定"

    def ready(self) -> None:
        from rating import tasks  # noqa: F401  # reason: registers job handlers, needs models
