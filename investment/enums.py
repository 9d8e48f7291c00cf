"""Fixed choices of projects."""

from django.db import models


class Stage(models.TextChoices):
    """The shown stages of a project, in order."""

    TALKING = "talking", "在谈"
    SIGNED = "signed", "签约"
    STARTED = "started", "开工"
    PRODUCING = "producing", "投产"
    DELIVERING = "delivering", "达效"
