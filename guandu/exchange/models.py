"""An uploaded file between being read and being written: what it said, and what would come of it."""

from django.db import models

from guandu.accounts.models import User
from guandu.exchange.querysets import UploadQuerySet


class Upload(models.Model):
    """One file of one person for one table. Of the file itself only its texts are kept, and those
    only until they are written or given up."""

    class State(models.TextChoices):
        CHECKING = "checking", "核对中"
        READY = "ready", "待确认"
        FAULTY = "faulty", "有误"
        WRITING = "writing", "写入中"
        WRITTEN = "written", "已导入"
        DROPPED = "dropped", "已放弃"

    WAITING = (State.CHECKING, State.READY, State.WRITING)

    owner = models.ForeignKey(User, models.PROTECT, related_name="uploads", verbose_name="上传人")
    table = models.CharField("表", max_length=40)
    file_name = models.CharField("文件", max_length=120)
    file_digest = models.CharField("文件摘要", max_length=64)
    file_size = models.PositiveIntegerField("文件大小")
    state = models.CharField("状态", max_length=10, choices=State.choices)
    rows = models.BinaryField("内容", default=bytes, editable=False)
    report = models.JSONField("核对结果", default=dict, editable=False)
    # The job that checks or writes it, where there are many rows.
    job_number = models.BigIntegerField("后台任务", null=True, editable=False)
    created_at = models.DateTimeField("上传时间")
    expires_at = models.DateTimeField("保留至")
    written_at = models.DateTimeField("导入时间", null=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入文件"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["owner", "state"], name="exchange_upload_of_owner")]

    def __str__(self) -> str:
        return self.file_name
