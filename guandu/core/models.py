"""Base models and the one row that says demonstration data is loaded."""

from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

CODE = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z", "编码只用字母、数字、点、横线和下划线，最长 40 位。")


class CodedModel(models.Model):
    """Something with an internal code: immutable, never reused, used wherever a reference is text."""

    code = models.CharField("编码", max_length=40, unique=True, validators=[CODE])

    class Meta:
        abstract = True


class LoadedModel(models.Model):
    """A row that a data file may load: the digest of what the file last said tells an official's edit apart."""

    loaded_digest = models.CharField("载入摘要", max_length=64, blank=True, default="", editable=False)

    class Meta:
        abstract = True


class DatedQuerySet(models.QuerySet):
    def on(self, day: date):
        """Rows in force on `day`: valid_from ≤ day < valid_to."""
        return self.filter(dated(day))


class DatedModel(models.Model):
    """A relation in force on [valid_from, valid_to)."""

    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("终止日期", null=True, blank=True, help_text="不含当日；留空表示至今有效")

    class Meta:
        abstract = True

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def dated(day: date, prefix: str = "") -> Q:
    """The condition "in force on `day`" for a dated relation reached by `prefix`."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    )


def dated_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
        name=name,
        violation_error_message="终止日期必须晚于起始日期。",
    )


class Demonstration(models.Model):
    """Present while demonstration data is loaded; its date is what the clock answers."""

    only = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    business_date = models.DateField("演示日期")
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = verbose_name_plural = "演示数据"
        constraints = [models.CheckConstraint(condition=Q(only=1), name="core_demonstration_is_one")]

    def __str__(self) -> str:
        return f"演示数据（{self.business_date}）"
