"""Fixed choices of messages, deliveries and reminder rules."""

from django.db import models


class MessageKind(models.TextChoices):
    REMINDER = "reminder", "报送提醒"
    REVIEW = "review", "审核提醒"
    URGE = "urge", "催报"
    DRIFT = "drift", "数据核对"
    LIGHT = "light", "滞后提示"
    TASK = "task", "工作任务"
    SUPERVISION = "supervision", "督办通知"
    MEETING = "meeting", "会议"
    REQUEST = "request", "企业诉求"
    DOCUMENT = "document", "公文归档"


class Importance(models.TextChoices):
    NORMAL = "normal", "一般"
    HIGH = "high", "重要"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"


class Rhythm(models.TextChoices):
    """How a person wants to hear outside the portal."""

    SINGLE = "single", "逐条发送"
    DAILY = "daily", "每日汇总一次"


class RuleEvent(models.TextChoices):
    """What a rule counts its days from."""

    DUE = "due", "截止日期"
    WAITING = "waiting", "报送后等待审核"


class DayUnit(models.TextChoices):
    WORKING = "working", "工作日"
    CALENDAR = "calendar", "自然日"


class Audience(models.TextChoices):
    FILER = "filer", "填报单位"
    REVIEWER = "reviewer", "审核单位"
    DEPARTMENT = "department", "包保部门"
    LEADER = "leader", "包保区领导（联络员）"
    OFFICE = "office", "园区发展办"


class Grouping(models.TextChoices):
    SINGLE = "single", "一表一条"
    SUMMARY = "summary", "一人一条汇总"
