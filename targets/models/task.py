from datetime import date

from django.db import models
from django.db.models import Q

from guandu.accounts.models import Unit
from guandu.core.models import LoadedModel
from parks.models import Area, Park, ServiceRequest
from targets.enums_tasks import OPEN_TASKS, RUNNING_TASKS, TaskLight, TaskSource, TaskState
from targets.models.instruction import Instruction
from targets.models.plan import Mechanism, Plan
from targets.querysets_tasks import OfTaskQuerySet, TaskQuerySet, TaskRuleQuerySet


class Task(LoadedModel):
    """What was promised, with an owner and a day: from the plan, a 批示, a meeting, from above or from a firm."""

    code = models.CharField("编号", max_length=20)
    source = models.CharField("来源", max_length=20, choices=TaskSource.choices)
    source_note = models.CharField(
        "来源说明", max_length=200, blank=True, help_text="会议名称、文件名称和文号等"
    )
    plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="行动计划"
    )
    mechanism = models.ForeignKey(
        Mechanism, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="工作机制"
    )
    instruction = models.ForeignKey(
        Instruction, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name="领导批示"
    )
    request = models.ForeignKey(
        ServiceRequest, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="企业诉求"
    )
    title = models.CharField("任务", max_length=120)
    text = models.CharField("要求", max_length=1000)
    due_on = models.DateField("办结时限")
    first_due_on = models.DateField("原定时限")
    state = models.CharField("状态", max_length=20, choices=TaskState.choices, default=TaskState.WAITING)
    opened_on = models.DateField("交办日期")
    lines_from = models.DateField("首报月份", help_text="自这个月起按月报进展，取当月 1 日")
    opened_by = models.CharField("交办人", max_length=120)
    done_on = models.DateField("办结日期", null=True, blank=True)
    revoked_because = models.CharField("撤销原因", max_length=300, blank=True)
    units = models.ManyToManyField(Unit, through="TaskUnit", related_name="tasks", verbose_name="责任单位")
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作任务"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="targets_task_of_plan_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(plan=None), name="targets_task_once"),
            models.CheckConstraint(
                condition=Q(source=TaskSource.PLAN, plan__isnull=False, mechanism__isnull=False)
                | (~Q(source=TaskSource.PLAN) & Q(plan__isnull=True, mechanism__isnull=True)),
                name="targets_task_of_plan",
            ),
            models.CheckConstraint(
                condition=Q(source=TaskSource.INSTRUCTION, instruction__isnull=False)
                | (~Q(source=TaskSource.INSTRUCTION) & Q(instruction__isnull=True)),
                name="targets_task_of_instruction",
            ),
            models.CheckConstraint(
                condition=Q(request=None) | Q(source=TaskSource.REQUEST), name="targets_task_of_request"
            ),
            models.CheckConstraint(
                condition=Q(state=TaskState.DONE, done_on__isnull=False)
                | (~Q(state=TaskState.DONE) & Q(done_on__isnull=True)),
                name="targets_task_done",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.REVOKED) | ~Q(revoked_because=""), name="targets_task_revoked"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TASKS

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING_TASKS

    @property
    def light_word(self) -> str:
        """Of a task that was lit (see TaskQuerySet.lit)."""
        return TaskLight(getattr(self, "light", "")).label

    @property
    def is_extended(self) -> bool:
        return self.due_on != self.first_due_on


class TaskUnit(models.Model):
    """Who leads a task, and who helps. Lines of progress are owed by those that lead it; by all where nobody leads."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="duties", verbose_name="工作任务")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="task_duties", verbose_name="单位")
    leads = models.BooleanField("牵头", default=False)
    owes_lines = models.BooleanField("按月报进展", default=False)
    received_by = models.CharField("接收人", max_length=120, blank=True)
    received_at = models.DateTimeField("接收时间", null=True, blank=True)

    objects = OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务责任"
        ordering = ["task", "-leads", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["task", "unit"], name="targets_task_unit_once"),
            models.CheckConstraint(
                condition=Q(leads=False) | Q(owes_lines=True), name="targets_task_lead_owes_lines"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.unit}"


class TaskStage(models.Model):
    """A milestone of a task. Procedures of land planning (M0 调规, 规划编制, 用地保障) run side by side in one task, each a
    `track` over its area or park; a stage without a day is still to be scheduled."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="stages", verbose_name="工作任务")
    track = models.CharField("事项", max_length=80, blank=True)
    park = models.ForeignKey(
        Park, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="园区"
    )
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="片区"
    )
    title = models.CharField("节点", max_length=80)
    due_on = models.DateField("节点时限", null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    done_by = models.CharField("登记人", max_length=120, blank=True)
    position = models.PositiveSmallIntegerField("次序", default=0)

    objects = OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务节点"
        ordering = ["task", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["task", "track", "title"], name="targets_task_stage_once")
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.track, self.title) if part)


class TaskRule(models.Model):
    """When a task is red or amber: the office's decision from a day on, until the next one. Without any, the defaults hold."""

    number = models.PositiveSmallIntegerField("版本", unique=True)
    valid_from = models.DateField("起始日期", unique=True)
    red_after = models.PositiveSmallIntegerField("超过办结时限几天亮红灯", default=0)
    stage_red_after = models.PositiveSmallIntegerField("节点超期几天亮红灯", default=7)
    amber_within = models.PositiveSmallIntegerField("办结时限前几天亮黄灯", default=15)
    amber_without_line = models.BooleanField("上月进展未报亮黄灯", default=True)
    remind_days = models.PositiveSmallIntegerField("月底前几天提醒报进展", default=5)
    set_by = models.CharField("登记人", max_length=120, blank=True)

    objects = TaskRuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任务亮灯规则"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(red_after__lte=90, stage_red_after__lte=90, amber_within__lte=180)
                & Q(remind_days__gte=1, remind_days__lte=28),
                name="targets_task_rule_days",
            ),
        ]

    def __str__(self) -> str:
        return f"任务亮灯规则第 {self.number} 版"

    @property
    def words(self) -> str:
        red = f"超过办结时限 {self.red_after} 天" if self.red_after else "超过办结时限"
        line = "，或上月进展未报" if self.amber_without_line else ""
        return (
            f"{red}，或节点超期 {self.stage_red_after} 天以上，亮红灯；办结时限前 {self.amber_within} 天，"
            f"节点超期{line}，亮黄灯；其余绿灯。"
        )


DEFAULT_RULE = TaskRule(number=0, valid_from=date(2024, 1, 1))
