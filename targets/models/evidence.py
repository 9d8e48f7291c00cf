from django.db import models
from django.db.models import Q

from guandu.files.models import Attachment
from targets.models.indicator import Indicator
from targets.models.returns import ReturnVersion
from targets.querysets_evidence import EvidenceQuerySet


class Evidence(models.Model):
    """A file that a version of a return is filed with: at one cell, or for the return as a whole.

    While the version is a draft it comes and goes; with the version it is frozen.
    """

    version = models.ForeignKey(
        ReturnVersion, models.PROTECT, related_name="evidence", verbose_name="报表版本"
    )
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, verbose_name="指标", help_text="整张报表的留空"
    )
    attachment = models.ForeignKey(
        Attachment, models.PROTECT, related_name="evidence", verbose_name="附件"
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "indicator", "attachment"],
                condition=Q(indicator__isnull=False),
                name="targets_evidence_of_cell_once",
            ),
            models.UniqueConstraint(
                fields=["version", "attachment"],
                condition=Q(indicator__isnull=True),
                name="targets_evidence_of_whole_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.attachment)


class EvidenceSeal(models.Model):
    """What evidence a version was filed with, by names and digests: made when the version is frozen."""

    version = models.OneToOneField(
        ReturnVersion, models.PROTECT, related_name="evidence_seal", verbose_name="报表版本"
    )
    count = models.PositiveSmallIntegerField("份数")
    digest = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料清单"
        ordering = ["version"]

    def __str__(self) -> str:
        return f"{self.version} 佐证材料 {self.count} 份"
