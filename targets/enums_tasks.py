"""Fixed choices of tasks, 批示 and 督办: where work comes from, how far it is, which light it has."""

from django.db import models


class TaskSource(models.TextChoices):
    PLAN = "plan", "行动计划"
    INSTRUCTION = "instruction", "领导批示"
    MEETING = "meeting", "会议议定"
    SUPERVISION = "supervision", "上级督办"
    REQUEST = "request", "企业诉求"


# Entered by hand; the others come with what they stand for: the plan's file, or the 批示.
ENTERED_SOURCES = (TaskSource.MEETING, TaskSource.SUPERVISION, TaskSource.REQUEST)


class TaskState(models.TextChoices):
    WAITING = "waiting", "待接收"
    WORKING = "working", "办理中"
    REPORTED = "reported", "待验收"
    DONE = "done", "办结"
    REVOKED = "revoked", "撤销"


OPEN_TASKS = frozenset({TaskState.WAITING, TaskState.WORKING, TaskState.REPORTED})
# The unit is to act: only these have a light and owe monthly lines.
RUNNING_TASKS = frozenset({TaskState.WAITING, TaskState.WORKING})


class TaskLight(models.TextChoices):
    """By the rule in force, never by hand; a task that waits for acceptance or is over has none."""

    RED = "red", "红灯"
    AMBER = "amber", "黄灯"
    GREEN = "green", "绿灯"
    NONE = "", "不亮灯"


class AskState(models.TextChoices):
    """延期 and 办结: asked for by a unit, decided by somebody else of the office."""

    ASKED = "asked", "待答复"
    GRANTED = "granted", "同意"
    DECLINED = "declined", "退回"


class FeedbackState(models.TextChoices):
    """反馈稿 of a 批示."""

    NONE = "none", "未起草"
    DRAFT = "draft", "起草中"
    SENT = "sent", "已反馈"


class NoticeState(models.TextChoices):
    ISSUED = "issued", "待签收"
    RECEIVED = "received", "待答复"
    ANSWERED = "answered", "已答复"
