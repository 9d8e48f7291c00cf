from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "guandu.jobs"
    verbose_name = "后台任务"
