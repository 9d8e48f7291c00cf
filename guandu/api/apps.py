from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "guandu.api"
    verbose_name = "接口"
