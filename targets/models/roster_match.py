from django.db import models
from django.db.models import F, Q

from guandu.files.models import Attachment
from targets.models.returns import ReturnVersion


class RosterMatch(models.Model):
    """How many firms of one park's roster a bureau found in its own records, in one version of its return.

    `listed` are the firms with a code that was checked; `pending` those without, which nobody can look up and
    which are not among them. `roster_digest` tells which roster it was; `moved_reason` why it was taken though
    the register has moved since. No firm's number is kept here or anywhere else.
    """

    version = models.ForeignKey(
        ReturnVersion, models.PROTECT, related_name="matches", verbose_name="报表版本"
    )
    park_code = models.CharField("园区编码", max_length=40)
    park_name = models.CharField("园区", max_length=120)
    listed = models.PositiveIntegerField("名单户数")
    pending = models.PositiveIntegerField("代码待核户数", default=0, help_text="不计入名单户数")
    matched = models.PositiveIntegerField("匹配户数")
    unmatched = models.PositiveIntegerField("未匹配户数")
    roster_digest = models.CharField("名单校验值", max_length=64)
    moved_reason = models.CharField("名单变动说明", max_length=300, blank=True)
    file = models.ForeignKey(
        Attachment, models.PROTECT, related_name="roster_matches", verbose_name="回填文件"
    )

    class Meta:
        verbose_name = verbose_name_plural = "名单比对"
        ordering = ["version", "park_code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "park_code"], name="targets_match_once"),
            models.CheckConstraint(
                condition=Q(listed=F("matched") + F("unmatched")), name="targets_match_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park_name} 匹配 {self.matched}/{self.listed} 户"
