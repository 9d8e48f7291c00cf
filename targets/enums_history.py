"""The states of a batch of 历史补录, and which follows which."""

from django.db import models


class HistoryState(models.TextChoices):
    CHECKING = "checking", "核对中"
    FAULTY = "faulty", "有误"
    READY = "ready", "待确认"
    STORED = "stored", "待签核"
    SIGNED = "signed", "已入库"
    DROPPED = "dropped", "已放弃"
    WITHDRAWN = "withdrawn", "已撤销"


# What may still be given up; what has lines; what nobody changes any more.
OPEN = frozenset({HistoryState.CHECKING, HistoryState.FAULTY, HistoryState.READY, HistoryState.STORED})
LOCKED = frozenset({HistoryState.SIGNED, HistoryState.WITHDRAWN})

_S = HistoryState
MOVES = (
    (_S.CHECKING, _S.FAULTY),
    (_S.CHECKING, _S.READY),
    (_S.FAULTY, _S.CHECKING),
    (_S.READY, _S.CHECKING),
    (_S.READY, _S.STORED),
    (_S.STORED, _S.SIGNED),
    (_S.SIGNED, _S.WITHDRAWN),
    *((state, _S.DROPPED) for state in sorted(OPEN)),
)
