from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "guandu.portal"
    verbose_name = "门户"
