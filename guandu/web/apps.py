from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "guandu.web"
    verbose_name = "页面"
