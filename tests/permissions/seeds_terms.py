"""What the plan's targets are held to, and reports of what is done: of the own department, and of another one."""

from datetime import date

from guandu.accounts.models import User
from guandu.core import clock
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from targets.actions import accomplishments
from targets.enums import Operator, Shape
from targets.models import (
    Accomplishment,
    Checkpoint,
    Indicator,
    Plan,
    QualitativeAim,
    Target,
    TargetReading,
    TargetRevision,
    TargetUnit,
)
from tests.files.made import pdf
from tests.permissions.sides import NONE, People, Side, keys
from tests.targets.plans import make_plan, make_target

NEXT = "AP-2027"
DONE_ON = date(2026, 9, 18)


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    plan = Plan.objects.get(code="AP-2024")
    reported = {"own": _report(_milestone(plan, "T41", own), own), "other": _report(_milestone(plan, "T42", other), other)}
    accepted = _accepted(_report(_milestone(plan, "T43", own), own), people["office"])
    free = {"own": _milestone(plan, "T44", own), "other": _milestone(plan, "T45", other)}
    aims = {"own": _aim(plan, "Q8", own), "other": _aim(plan, "Q9", other)}
    _next_plan()
    return {
        "milestone": {name: row.code for name, row in free.items()} | {"shut": "T43", "none": "T99"},
        "milestone reported": {"own": "T41", "other": "T42"},
        "aim code": {name: row.code for name, row in aims.items()} | {"none": "Q99"},
        "accomplishment": keys(reported | {"shut": accepted}),
    } | _terms(Target.objects.get(code="T08"))  # fmt: skip


def _next_plan() -> None:
    """A plan that begins where the published quarter ends."""
    plan = make_plan(NEXT, title="下一期行动计划", starts_on=date(2027, 1, 1), ends_on=date(2029, 12, 31))
    make_target(plan, "T01", indicator=Indicator.objects.get(code="REV"), unit="万元")


def _milestone(plan: Plan, code: str, side: Side) -> Target:
    target = Target.objects.create(
        plan=plan, code=code, clause="三", title=f"办成事项{code}", operator=Operator.DONE, shape=Shape.MILESTONE, force="约束"
    )
    TargetUnit.objects.create(target=target, unit=side.reviewer.unit, leads=True)
    return target


def _aim(plan: Plan, code: str, side: Side) -> QualitativeAim:
    aim = QualitativeAim.objects.create(plan=plan, code=code, clause="三", title=f"形成格局{code}")
    aim.leads.add(side.reviewer.unit)
    return aim


def _report(target: Target, side: Side) -> Accomplishment:
    file = check(pdf(f"({target.code})".encode()), f"{side.mark('donefile')}-{target.code}.pdf", EVIDENCE)
    return accomplishments.report(
        done=target, text=f"已办成{side.mark('milestone')}", done_on=DONE_ON, file=file, by=side.reviewer
    )


def _accepted(row: Accomplishment, by: User) -> Accomplishment:
    """Without the action, which would have figures computed anew."""
    row.state, row.basis, row.decided_by, row.decided_key = "accepted", "终验报告", by.name, by.username
    row.decided_at = clock.now()
    row.save()
    return row


def _terms(target: Target) -> dict[str, dict[str, str]]:
    """A stage, another reading and a revision of long ago; as above."""
    TargetRevision.objects.create(
        target=target, number=1, document="通知", document_number="〔2025〕1 号", in_force_from=date(2025, 1, 1), reason="调整",
        old_value="90", new_value="100", revised_by="办公室", revised_at=clock.now(),
    )  # fmt: skip
    stage = Checkpoint.objects.create(target=target, period="2025", value="80", source="年度计划")
    reading = TargetReading.objects.create(
        target=target, code="A1", label="含全部", counts="increase", indicator=Indicator.objects.get(code="REV")
    )
    return {"checkpoint": {"own": str(stage.pk)} | NONE, "reading": {"own": str(reading.pk)} | NONE}
