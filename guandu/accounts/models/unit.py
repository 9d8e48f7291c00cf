"""The bodies of the district."""

from django.db import models

from guandu.accounts.querysets import ReferenceQuerySet
from guandu.core.models import CodedModel, LoadedModel


class Unit(CodedModel, LoadedModel):
    """A body: it owns returns, duties and tasks; people come and go."""

    class Kind(models.TextChoices):
        OFFICE = "office", "园区发展办"
        DEPARTMENT = "department", "区级部门"
        TASK_FORCE = "task_force", "产业链专班"
        STREET = "street", "街道办事处"
        OPERATOR = "operator", "园区运营方"
        GOVERNMENT = "government", "区委区政府"
        COMPANY = "company", "国有企业"
        OUTSIDE = "outside", "驻区单位"

    # Kinds of body that a role may be granted over as a department.
    DEPARTMENTS = (Kind.OFFICE, Kind.DEPARTMENT, Kind.GOVERNMENT, Kind.COMPANY, Kind.OUTSIDE)

    name = models.CharField("单位名称", max_length=100)
    short_name = models.CharField("简称", max_length=40, blank=True)
    kind = models.CharField("类别", max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级单位")
    to_confirm = models.BooleanField("待区里确认", default=False)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.name
