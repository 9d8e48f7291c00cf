"""升规培育库: the rows, and firms that reach the line but are not in the statistics."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from parks.enums import CultivationState
from parks.models import Cultivation, Threshold
from parks.workflow import Said, steps_from

REVENUE_SCALE = 2
ON_THE_WAY = (CultivationState.NURTURED, CultivationState.REACHED, CultivationState.APPLIED)


def cultivations_for(user: User, day: date) -> QuerySet[Cultivation]:
    """Grain: one firm in the store that the person may see, with `line`, the yearly revenue of its class in
    force on `day` (None where the class goes by qualification). One query."""
    line = Threshold.objects.on(day).filter(of_class=OuterRef("of_class")).values("revenue")[:1]
    rows = Cultivation.objects.visible_to(user).select_related("enterprise", "of_class")
    return rows.annotate(line=Subquery(line)).order_by("state", "enterprise__name", "pk")


def reached_not_counted(rows: QuerySet[Cultivation]) -> QuerySet[Cultivation]:
    """达标准未纳统: revenue at or above the line, and not entered."""
    return rows.filter(state__in=ON_THE_WAY, revenue__isnull=False, line__isnull=False, revenue__gte=F("line"))


def by_state(user: User) -> dict[str, int]:
    """State → firms, every state of the enum. One query."""
    rows = Cultivation.objects.visible_to(user).order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(CultivationState.values, 0) | dict(rows)


@dataclass(frozen=True)
class OpenStep:
    target: str
    label: str
    missing: list[str]


def open_steps(row: Cultivation, user: User) -> list[OpenStep]:
    """What this person may do next with the row, and what is missing apart from what the form asks."""
    if not user.may(Permission.CULTIVATION_EDIT, row.enterprise):
        return []
    given = Said("x", "x", "x")
    return [OpenStep(step.target, step.label, step.missing(row, given)) for step in steps_from(row.state)]


def waiting_to_apply(user: User, day: date) -> QuerySet[Cultivation]:
    """Reached or above the line, and nobody has applied yet."""
    rows = cultivations_for(user, day)
    above = Q(revenue__isnull=False, line__isnull=False, revenue__gte=F("line"))
    return rows.filter(Q(state=CultivationState.REACHED) | (Q(state=CultivationState.NURTURED) & above))
