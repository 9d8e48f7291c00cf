"""What this room hands up to the frame of every page: side bar, search, and what changed."""

from django.db.models import Q
from django.urls import reverse

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
from targets.models import Indicator, Return, ReturnMove, Target
from targets.workflow import LABELS, Verb

MOST = 20
GROUP = "指标与目标"

add_navigation(
    NavigationEntry(GROUP, "行动计划", "targets:plan", "target", (Permission.PLAN_VIEW,), 41),
    NavigationEntry(GROUP, "指标字典", "targets:indicators", "book", (Permission.REFERENCE_VIEW,), 42),
)


@search_sources.register(20)
def targets_found(user: User, text: str) -> list[Hit]:
    named = Q(code__iexact=text) | Q(title__icontains=text) | Q(metric__icontains=text)
    rows = Target.objects.visible_to(user).filter(named).order_by("plan", "position")[:MOST]
    return [
        Hit("目标", f"{row.code} {row.title}", reverse("targets:target", args=[row.code]), row.clause) for row in rows
    ]


@search_sources.register(30)
def indicators_found(user: User, text: str) -> list[Hit]:
    named = Q(code__iexact=text) | Q(name__icontains=text)
    rows = Indicator.objects.visible_to(user).filter(named)[:MOST]
    place = reverse("targets:indicators")
    return [Hit("指标", row.name, f"{place}#{row.code}", row.caliber) for row in rows]


@change_sources.register(10)
def returns_moved(user: User, most: int) -> list[Change]:
    """The newest moves of returns that the person may see. One query."""
    visible = Return.objects.visible_to(user)
    moves = ReturnMove.objects.filter(return_of__in=visible.values("pk")).select_related("return_of__cycle")
    return [_change(move) for move in moves.order_by("-at", "-pk")[:most]]


def _change(move: ReturnMove) -> Change:
    return_ = move.return_of
    return Change(
        at=move.at,
        title=f"{return_.subject_name}{Period.parse(return_.cycle.period).label}报表{LABELS[Verb(move.verb)]}",
        who=" ".join(each for each in (move.unit_name, move.actor_name) if each),
        url=reverse("targets:return", args=[return_.pk]),
        text=move.comment,
    )
