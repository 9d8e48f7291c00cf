"""Fixed choices of 临时调度表."""

from django.db import models


class ColumnKind(models.TextChoices):
    TEXT = "text", "文本"
    NUMBER = "number", "数字"
    WHOLE = "whole", "整数"
    MONEY = "money", "金额"
    DAY = "day", "日期"
    FLAG = "flag", "是否"
    CHOICE = "choice", "选项"
    # Not asked: the portal writes these itself.
    NUMBERED = "numbered", "序号（自动）"
    RECEIVER = "receiver", "填报单位（自动）"


WRITTEN_BY_US = (ColumnKind.NUMBERED, ColumnKind.RECEIVER)
NUMBERS = (ColumnKind.NUMBER, ColumnKind.WHOLE, ColumnKind.MONEY)


class DispatchState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SENT = "sent", "已下发"
    CLOSED = "closed", "已收回"


class AnswerState(models.TextChoices):
    WAITING = "waiting", "待填"
    FILED = "filed", "已报"


class AnswerWay(models.TextChoices):
    PAGE = "page", "在线填写"
    WORKBOOK = "workbook", "上传文件"
