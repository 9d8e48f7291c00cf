"""Projects: entered, kept up to date, and moved from stage to stage."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Length

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from investment.enums import Stage
from investment.models import Project, StageMove
from investment.workflow import check, stage_needs, step_to

FIELDS = ("name", "kind", "chain", "park", "street", "site", "lead", "promised_investment", "note")
STALE = "这个项目刚被别人修改过，请刷新页面，核对后再办理。"


@action("project.create")
def create(
    *, values: dict[str, Any], stage: str = Stage.TALKING, is_demo: bool = False, by: Actor
) -> Project:
    """A new project in `stage` (在谈 unless it was taken over), with the next code of the year.

    `values` holds some of FIELDS, checked as a form would. NotAllowed outside the actor's scope.
    """
    require(by, Permission.PROJECT_EDIT, to="登记招商项目")
    project = Project(code=_next_code(), stage=stage, is_demo=is_demo)
    _assign(project, values)
    _keep_ready(project)
    try:
        with transaction.atomic():
            project.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("项目编号刚被占用，请再保存一次。") from error
    require(by, Permission.PROJECT_EDIT, project, to="登记本人工作范围以外的项目")
    created(project)
    return project


@action("project.update")
def update(*, project: Project, values: dict[str, Any], version: int, by: Actor) -> Project:
    """Change some of FIELDS of the project as it was at `version`; Conflict when it has moved on."""
    about(project)
    require(by, Permission.PROJECT_EDIT, project, to="修改这个项目")
    current = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    before = snapshot(current)
    _assign(current, values)
    if current.version != version:
        raise Conflict(STALE, changes=_differences(before, current))
    _keep_ready(current)
    current.version += 1
    current.save()
    require(by, Permission.PROJECT_EDIT, current, to="把项目改到本人工作范围以外")
    updated(current, before)
    return current


@action("project.move")
def move(*, project: Project, to: str, on: date, comment: str = "", version: int, by: Actor) -> Project:
    """Take the project to the stage `to` on the business date `on`.

    NotReady with what is missing, Conflict when somebody moved or changed it since `version`.
    """
    about(project, reason=comment)
    require(by, Permission.PROJECT_EDIT, project, to="变更这个项目的阶段")
    current = Project.objects.get(pk=project.pk)
    if current.version != version:
        raise Conflict(STALE)
    step = step_to(current, to)
    check(step, current, comment)
    _check_day(current, on)
    before = snapshot(current)
    moved = Project.objects.filter(pk=current.pk, stage=current.stage, version=version)
    if not moved.update(stage=to, version=F("version") + 1):
        raise Conflict(STALE)
    current.refresh_from_db()
    updated(current, before)
    _trace(current, step.source, to, on, comment, by)
    return current


def _assign(project: Project, values: dict[str, Any]) -> None:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"not fields of a project to write: {sorted(unknown)}")
    for name, value in values.items():
        setattr(project, name, value)


def _keep_ready(project: Project) -> None:
    """An edit may not take away what the project's stage stands on."""
    wanting = stage_needs(project)
    if wanting:
        stage = Stage(project.stage).label
        raise Invalid(
            f"项目现为{stage}，{'、'.join(wanting)}不能留空。",
            errors=[("", f"{words}不能留空。") for words in wanting],
        )


def _check_day(project: Project, on: date) -> None:
    """A move has happened, and not before the one that led to the present stage."""
    last = project.moves.order_by("-pk").values_list("on", flat=True).first()
    if on > clock.today():
        raise Invalid("阶段变动日期不能晚于今天，请填写实际发生的日期。", errors=[("on", "不能晚于今天。")])
    if last and on < last:
        raise Invalid(
            f"上一次阶段变动在{last:%Y-%m-%d}，这一次不能早于它。", errors=[("on", "不能早于上一次变动。")]
        )


def _differences(before: dict[str, Any], mine: Project) -> list[tuple[str, str, str]]:
    """(label, theirs, mine) of every field that the two would leave unlike."""
    after = snapshot(mine)
    label = {field.name: str(field.verbose_name) for field in Project._meta.concrete_fields}
    return [
        (label[name], str(before[name] or "—"), str(after[name] or "—"))
        for name in FIELDS
        if before[name] != after[name]
    ]


def _next_code() -> str:
    """J-2026-001 and so on; numbers are not reused because projects are never deleted."""
    start = f"J-{clock.today().year}-"
    last = (
        Project.objects.filter(code__startswith=start)
        .order_by(Length("code").desc(), "-code")
        .values_list("code", flat=True)
        .first()
    )
    return f"{start}{int(last.removeprefix(start)) + 1 if last else 1:03d}"


def _trace(project: Project, source: str, target: str, on: date, comment: str, by: Actor) -> None:
    StageMove.objects.create(
        project=project,
        from_stage=source,
        to_stage=target,
        on=on,
        comment=comment,
        actor_name=by.actor_name,
        at=clock.now(),
    )
