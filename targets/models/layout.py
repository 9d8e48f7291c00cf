from django.db import models

from guandu.accounts.models import Unit
from guandu.files.models import Attachment
from targets.querysets_layouts import LayoutQuerySet


class ReportLayout(models.Model):
    """A table of somebody else's making (city, province) that is filled from figures again and again."""

    name = models.CharField(
        "报表名称", max_length=80, unique=True, error_messages={"unique": "已有同名的报表，请换一个名称，或在原报表上更换文件。"}
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="归口单位")
    is_shared = models.BooleanField(
        "其他单位可以套填", default=False, help_text="套填时只填各自可查看范围内的数"
    )
    number = models.PositiveSmallIntegerField("现行版本", default=1)

    objects = LayoutQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "套填报表"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LayoutVersion(models.Model):
    """One file of a layout, and the cells in it that have a name.

    `cells`: sheet, address, text (the name as it stands), format (the cell's number format), and `on_page` where
    the name was not written into the file but given on the page.
    """

    layout = models.ForeignKey(
        ReportLayout, models.PROTECT, related_name="versions", verbose_name="套填报表"
    )
    number = models.PositiveSmallIntegerField("版本", default=1)
    file = models.ForeignKey(
        Attachment, models.PROTECT, related_name="layout_versions", verbose_name="版式文件"
    )
    sheets = models.JSONField("工作表", default=list)
    cells = models.JSONField("命名单元格", default=list)
    added_by = models.CharField("上传人", max_length=120)
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "套填报表版本"
        ordering = ["layout", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["layout", "number"], name="targets_layout_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.layout} 第 {self.number} 版"
