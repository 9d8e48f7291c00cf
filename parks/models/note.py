from django.db import models
from django.db.models import Q

from guandu.accounts.models import User
from parks.models.enterprise import Enterprise
from parks.models.park import Park
from parks.querysets import SubjectQuerySet


class JournalNote(models.Model):
    """What somebody wanted remembered of a park or a firm: dated, signed, kept for its life."""

    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="notes", verbose_name="园区"
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="notes", verbose_name="企业"
    )
    on = models.DateField("日期")
    text = models.CharField("内容", max_length=500)
    author = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记录人")
    author_name = models.CharField("记录人姓名", max_length=80)
    written_at = models.DateTimeField("记录时间")
    # A note is never changed; a wrong one is struck out and stays readable.
    struck_at = models.DateTimeField("划去时间", null=True, blank=True, editable=False)
    struck_because = models.CharField("划去原因", max_length=120, blank=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "记事"
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(park__isnull=False, enterprise__isnull=True)
                | Q(park__isnull=True, enterprise__isnull=False),
                name="parks_note_of_one",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def subject(self) -> Park | Enterprise:
        return self.park or self.enterprise
