"""Fixed choices of the plan's targets: how a number is read, how progress is expected, what becomes of a red light."""

from django.db import models


class Counts(models.TextChoices):
    """What of a figure is held against the line."""

    VALUE = "value", "现值"
    INCREASE = "increase", "较基期增加"
    GROWTH = "growth", "较基期增长（%）"
    MEAN_GROWTH = "mean_growth", "计划期各年增速的平均（%）"


class Path(models.TextChoices):
    """How much of a target is expected before its deadline."""

    LINEAR = "linear", "从基期到目标值均匀推进"
    SEASONAL = "seasonal", "按往年各季累计占全年的比重"
    HELD = "held", "各期都应符合"
    AT_END = "at_end", "只看期末"


class LightState(models.TextChoices):
    """A red light goes first to who leads the target, to leaders and bulletins when the office releases it."""

    WAITING = "waiting", "待说明"
    ANSWERED = "answered", "已说明"
    RELEASED = "released", "已发布"
    CLEARED = "cleared", "已消除"


OPEN_LIGHTS = frozenset({LightState.WAITING, LightState.ANSWERED})


class AnswerKind(models.TextChoices):
    EXPLAINED = "explained", "说明情况"
    CORRECTING = "correcting", "数据有误，正在订正"


class AccomplishmentState(models.TextChoices):
    REPORTED = "reported", "待验收"
    ACCEPTED = "accepted", "已验收"
    RETURNED = "returned", "已退回"
