"""Fixed choices of signed sheets."""

from django.db import models


class PaperStep(models.TextChoices):
    """What the signatures on the sheet stand for; a step of the route under the route's own name."""

    FILE = "file", "填报单位签字盖章"
    REVIEW = "review", "审核（线下签批）"
    CONFIRM = "confirm", "核定（线下签批）"


class PaperState(models.TextChoices):
    WAITING = "waiting", "待核对"
    CHECKED = "checked", "已核对"
    REFUSED = "refused", "已退回"
