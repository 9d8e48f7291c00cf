from django.db import models
from django.db.models import Q

from guandu.core.models import CodedModel, LoadedModel
from guandu.notices.enums import Audience, DayUnit, Grouping, RuleEvent
from guandu.notices.querysets import ReminderRuleQuerySet


class ReminderRule(CodedModel, LoadedModel):
    """When to remind whom of what: so many days before or after a due date, or of waiting for review."""

    name = models.CharField("名称", max_length=60)
    series = models.CharField("报表", max_length=40, blank=True, help_text="留空表示全部报表")
    event = models.CharField("起算", max_length=20, choices=RuleEvent.choices, default=RuleEvent.DUE)
    offset = models.SmallIntegerField("天数", help_text="负数为之前，0 为当天，正数为之后")
    unit = models.CharField("天数单位", max_length=20, choices=DayUnit.choices, default=DayUnit.WORKING)
    audience = models.CharField("提醒对象", max_length=20, choices=Audience.choices)
    grouping = models.CharField("合并方式", max_length=20, choices=Grouping.choices, default=Grouping.SUMMARY)
    is_on = models.BooleanField("启用", default=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提醒规则"
        ordering = ["event", "offset", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offset__gte=-60, offset__lte=60),
                name="notices_rule_offset",
                violation_error_message="天数须在前后 60 天以内。",
            ),
            models.CheckConstraint(
                condition=~Q(event="waiting") | Q(offset__gte=1),
                name="notices_rule_waiting_after",
                violation_error_message="等待审核从报送后起算，天数须为 1 以上。",
            ),
            models.CheckConstraint(
                condition=~Q(event="waiting") | ~Q(audience="filer"),
                name="notices_rule_filers_file",
                violation_error_message="等待审核不提醒填报单位，请选择其他提醒对象。",
            ),
            models.CheckConstraint(
                condition=~Q(event="due") | ~Q(audience="reviewer"),
                name="notices_rule_reviewers_wait",
                violation_error_message="审核单位按“报送后等待审核”提醒。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReminderRun(models.Model):
    """A day whose reminders of a source were worked out and sent; days that were missed went with it."""

    source = models.CharField("来源", max_length=20)
    day = models.DateField("日期")
    since = models.DateField("补上自", help_text="不含当日")
    messages = models.PositiveIntegerField("发出条数", default=0)
    ran_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = verbose_name_plural = "提醒记录"
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="notices_run_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} 提醒"
