from django.db import models
from django.db.models import Q

from parks.models.enterprise import Enterprise
from parks.models.park import Park
from parks.querysets import SubjectQuerySet


class Contact(models.Model):
    """A person to call about a park or a firm. The number is kept sealed; lists show it masked."""

    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name="园区"
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="contacts", verbose_name="企业"
    )
    name = models.CharField("姓名", max_length=40)
    duty = models.CharField("职务", max_length=60, blank=True)
    phone_sealed = models.TextField("电话密文", blank=True, editable=False)
    phone_masked = models.CharField("电话", max_length=24, blank=True, editable=False)
    is_main = models.BooleanField("主要联系人", default=False)
    ended_on = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("修改序号", default=1, editable=False)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联系人"
        ordering = ["-is_main", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(park__isnull=False, enterprise__isnull=True)
                | Q(park__isnull=True, enterprise__isnull=False),
                name="parks_contact_of_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> Park | Enterprise:
        return self.park or self.enterprise
