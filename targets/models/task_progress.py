from django.db import models
from django.db.models import F, Q

from guandu.accounts.models import Unit
from targets.enums_tasks import AskState
from targets.models.task import Task
from targets.querysets_tasks import OfTaskQuerySet


class TaskReport(models.Model):
    """One line of progress: of a task, by a unit, in a month (2026-10)."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="lines", verbose_name="工作任务")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="单位")
    month = models.CharField("月份", max_length=7)
    text = models.CharField("进展", max_length=300)
    is_late = models.BooleanField("逾期", default=False)
    reported_by = models.CharField("报送人", max_length=120)
    reported_at = models.DateTimeField("报送时间")

    objects = OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务进展"
        ordering = ["task", "-month", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["task", "unit", "month"], name="targets_task_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.unit} {self.month}"


class TaskNote(models.Model):
    """What somebody wants remembered of a task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="notes", verbose_name="工作任务")
    text = models.CharField("备注", max_length=500)
    author = models.CharField("记录人", max_length=120)
    author_unit = models.CharField("记录单位", max_length=100, blank=True)
    written_at = models.DateTimeField("记录时间")

    objects = OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务备注"
        ordering = ["task", "-pk"]

    def __str__(self) -> str:
        return f"{self.task} 备注"


class _Asked(models.Model):
    """Asked for by one account, decided by another."""

    state = models.CharField("状态", max_length=20, choices=AskState.choices, default=AskState.ASKED)
    asked_by = models.CharField("申请人", max_length=120)
    asked_key = models.CharField("申请账号", max_length=120)
    asked_unit = models.CharField("申请单位", max_length=100, blank=True)
    asked_at = models.DateTimeField("申请时间")
    decided_by = models.CharField("答复人", max_length=120, blank=True)
    decided_key = models.CharField("答复账号", max_length=120, blank=True)
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)

    objects = OfTaskQuerySet.as_manager()

    class Meta:
        abstract = True


def _by_another(name: str) -> models.CheckConstraint:
    decided = ~Q(decided_key="") & ~Q(decided_key=F("asked_key")) & Q(decided_at__isnull=False)
    return models.CheckConstraint(condition=~Q(state=AskState.GRANTED) | decided, name=name)


def _one_asked(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["task"], condition=Q(state=AskState.ASKED), name=name)


class TaskExtension(_Asked):
    """延期: another day for a task, with its reason."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="extensions", verbose_name="工作任务")
    old_due_on = models.DateField("原时限")
    new_due_on = models.DateField("申请时限")
    reason = models.CharField("延期理由", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "任务延期"
        ordering = ["task", "-pk"]
        constraints = [
            _by_another("targets_task_extension_granted"),
            _one_asked("targets_one_asked_task_extension"),
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")), name="targets_task_extension_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} 延期至 {self.new_due_on}"


class TaskClosing(_Asked):
    """办结: asked for with files (guandu.files), accepted or sent back by another account of the office."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="closings", verbose_name="工作任务")
    text = models.CharField("办理结果", max_length=500)
    done_on = models.DateField("完成日期")

    class Meta:
        verbose_name = verbose_name_plural = "任务办结"
        ordering = ["task", "-pk"]
        constraints = [
            _by_another("targets_task_closing_granted"),
            _one_asked("targets_one_asked_task_closing"),
        ]

    def __str__(self) -> str:
        return f"{self.task} 办结"
