"""Why a return takes no more numbers, until when, and whom to ask. Page, API and actions say the same."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from guandu.core import clock
from targets.enums import OPEN_STATES, CorrectionState, ExtensionState, ReturnState
from targets.models import Correction, Extension, Return

OFFICE = "园区发展办"
LOCKED_HINT = "已核定锁定。需要改动的，请联系园区发展办办理数据订正。"


@dataclass(frozen=True)
class Lock:
    """`reason` says why, `until` when that ends (empty: not by itself), `ask` who can change it."""

    reason: str
    until: str = ""
    ask: str = ""

    @property
    def sentence(self) -> str:
        return "，".join(each for each in (self.reason, self.until, self.ask) if each) + "。"


def lock_of(return_: Return) -> Lock | None:
    """What keeps the filer from writing into the return now; None when nothing does.

    Not yet open, closed by the calendar, closed by the office, extension over, under review, approved,
    免报: each has words of its own. One query, two after the cycle has closed.
    """
    if return_.state not in OPEN_STATES:
        return _by_state(return_)
    return None if open_correction(return_) else _by_calendar(return_)


def _by_state(return_: Return) -> Lock:
    if return_.state == ReturnState.LOCKED:
        return Lock("已核定锁定", ask=f"需要改动的，请联系{OFFICE}办理数据订正")
    if return_.state == ReturnState.EXEMPT:
        return Lock("本期免报", ask=f"需要填报的，请联系{OFFICE}恢复填报")
    return Lock("已报送，正在审核", "退回后可以修改", "需要改动的，请联系审核人退回")


def _by_calendar(return_: Return) -> Lock | None:
    cycle = return_.cycle
    if clock.today() < cycle.opens_on:
        return Lock(f"{words(cycle.opens_on)}起开始填报")
    if not is_over(return_):
        return None
    granted = last_extension(return_)
    if granted and granted.until > clock.now():
        return None
    ask = f"需要补报的，请向{OFFICE}申请延期"
    if granted:
        return Lock(f"延期已于{moment(granted.until)}届满", ask=ask)
    if cycle.closed_at:
        return Lock(f"本期已由{OFFICE}于{words(timezone.localdate(cycle.closed_at))}关闭报送", ask=ask)
    return Lock(f"报送已于{words(cycle.closes_on)}截止关闭", ask=ask)


def is_over(return_: Return) -> bool:
    """Whether the return comes too late, but for an extension. What was filed in time and sent back may
    still be filed again."""
    cycle = return_.cycle
    return return_.filed_id is None and (bool(cycle.closed_at) or cycle.is_closed(clock.today()))


def open_correction(return_: Return) -> Correction | None:
    """The 数据订正 under way; None when the return was never approved or is settled. At most one query."""
    if not return_.approved_id or return_.state == ReturnState.LOCKED:
        return None
    return return_.corrections.filter(state=CorrectionState.OPEN).first()


def last_extension(return_: Return) -> Extension | None:
    return return_.extensions.filter(state=ExtensionState.GRANTED).order_by("-until").first()


def can_be_filled() -> Q:
    """Returns whose filer may write into them now, as a condition on Return."""
    today, now = clock.today(), clock.now()
    extended = Extension.objects.filter(
        return_of=OuterRef("pk"), state=ExtensionState.GRANTED, until__gt=now
    )
    corrected = Correction.objects.filter(return_of=OuterRef("pk"), state=CorrectionState.OPEN)
    running = Q(cycle__closed_at=None) & (Q(cycle__closes_on=None) | Q(cycle__closes_on__gte=today))
    running |= Q(filed__isnull=False)
    return Q(state__in=OPEN_STATES) & (
        Q(Exists(corrected)) | Q(cycle__opens_on__lte=today) & (running | Q(Exists(extended)))
    )


def words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{words(local.date())}{local:%H:%M}"
