from django.db import models
from django.db.models import Q

from targets.enums import ExtensionState
from targets.models.returns import Return


class Extension(models.Model):
    """延期: one return may still be filed after its cycle has closed, until an hour, for a reason. It
    counts as late all the same."""

    return_of = models.ForeignKey(Return, models.PROTECT, related_name="extensions", verbose_name="报表")
    state = models.CharField("状态", max_length=20, choices=ExtensionState.choices)
    reason = models.CharField("延期理由", max_length=300)
    asked_by = models.CharField("申请人", max_length=120)
    asked_key = models.CharField("申请账号", max_length=120)
    asked_at = models.DateTimeField("申请时间")
    until = models.DateTimeField("延期至", null=True, blank=True)
    decided_by = models.CharField("批准人", max_length=120, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "延期报送"
        ordering = ["return_of", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["return_of"],
                condition=Q(state=ExtensionState.ASKED),
                name="targets_one_asked_extension",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExtensionState.GRANTED) | Q(until__isnull=False),
                name="targets_extension_ends",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="targets_extension_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.return_of} 延期"
