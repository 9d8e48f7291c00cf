"""What this room hands up to the frame of every page: side bar, search, and what changed."""

from itertools import groupby

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localtime

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.web.registry import (
    Change,
    Hit,
    NavigationEntry,
    add_navigation,
    change_sources,
    search_sources,
)
from guandu.web.templatetags.portal import clause
from targets.models import Indicator, Return, ReturnMove, Target
from targets.workflow import LABELS, Verb

MOST = 20
READ_AHEAD = 6  # as many moves are read per line shown, because several may become one line
FEW = 3
GROUP, WORK = "指标与目标", "工作推进"

add_navigation(
    NavigationEntry("日常工作", "报送进度", "targets:progress", "report", (Permission.RETURN_VIEW,), 31),
    NavigationEntry(
        "日常工作", "临时调度", "targets:dispatch", "report", (Permission.DISPATCH_SEND, Permission.DISPATCH_FILL), 32
    ),
    NavigationEntry("日常工作", "历史补录", "targets:history", "book", (Permission.HISTORY_ENTER,), 33),
    NavigationEntry(WORK, "例会", "targets:meetings", "people", (Permission.MEETING_VIEW,), 48),
    NavigationEntry(WORK, "议题提报", "targets:agenda-proposals", "report", (Permission.AGENDA_PROPOSE,), 49),
    NavigationEntry(GROUP, "行动计划", "targets:plan", "target", (Permission.PLAN_VIEW,), 41),
    NavigationEntry(GROUP, "单位目标", "targets:plan-units", "people", (Permission.PLAN_VIEW,), 41),
    NavigationEntry(GROUP, "滞后提示", "targets:lights", "warn", (Permission.PLAN_VIEW,), 41),
    NavigationEntry(WORK, "工作任务", "targets:tasks", "done", (Permission.TASK_VIEW,), 50),
    NavigationEntry(WORK, "领导批示", "targets:instructions", "book", (Permission.TASK_VIEW,), 51),
    NavigationEntry(WORK, "督办通知", "targets:supervisions", "warn", (Permission.TASK_VIEW,), 52),
    NavigationEntry(
        GROUP, "数据查询", "targets:figures", "chart", (Permission.FIGURE_VIEW, Permission.TOTALS_VIEW), 41
    ),
    NavigationEntry(GROUP, "指标字典", "targets:indicators", "book", (Permission.REFERENCE_VIEW,), 42),
    NavigationEntry(GROUP, "数据发布", "targets:publications", "book", (Permission.FIGURE_VIEW,), 44),
    NavigationEntry(GROUP, "公文", "targets:documents", "print", (Permission.DOCUMENT_VIEW,), 45),
    NavigationEntry("管理", "公文措辞", "targets:document-templates", "book", (Permission.DOCUMENT_TEMPLATE_EDIT,), 87),
    NavigationEntry(GROUP, "报表套填", "targets:layouts", "print", (Permission.FIGURE_VIEW,), 43),
)


@search_sources.register(20)
def targets_found(user: User, text: str) -> list[Hit]:
    named = Q(code__iexact=text) | Q(title__icontains=text) | Q(metric__icontains=text)
    rows = Target.objects.visible_to(user).filter(named).order_by("plan", "position")[:MOST]
    return [
        Hit("目标", f"{row.code} {row.title}", reverse("targets:target", args=[row.code]), clause(row.clause))
        for row in rows
    ]


@search_sources.register(30)
def indicators_found(user: User, text: str) -> list[Hit]:
    named = Q(code__iexact=text) | Q(name__icontains=text)
    rows = Indicator.objects.visible_to(user).filter(named)[:MOST]
    place = reverse("targets:indicators")
    return [Hit("指标", row.name, f"{place}#{row.code}", row.caliber) for row in rows]


@change_sources.register(10)
def returns_moved(user: User, most: int) -> list[Change]:
    """The newest moves of returns that the person may see; the same move of several returns by one
    person on one day is one line. One query."""
    visible = Return.objects.visible_to(user)
    moves = ReturnMove.objects.filter(return_of__in=visible.values("pk")).select_related("return_of__cycle")
    newest = moves.order_by("-at", "-pk")[: most * READ_AHEAD]
    return [_change(list(group)) for _, group in groupby(newest, key=_kind)][:most]


def _kind(move: ReturnMove) -> tuple:
    """Moves with a comment stand alone: each says something of its own."""
    own = move.pk if move.comment else None
    return (own, move.verb, move.actor_name, move.return_of.cycle.period, localtime(move.at).date())


def _change(moves: list[ReturnMove]) -> Change:
    move, count = moves[0], len(moves)
    period = move.return_of.cycle.period
    verb = LABELS[Verb(move.verb)]
    names = [each.return_of.subject_name for each in moves]
    one = reverse("targets:return", args=[move.return_of_id])
    label = Period.parse(period).label
    return Change(
        at=move.at,
        title=f"{names[0]}{label}报表{verb}" if count == 1 else f"{label}{count} 张报表{verb}",
        who=" ".join(each for each in (move.unit_name, move.actor_name) if each),
        url=one if count == 1 else f"{reverse('targets:returns')}?period={period}",
        text=move.comment if count == 1 else "、".join(names[:FEW]) + ("等" if count > FEW else ""),
    )
