from django.db import models
from django.db.models import F, Q

from guandu.files.models import Attachment
from targets.enums_paper import PaperState, PaperStep
from targets.models.returns import ReturnVersion
from targets.querysets_evidence import PaperQuerySet


class PrintedSheet(models.Model):
    """The names that stand on the printed sheet of a filed version."""

    version = models.OneToOneField(
        ReturnVersion, models.PROTECT, related_name="printed", verbose_name="报表版本"
    )
    preparer_name = models.CharField("填报人", max_length=40)
    reviewer_name = models.CharField("审核人", max_length=40)
    head_name = models.CharField("负责人", max_length=40)
    printed_by = models.CharField("打印人", max_length=120)
    printed_at = models.DateTimeField("打印时间")

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "打印件"
        ordering = ["version"]

    def __str__(self) -> str:
        return f"{self.version} 打印件"


class SignedSheet(models.Model):
    """A scan of the signed sheet of one version, recorded by one account and compared by another.

    As the filer's it is the sheet with signatures and seal; at a step of the route it stands for that
    person's sign-off (线下签批). It counts once it is checked.
    """

    version = models.ForeignKey(
        ReturnVersion, models.PROTECT, related_name="signed_sheets", verbose_name="报表版本"
    )
    step = models.CharField("用途", max_length=20, choices=PaperStep.choices)
    signer_name = models.CharField("签批人", max_length=40)
    signed_on = models.DateField("签批日期")
    check_code = models.CharField("校验码", max_length=8)
    scan = models.ForeignKey(Attachment, models.PROTECT, related_name="signed_sheets", verbose_name="扫描件")
    state = models.CharField("状态", max_length=10, choices=PaperState.choices, default=PaperState.WAITING)
    recorded_by = models.CharField("录入账号", max_length=120)
    recorded_name = models.CharField("录入人", max_length=120)
    recorded_at = models.DateTimeField("录入时间")
    checked_by = models.CharField("核对账号", max_length=120, blank=True)
    checked_name = models.CharField("核对人", max_length=120, blank=True)
    checked_at = models.DateTimeField("核对时间", null=True, blank=True)
    refused_because = models.CharField("退回原因", max_length=300, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "签字扫描件"
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "step"],
                condition=~Q(state=PaperState.REFUSED),
                name="targets_signed_sheet_once",
            ),
            models.CheckConstraint(
                condition=Q(state=PaperState.WAITING, checked_by="", checked_at__isnull=True)
                | (~Q(state=PaperState.WAITING) & ~Q(checked_by="") & Q(checked_at__isnull=False)),
                name="targets_signed_sheet_checked_has_checker",
            ),
            models.CheckConstraint(
                condition=~Q(checked_by=F("recorded_by")), name="targets_signed_sheet_two_persons"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.get_step_display()}"

    @property
    def in_words(self) -> str:
        """Who signed, who recorded it, who compared it."""
        checked = f"{self.checked_name}核对" if self.state == PaperState.CHECKED else "待他人核对"
        return f"线下签批，由{self.recorded_name}录入，{checked}"
