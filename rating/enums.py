"""Fixed choices of schemes and assessments."""

from django.db import models

TRIAL_JOB = "rating.trial"  # the kind of job that scores every park of a quarter


class SchemeState(models.TextChoices):
    DRAFT = "draft", "试行草案"
    PUBLISHED = "published", "已印发"


class AssessmentKind(models.TextChoices):
    TRIAL = "trial", "试算"
