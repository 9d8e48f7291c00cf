from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "guandu.core"
    verbose_name = "基础"
