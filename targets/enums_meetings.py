"""Fixed choices of meetings: what kind, how far, and where an item of the agenda comes from."""

from django.db import models


class MeetingKind(models.TextChoices):
    REGULAR = "regular", "例会"
    SPECIAL = "special", "专题会议"


class MeetingState(models.TextChoices):
    PREPARING = "preparing", "筹备"
    SET = "set", "议程已定"
    HELD = "held", "已召开"
    ISSUED = "issued", "纪要已印"
    CANCELLED = "cancelled", "已取消"


# Before it is held: what is on the agenda may still change.
TO_COME = frozenset({MeetingState.PREPARING, MeetingState.SET})
TOOK_PLACE = frozenset({MeetingState.HELD, MeetingState.ISSUED})


class ItemSource(models.TextChoices):
    FOLLOW_UP = "follow_up", "上次议定事项"
    LIGHT = "light", "滞后目标"
    TASK = "task", "红灯任务"
    REQUEST = "request", "未解决诉求"
    PROPOSAL = "proposal", "提报议题"
    OTHER = "other", "其他议题"


class AgendaProposalState(models.TextChoices):
    WAITING = "waiting", "待研究"
    LISTED = "listed", "已列入议程"
    DECLINED = "declined", "未列入"
    WITHDRAWN = "withdrawn", "已撤回"
