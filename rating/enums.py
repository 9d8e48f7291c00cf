"""Fixed choices of schemes and assessments."""

from django.db import models

TRIAL_JOB = "rating.trial"  # the kind of job that scores every park of a quarter
SIMULATION_JOB = "rating.simulate"  # the kind of job that tries one scheme beside another


class SchemeState(models.TextChoices):
    DRAFT = "draft", "试行草案"
    PUBLISHED = "published", "已印发"
    RETIRED = "retired", "已停用"


class AssessmentKind(models.TextChoices):
    TRIAL = "trial", "试算"
