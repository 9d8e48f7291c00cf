"""How fresh the figures of a quarter are: what waits to be rolled up, and when it last was."""

from django.db import models

from guandu.core.periods import Period


class FigureState(models.Model):
    """The last roll-up of a quarter. Grain: quarter.

    `number` grows with every storing: whoever has read his inputs before another stored sees it, and whoever
    stores holds the row meanwhile.
    """

    quarter = models.CharField("季度", max_length=10, unique=True)
    number = models.PositiveIntegerField("汇总次数", default=0)
    run = models.BigIntegerField("计算批次", default=0)
    changed = models.PositiveIntegerField("变动数据", default=0)
    stored_at = models.DateTimeField("汇总时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据汇总情况"
        ordering = ["-quarter"]

    def __str__(self) -> str:
        return Period.parse(self.quarter).label


class FigureDue(models.Model):
    """What has changed since the figures of a quarter were computed, written where it changes and gone with
    the roll-up that has read it. Grain: a change; of one park, or of the whole quarter where `park_code` is empty.
    """

    quarter = models.CharField("季度", max_length=10)
    park_code = models.CharField("园区编码", max_length=40, blank=True)
    asked_at = models.DateTimeField("变动时间")

    class Meta:
        verbose_name = verbose_name_plural = "待汇总变动"
        ordering = ["pk"]
        indexes = [models.Index(fields=["quarter"], name="targets_figure_due_quarter")]

    def __str__(self) -> str:
        return f"{self.quarter} {self.park_code or '全部'}"


class FigureDrift(models.Model):
    """A stored figure that was not what its values make it, found by the nightly comparison and put right.

    Names are kept as text: the figure may be gone.
    """

    quarter = models.CharField("季度", max_length=10)
    figure = models.CharField("数据", max_length=200)
    stored = models.CharField("原存数", max_length=200)
    computed = models.CharField("重算数", max_length=200)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = verbose_name_plural = "数据核对差异"
        ordering = ["-found_at", "pk"]

    def __str__(self) -> str:
        return self.figure
