"""Milestones and qualitative aims: who may report one as done, what was reported, and what counts as accepted."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from guandu.accounts.checks import allowed
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.periods import Period
from guandu.files.models import Attachment
from targets.enums import Shape
from targets.enums_plan import AccomplishmentState
from targets.models import Accomplishment, QualitativeAim, Target
from targets.querysets_plan import owing_aims, owing_duties, owing_units
from targets.registered import Fact, registered_source

ON_ACCOMPLISHMENT = "plan.accomplishment"
Done = Target | QualitativeAim


@registered_source("plan.milestones")
def accepted_milestones(period: Period, *, target: str, plan: str = "") -> list[Fact]:
    """One fact of the district for the target of the code (in the plan of the code `plan`, where several plans have
    one) that was done by the period's last day and accepted; none before that."""
    rows = Accomplishment.objects.filter(
        target__code=target, state=AccomplishmentState.ACCEPTED, done_on__lte=period.last_day
    )
    if plan:
        rows = rows.filter(target__plan__code=plan)
    accepted = rows.select_related("target").order_by("done_on", "pk")
    return [Fact("", row.done_on, f"{row.target.title} {row.done_on} 完成，{row.basis}") for row in accepted]


def may_report(actor: Actor, done: Done) -> bool:
    """Whether the actor answers for a unit that owes the target or the aim."""
    if not allowed(actor, Permission.PLAN_ANSWER):
        return False
    if actor.actor_kind == "service" or owing_units(actor, Permission.PLAN_ANSWER) is None:
        return True
    if isinstance(done, Target):
        return owing_duties(actor, Permission.PLAN_ANSWER).filter(target=done).exists()
    return owing_aims(actor, Permission.PLAN_ANSWER).filter(pk=done.pk).exists()


def reports_of(done: Done) -> QuerySet[Accomplishment]:
    """Of a target or an aim, the newest first."""
    column = "target" if isinstance(done, Target) else "aim"
    return Accomplishment.objects.filter(**{column: done}).order_by("-pk")


def why_not_reported(done: Done, year: int | None = None) -> str:
    """Why nothing more is to be reported of it; empty where something is. Of a yearly aim each year may be reported:
    `year` says which is meant."""
    if isinstance(done, Target) and done.shape != Shape.MILESTONE:
        return "这项目标按数据判断是否完成，不需要报送办结。"
    rows = reports_of(done)
    if rows.filter(state=AccomplishmentState.REPORTED).exists():
        return "已有一份办结报送等待验收，可以在其中补充材料。"
    accepted = rows.filter(state=AccomplishmentState.ACCEPTED)
    if isinstance(done, QualitativeAim) and done.is_yearly:
        return f"{year} 年的完成情况已验收。" if accepted.filter(done_on__year=year).exists() else ""
    return "这项工作已验收办结。" if accepted.exists() else ""


def units_of(done: Done) -> tuple[list[Unit], list[Unit]]:
    """Who leads the target or the aim, and who is responsible beside. One or two queries."""
    if isinstance(done, QualitativeAim):
        return list(done.leads.all()), list(done.responsible.all())
    duties = list(done.duties.select_related("unit"))
    return [each.unit for each in duties if each.leads], [each.unit for each in duties if not each.leads]


@dataclass(frozen=True)
class Report:
    row: Accomplishment
    files: list[Attachment] = field(default_factory=list)


def with_files(rows: list[Accomplishment]) -> list[Report]:
    """Each with what was handed in with it. One query."""
    files: dict[int, list[Attachment]] = {}
    attached = Attachment.objects.filter(owner_kind=ON_ACCOMPLISHMENT, owner_key__in=[row.pk for row in rows])
    for each in attached.select_related("file"):
        files.setdefault(each.owner_key, []).append(each)
    return [Report(row, files.get(row.pk, [])) for row in rows]
