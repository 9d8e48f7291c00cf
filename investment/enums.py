"""Fixed choices of projects."""

from django.db import models


class Stage(models.TextChoices):
    """The shown stages of a project, in order. The first says that nobody has confirmed one yet."""

    UNCONFIRMED = "unconfirmed", "待确认"
    TALKING = "talking", "在谈"
    SIGNED = "signed", "签约"
    STARTED = "started", "开工"
    PRODUCING = "producing", "投产"
    DELIVERING = "delivering", "达效"
