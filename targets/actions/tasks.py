"""Tasks: given out, changed and revoked by the office; taken over, reported on and noted by the units."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, edit, enter, put, removed
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from parks.models import ServiceRequest
from targets.actions.stated import Words, refuse, words
from targets.actions.task_making import enter_task, locked_task, said_by, tell_units, unit_faults
from targets.enums_tasks import ENTERED_SOURCES, TaskSource, TaskState
from targets.models import Task, TaskNote, TaskReport, TaskRule, TaskStage, TaskUnit
from targets.queries.tasks import duties_of, month_code, month_label
from targets.querysets_tasks import months_before

EDITABLE = frozenset({"title", "text", "source_note"})
LONGEST = {"line": 300, "note": 500, "reason": 300, "stage": 80}
NOT_OURS = "这项任务不由您的单位牵头或配合，不能{}。如确需办理，请联系园区发展办。"


@action("task.create")
def create(
    *, title: str, text: str, source: str, due_on: date | None, leads: Sequence[Unit], helpers: Sequence[Unit] = (),
    source_note: str = "", request: ServiceRequest | None = None, by: Actor,
) -> Task:  # fmt: skip
    """Give out a task; its units are told. Raises NotAllowed, and Invalid for a source that comes by itself (the plan's
    file, a 批示), no words, a day that has passed, no lead, a request beside another source."""
    require(by, Permission.TASK_EDIT, to="交办任务")
    if source not in ENTERED_SOURCES:
        sentence = "请选择来源：会议议定、上级督办或者企业诉求。行动计划的任务随计划载入，领导批示请在“领导批示”登记。"
        raise Invalid("任务还没有交办。", errors=[("source", sentence)])
    if request is not None and source != TaskSource.REQUEST:
        raise Invalid("任务还没有交办。", errors=[("request", "选了企业诉求的，来源请选“企业诉求”。")])
    return enter_task(
        title=title, text=text, source=source, due_on=due_on, leads=list(leads), helpers=list(helpers),
        source_note=source_note, request=request, by=by,
    )  # fmt: skip


@action("task.update")
def update(
    *, task: Task, values: dict[str, Any], leads: Sequence[Unit] | None = None, helpers: Sequence[Unit] | None = None,
    seen: int | None = None, by: Actor,
) -> Task:  # fmt: skip
    """Change the words, and the units where given. The day changes by 延期 only. `seen` is the version that the person
    saw. Raises NotAllowed, Invalid, Conflict, NotReady for a task that is over."""
    require(by, Permission.TASK_EDIT, task, to="修改任务")
    held = _open(task)
    if seen is not None and seen != held.version:
        raise Conflict("您填写期间，这项任务已有变动，请核对后再保存。")
    said = words(
        Words("title", values.get("title", task.title), "任务", 120),
        Words("text", values.get("text", task.text), "要求", 1000),
        Words("source_note", values.get("source_note", task.source_note), "来源说明", 200, required=False),
    )
    fresh = edit(task, said, editable=EDITABLE)
    if leads is not None and helpers is not None:
        _set_units(fresh, list(leads), list(helpers), by)
    return fresh


def _set_units(task: Task, leads: list[Unit], helpers: list[Unit], by: Actor) -> None:
    # What the plan writes without a lead may stay so.
    faults = [] if task.source == TaskSource.PLAN and not leads and helpers else unit_faults(leads, helpers)
    refuse(faults)
    wanted = {unit.pk: True for unit in leads} | {unit.pk: False for unit in helpers}
    known = set()
    for duty in task.duties.select_related("unit"):
        known.add(duty.unit_id)
        if duty.unit_id not in wanted:
            removed(duty)
            duty.delete()
        elif (duty.leads, duty.owes_lines) != _owed(wanted[duty.unit_id], leads):
            leads_it, owes = _owed(wanted[duty.unit_id], leads)
            put(duty, leads=leads_it, owes_lines=owes)
    for pk in wanted.keys() - known:
        leads_it, owes = _owed(wanted[pk], leads)
        created(TaskUnit.objects.create(task=task, unit_id=pk, leads=leads_it, owes_lines=owes))
    new = [unit for unit in [*leads, *helpers] if unit.pk not in known]
    tell_units(task, new, f"新任务：{task.title}", f"{task.due_on:%Y年%-m月%-d日}前办结。{task.text}", by)


def _owed(leads_it: bool, leads: Sequence[Unit]) -> tuple[bool, bool]:
    return leads_it, leads_it or not leads


@action("task.revoke")
def revoke(*, task: Task, reason: str, by: Actor) -> Task:
    """The task is not to be done any more. Raises NotAllowed, Invalid without a reason, NotReady where it is over."""
    require(by, Permission.TASK_EDIT, task, to="撤销任务")
    fresh = _open(task)
    if fresh.source == TaskSource.PLAN:
        raise NotReady("行动计划的任务不能撤销；计划有调整的，请修改任务内容并注明依据。")
    said = words(Words("reason", reason, "撤销原因", LONGEST["reason"]))
    for asked in (*fresh.extensions.filter(state="asked"), *fresh.closings.filter(state="asked")):
        put(asked, state="declined", decided_by=by.actor_name, decided_key=by.actor_key, decided_at=clock.now(),
                answer="任务已撤销。")  # fmt: skip
    put(fresh, state=TaskState.REVOKED, revoked_because=said["reason"], version=fresh.version + 1)
    tell_units(
        fresh,
        [duty.unit for duty in fresh.duties.select_related("unit")],
        f"任务已撤销：{fresh.title}",
        said["reason"],
        by,
    )
    return fresh


@action("task.receive")
def receive(*, task: Task, by: Actor) -> Task:
    """A unit takes the task over; with the first that leads it the work has begun. Raises NotAllowed, Conflict."""
    require(by, Permission.TASK_REPORT, task, to="接收这项任务")
    fresh = _open(task)
    duties = [duty for duty in duties_of(fresh, by) if duty.received_at is None]
    if not duties:
        raise Conflict("本单位已经接收过这项任务，请刷新页面查看。")
    for duty in duties:
        put(duty, received_by=by.actor_name, received_at=clock.now())
    if fresh.state == TaskState.WAITING and any(duty.owes_lines for duty in duties):
        put(fresh, state=TaskState.WORKING, version=fresh.version + 1)
    return fresh


@action("task.report")
def report(*, task: Task, month: str, text: str, by: Actor) -> TaskReport:
    """One line of progress of a month, by one of the task's units; again while the month runs. A line after its month
    is late. Raises NotAllowed, Invalid (month, text), NotReady (over, or not taken over), Conflict (written, month over)."""
    require(by, Permission.TASK_REPORT, task, to="报送这项任务的进展")
    fresh = _running(task)
    duty = own_duty(fresh, by, "报送进展")
    if fresh.state == TaskState.WAITING:
        raise NotReady("任务还没有接收，请先接收任务，再报送进展。")
    today = clock.today()
    refuse(_month_faults(fresh, month, today))
    said = words(Words("text", text, "本月进展", LONGEST["line"]))
    is_late = month < month_code(today)
    values = {**said, "is_late": is_late, "reported_by": by.actor_name, "reported_at": clock.now()}
    known = (
        TaskReport.objects.select_for_update(of=("self",))
        .filter(task=fresh, unit=duty.unit, month=month)
        .first()
    )
    if known is None:
        return enter(TaskReport(task=fresh, unit=duty.unit, month=month, **values))
    if is_late:
        raise Conflict(f"{month_label(month)}的进展已经报送，不能再改。如需补充，请写在备注里。")
    put(known, **values)
    return known


def _month_faults(task: Task, month: str, today: date) -> list[tuple[str, str]]:
    first, last = month_code(min(task.lines_from, today.replace(day=1))), month_code(today)
    if (
        len(month) != len(last)
        or not first <= month <= last
        or month[5:] not in {f"{n:02d}" for n in range(1, 13)}
    ):
        return [("month", f"请选择 {month_label(first)}至{month_label(last)}之间的月份。")]
    return [] if month >= month_code(months_before(today, 3)) else [("month", "只能补报最近三个月的进展。")]


def own_duty(task: Task, by: Actor, doing: str) -> TaskUnit:
    """The duty for which the person speaks; raises NotAllowed where there is none."""
    duties = duties_of(task, by)
    if not duties:
        raise NotAllowed(NOT_OURS.format(doing))
    return duties[0]


@action("task.note")
def note(*, task: Task, text: str, by: Actor) -> TaskNote:
    """Something to remember of the task: by its units and by the office. Raises NotAllowed, Invalid."""
    if not (
        by.actor_kind == "service"
        or by.may(Permission.TASK_EDIT, task)
        or by.may(Permission.TASK_REPORT, task)
    ):
        raise NotAllowed(NOT_OURS.format("写备注"))
    about(task)
    said = words(Words("text", text, "备注", LONGEST["note"]))
    return enter(
        TaskNote(task=task, **said, author=by.actor_name, author_unit=said_by(by), written_at=clock.now())
    )


@action("task.add_stage")
def add_stage(*, task: Task, track: str = "", title: str, due_on: date | None, by: Actor) -> TaskStage:
    """A milestone more. Raises NotAllowed, Invalid, Conflict where the task has it, NotReady where it is over."""
    _may_plan_stages(task, by)
    fresh = _open(task)
    said = words(
        Words("track", track, "事项", LONGEST["stage"], required=False),
        Words("title", title, "节点", LONGEST["stage"]),
    )
    if fresh.stages.filter(**said).exists():
        raise Conflict("这个事项已经有同名节点，请直接登记它的时限。")
    return enter(TaskStage(task=fresh, **said, due_on=due_on, position=fresh.stages.count() + 1))


@action("task.set_stage")
def set_stage(*, stage: TaskStage, due_on: date | None, done_on: date | None, by: Actor) -> TaskStage:
    """Schedule a milestone, or say when it was reached. A day once set is moved by the office only. Raises NotAllowed,
    Invalid for a day of completion that is to come, NotReady where the task is over."""
    _may_plan_stages(stage.task, by)
    _open(stage.task)
    row = TaskStage.objects.select_for_update(of=("self",)).get(pk=stage.pk)
    if (
        row.due_on
        and due_on != row.due_on
        and not (by.actor_kind == "service" or by.may(Permission.TASK_EDIT, stage.task))
    ):
        sentence = f"节点时限已定为 {row.due_on}，需要调整的请联系园区发展办。"
        raise Invalid(sentence, errors=[("due_on", sentence)])
    if done_on and done_on > clock.today():
        sentence = "完成日期还没有到，请在完成后登记。"
        raise Invalid(sentence, errors=[("done_on", sentence)])
    put(row, due_on=due_on, done_on=done_on, done_by=by.actor_name if done_on else "")
    return row


def _may_plan_stages(task: Task, by: Actor) -> None:
    if not (
        by.actor_kind == "service"
        or by.may(Permission.TASK_EDIT, task)
        or by.may(Permission.TASK_REPORT, task)
    ):
        raise NotAllowed(NOT_OURS.format("登记节点"))


@action("task.set_rule")
def set_rule(
    *, valid_from: date | None, red_after: int, stage_red_after: int, amber_within: int, amber_without_line: bool,
    remind_days: int, by: Actor,
) -> TaskRule:  # fmt: skip
    """How tasks are lit from a day on. Raises NotAllowed, Invalid for a day that has passed or one that another rule
    has."""
    require(by, Permission.TASK_EDIT, to="调整任务亮灯规则")
    last = TaskRule.objects.order_by("-number").select_for_update(of=("self",)).first()
    today = clock.today()
    if valid_from is None or valid_from < today or (last and valid_from <= last.valid_from):
        least = max(today, last.valid_from) if last else today
        sentence = (
            f"请填写今天或以后、晚于上一版规则的生效日期（上一版自 {least} 起）。"
            if last
            else "生效日期不能早于今天。"
        )
        raise Invalid(sentence, errors=[("valid_from", sentence)])
    return enter(
        TaskRule(
            number=last.number + 1 if last else 1, valid_from=valid_from, red_after=red_after,
            stage_red_after=stage_red_after, amber_within=amber_within, amber_without_line=amber_without_line,
            remind_days=remind_days, set_by=by.actor_name,
        )
    )  # fmt: skip


def _open(task: Task) -> Task:
    fresh = locked_task(task)
    about(fresh)
    if not fresh.is_open:
        raise NotReady(f"任务已{fresh.get_state_display()}，不能再办理。")
    return fresh


def _running(task: Task) -> Task:
    fresh = _open(task)
    if not fresh.is_running:
        raise NotReady("任务已报送办结，等待验收，不再报送进展。")
    return fresh
