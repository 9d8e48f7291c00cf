"""Files that are kept, and what they are attached to."""

from django.db import models
from django.db.models import Q

from guandu.accounts.models import User
from guandu.files.kinds import KINDS
from guandu.files.querysets import AttachmentQuerySet


class StoredFile(models.Model):
    """One content, kept once however often it is attached. `size` in bytes."""

    digest = models.CharField("摘要", max_length=64, unique=True)
    size = models.PositiveBigIntegerField("大小（字节）")
    kind = models.CharField("类型", max_length=8, choices=[(kind.code, kind.name) for kind in KINDS.values()])
    stored_at = models.DateTimeField("存入时间")

    class Meta:
        verbose_name = verbose_name_plural = "附件文件"
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="files_stored_not_empty")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.digest[:8]}"


class Attachment(models.Model):
    """A file on an owner, under the name with which it came. Never altered, only removed."""

    owner_kind = models.CharField("所属类型", max_length=40)
    owner_key = models.PositiveBigIntegerField("所属编号")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="attachments", verbose_name="文件")
    name = models.CharField("文件名", max_length=120)
    added_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="上传账号", help_text="系统自动加入的为空"
    )
    added_name = models.CharField("上传人", max_length=120)
    added_unit = models.CharField("上传单位", max_length=100, blank=True)
    added_at = models.DateTimeField("上传时间")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner_kind", "owner_key", "file"], name="files_attachment_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
