"""What is published, and what is only taken for a rating."""

from django.db import models


class PublicationKind(models.TextChoices):
    FLASH = "flash", "快报"
    ANNUAL = "annual", "年报"
    # Taken when a rating opens and nothing is published yet; stays inside the office.
    RATING = "rating", "评定取数"


OFFICIAL = (PublicationKind.FLASH, PublicationKind.ANNUAL)
