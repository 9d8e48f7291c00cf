"""Fixed choices of schemes and assessments."""

from django.db import models

from guandu.core.periods import Period

TRIAL_JOB = "rating.trial"  # the kind of job that scores the parks of a quarter
SIMULATION_JOB = "rating.simulate"  # the kind of job that tries one scheme beside another


def trial_key(quarter: Period, publication: int | None = None, *, only_new: bool = False) -> str:
    """By which a waiting job is known: jobs that read or write otherwise do not stand for one another. The quarter's
    code comes first, then a blank."""
    return " ".join(filter(None, (quarter.code, publication and f"of {publication}", only_new and "new")))


class SchemeState(models.TextChoices):
    DRAFT = "draft", "试行草案"
    PUBLISHED = "published", "已印发"
    RETIRED = "retired", "已停用"


class AssessmentKind(models.TextChoices):
    TRIAL = "trial", "试算"
