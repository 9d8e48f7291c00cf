from django.db import models

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet
from rating.enums import SchemeState


class SchemeQuerySet(ReferenceQuerySet):
    view_permission = Permission.ASSESSMENT_VIEW

    def newest(self) -> "SchemeQuerySet":
        """The version of each scheme that is in use: taken up last, and not 停用. A draft that was only uploaded is none."""
        used = self.model.objects.filter(code=models.OuterRef("code"), adopted_at__isnull=False)
        last = used.exclude(state=SchemeState.RETIRED).order_by("-adopted_at", "-pk")
        return self.filter(pk=models.Subquery(last.values("pk")[:1])).order_by("code")


class Scheme(models.Model):
    """Criteria as data: one version of one scheme, as its file says it (docs/schemes.md)."""

    code = models.CharField("编码", max_length=40)
    version = models.CharField("版本", max_length=40)
    title = models.CharField("名称", max_length=100)
    state = models.CharField("状态", max_length=20, choices=SchemeState.choices, default=SchemeState.DRAFT)
    text = models.TextField("内容")
    digest = models.CharField("校验值", max_length=64, editable=False)
    loaded_at = models.DateTimeField("载入时间", editable=False)
    planning_open = models.BooleanField(
        "向园区开放测算", default=False, help_text="评定办法印发前只供园区发展办使用；开放后园区运营单位可测算本园区"
    )
    loaded_by = models.CharField("载入人", max_length=120, blank=True, editable=False)
    adopted_at = models.DateTimeField("启用时间", null=True, blank=True, editable=False)
    document = models.CharField("印发文件", max_length=120, blank=True, editable=False)
    issued_on = models.DateField("印发日期", null=True, blank=True, editable=False)
    retired_on = models.DateField("停用日期", null=True, blank=True, editable=False)
    retired_because = models.CharField("停用原因", max_length=200, blank=True, editable=False)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评定方案"
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="rating_scheme_once"),
            models.CheckConstraint(
                condition=~models.Q(state="published") | models.Q(issued_on__isnull=False) & ~models.Q(document=""),
                name="rating_scheme_issued_by_a_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.version}）"
