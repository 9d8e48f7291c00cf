"""Projects as pages read them."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.numbers import from_units
from investment.enums import Stage
from investment.models import Project
from investment.workflow import Step, steps_from


@dataclass(frozen=True)
class StageTotal:
    """One stage of the funnel: how many projects, and the sum of what those that say so will invest (万元)."""

    stage: str
    label: str
    count: int
    investment: Decimal | None
    without: int


@dataclass(frozen=True)
class OpenStep:
    """A step that the person may take, with what must be entered before."""

    step: Step
    missing: tuple[str, ...]


def projects_for(user: User, *, chain: str = "", stage: str = "") -> QuerySet[Project]:
    """Projects that `user` may see, by code, in one query."""
    wanted = {name: value for name, value in {"chain__code": chain, "stage": stage}.items() if value}
    rows = Project.objects.visible_to(user).filter(**wanted)
    return rows.select_related("chain", "park", "street", "lead").order_by("code")


def stage_totals(user: User, *, chain: str = "") -> list[StageTotal]:
    """Every stage in order, the empty ones too. One query."""
    rows = Project.objects.visible_to(user).filter(Q(chain__code=chain) if chain else Q()).order_by()
    found = {
        row["stage"]: row
        for row in rows.values("stage").annotate(
            count=Count("pk"),
            investment=Sum("promised_investment"),
            without=Count("pk", filter=Q(promised_investment=None)),
        )
    }
    return [_total(stage, found.get(stage.value)) for stage in Stage]


def open_steps(project: Project, user: User) -> list[OpenStep]:
    """What `user` may do with the project's stage now, and what is still missing for it."""
    if not user.may(Permission.PROJECT_EDIT, project):
        return []
    return [OpenStep(step, tuple(step.missing(project))) for step in steps_from(project.stage)]


def _total(stage: Stage, row: dict | None) -> StageTotal:
    if row is None:
        return StageTotal(stage.value, stage.label, 0, None, 0)
    units = row["investment"]
    investment = None if units is None else from_units(units, Project.INVESTMENT_SCALE)
    return StageTotal(stage.value, stage.label, row["count"], investment, row["without"])
