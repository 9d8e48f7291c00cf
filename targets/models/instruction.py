from django.db import models
from django.db.models import Q

from targets.enums_tasks import FeedbackState
from targets.querysets_tasks import InstructionQuerySet


class Instruction(models.Model):
    """批示 in the office's own words: who asked what of whom by when, and what is answered. Originals that bear a
    密级 are never here."""

    title = models.CharField("批示事项", max_length=120)
    summary = models.CharField("批示摘要", max_length=500, help_text="摘录要求，不抄录涉密内容")
    leader = models.CharField("批示领导", max_length=40)
    given_on = models.DateField("批示日期")
    due_on = models.DateField("反馈时限")
    document = models.CharField("来文", max_length=200, blank=True, help_text="来文标题和文号")
    feedback = models.TextField("反馈稿", blank=True)
    feedback_state = models.CharField(
        "反馈状态", max_length=20, choices=FeedbackState.choices, default=FeedbackState.NONE
    )
    sent_by = models.CharField("反馈人", max_length=120, blank=True)
    sent_at = models.DateTimeField("反馈时间", null=True, blank=True)
    entered_by = models.CharField("登记人", max_length=120)
    entered_key = models.CharField("登记账号", max_length=120)
    entered_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "领导批示"
        ordering = ["-given_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=models.F("given_on")), name="targets_instruction_days",
                violation_error_message="反馈时限不能早于批示日期。",
            ),
            models.CheckConstraint(
                condition=~Q(feedback_state=FeedbackState.SENT) | (~Q(feedback="") & Q(sent_at__isnull=False)),
                name="targets_instruction_sent",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.leader}批示：{self.title}"
