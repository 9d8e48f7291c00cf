"""延期 and 办结 of a task: asked for by a unit, decided by another account of the office."""

from datetime import date
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, enter, put
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files.actions import add
from guandu.files.inspection import Checked
from guandu.files.models import Attachment
from guandu.files.owners import OwnerKind
from targets.actions.stated import Words, refuse, words
from targets.actions.task_making import locked_task, tell, tell_units
from targets.actions.tasks import own_duty
from targets.enums_tasks import AskState, TaskState
from targets.models import Task, TaskClosing, TaskExtension
from targets.queries.recipients import Recipients
from targets.queries.tasks import ON_CLOSING

LONGEST = {"reason": 300, "text": 500, "answer": 300}
DECIDED = "这项申请已经答复过，请刷新页面查看。"
Asked = TaskExtension | TaskClosing


@action("task.ask_extension")
def ask_extension(*, task: Task, new_due_on: date | None, reason: str, by: Actor) -> TaskExtension:
    """Ask for a later day, with the reason; by a unit of the task. Raises NotAllowed, Invalid, Conflict while another
    request waits, NotReady where the task does not run."""
    require(by, Permission.TASK_REPORT, task, to="为这项任务申请延期")
    fresh = _running(task)
    duty = own_duty(fresh, by, "申请延期")
    if fresh.extensions.filter(state=AskState.ASKED).exists():
        raise Conflict("已有一项延期申请等园区发展办答复，请先等它办结。")
    said = words(Words("reason", reason, "延期理由", LONGEST["reason"]))
    if new_due_on is None or new_due_on <= max(fresh.due_on, clock.today()):
        sentence = f"请填写今天以后、晚于现时限 {fresh.due_on} 的日期。"
        raise Invalid(sentence, errors=[("new_due_on", sentence)])
    row = enter(
        TaskExtension(task=fresh, old_due_on=fresh.due_on, new_due_on=new_due_on, **said, **_asked(by, duty.unit.name))
    )
    _tell_office(fresh, f"延期申请：{fresh.title}", f"{duty.unit.name}申请延期至 {new_due_on}。{row.reason}", by)
    return row


@action("task.close")
def close(*, task: Task, text: str, done_on: date | None, file: Checked | None, by: Actor) -> TaskClosing:
    """Ask that the task count as done, with the first file of the evidence; by a unit that leads it (by any where
    nobody does). Raises NotAllowed, NotReady where it does not run, Invalid without words, a day that has come, or a file."""
    require(by, Permission.TASK_REPORT, task, to="报送这项任务的办结")
    fresh = _running(task)
    refuse_close(fresh, by)
    duty = own_duty(fresh, by, "报送办结")
    said = words(Words("text", text, "办理结果", LONGEST["text"]))
    refuse(_faults(fresh, done_on, file))
    row = enter(TaskClosing(task=fresh, done_on=done_on, **said, **_asked(by, duty.unit.name)))
    add(kind=ON_CLOSING, owner=row, file=file, by=by)
    put(fresh, state=TaskState.REPORTED, version=fresh.version + 1)
    _tell_office(fresh, f"办结待验收：{fresh.title}", f"{duty.unit.name}报送办结。{row.text}", by)
    return row


def refuse_close(task: Task, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now ask that the task count as done."""
    require(by, Permission.TASK_REPORT, task, to="报送这项任务的办结")
    if not own_duty(task, by, "报送办结").owes_lines:
        raise NotAllowed("办结由牵头单位报送。配合单位的情况请写在进展或备注里。")
    if task.state == TaskState.WAITING:
        raise NotReady("任务还没有接收，请先接收任务。")


def _faults(task: Task, done_on: date | None, file: Checked | None) -> list[tuple[str, str]]:
    faults = []
    if done_on is None:
        faults.append(("done_on", "请填写完成日期。"))
    elif done_on > clock.today():
        faults.append(("done_on", "完成日期还没有到，请在完成后报送。"))
    if file is None:
        faults.append(("file", "没有办结材料不能办结。请上传一份证明材料，例如批复、验收文件或现场照片。"))
    return faults


def refuse_closing_file(closing: TaskClosing, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now put files to what was asked."""
    require(by, Permission.TASK_REPORT, closing.task, to="补充办结材料")
    own_duty(closing.task, by, "补充办结材料")
    if closing.state != AskState.ASKED:
        raise NotReady(f"这份办结报送已{closing.get_state_display()}，材料不再变动。")


CLOSING_KIND = OwnerKind(ON_CLOSING, "任务办结", TaskClosing.objects.visible_to, refuse_closing_file)


@action("task.add_file")
def add_file(*, closing: TaskClosing, file: Checked, by: Actor) -> Attachment:
    """One file more while the closing waits. Raises NotAllowed, NotReady once it is decided."""
    require(by, Permission.TASK_REPORT, closing, to="补充办结材料")
    about(locked_task(closing.task))
    return add(kind=ON_CLOSING, owner=_locked(closing), file=file, by=by)


@action("task.accept")
def accept(*, closing: TaskClosing, basis: str, by: Actor) -> Task:
    """办结: by another account than the one that asked, with files there to see. Raises NotAllowed, Conflict where it is
    decided, NotReady without files, Invalid without the basis."""
    require(by, Permission.TASK_ACCEPT, closing, to="验收任务")
    task, row = _waiting(closing)
    _refuse_own(row, by, "这份办结由您报送，须由其他人验收。")
    if not Attachment.objects.of(ON_CLOSING, row).exists():
        raise NotReady("还没有办结材料，不能验收；请先退回报送单位补充。")
    said = words(Words("basis", basis, "验收依据", LONGEST["answer"]))
    _decide(row, by, AskState.GRANTED, said["basis"])
    put(task, state=TaskState.DONE, done_on=row.done_on, version=task.version + 1)
    _tell_all(task, f"已验收办结：{task.title}", f"验收依据：{row.answer}", by)
    return task


@action("task.send_back")
def send_back(*, closing: TaskClosing, reason: str, by: Actor) -> Task:
    """Not yet done, with what is lacking; the task runs on. Raises NotAllowed, Conflict, Invalid without words."""
    require(by, Permission.TASK_ACCEPT, closing, to="退回办结")
    task, row = _waiting(closing)
    said = words(Words("reason", reason, "退回理由", LONGEST["answer"]))
    _decide(row, by, AskState.DECLINED, said["reason"])
    put(task, state=TaskState.WORKING, version=task.version + 1)
    _tell_all(task, f"办结已退回：{task.title}", row.answer, by)
    return task


@action("task.grant_extension")
def grant_extension(*, extension: TaskExtension, answer: str = "", by: Actor) -> Task:
    """The task has until the day that was asked for; by another account. Raises NotAllowed, Conflict, NotReady."""
    require(by, Permission.TASK_ACCEPT, extension, to="答复延期申请")
    task, row = _waiting(extension)
    _refuse_own(row, by, "这项延期由您申请，须由其他人批准。")
    if not task.is_running:
        raise NotReady(f"任务{task.get_state_display()}，不需要延期。")
    said = words(Words("answer", answer, "答复", LONGEST["answer"], required=False))
    _decide(row, by, AskState.GRANTED, said["answer"])
    put(task, due_on=row.new_due_on, version=task.version + 1)
    _tell_all(task, f"已同意延期：{task.title}", f"办结时限改为 {row.new_due_on}。{row.answer}", by)
    return task


@action("task.decline_extension")
def decline_extension(*, extension: TaskExtension, answer: str, by: Actor) -> Task:
    """No more time, with an answer. Raises NotAllowed, Conflict, Invalid without words."""
    require(by, Permission.TASK_ACCEPT, extension, to="答复延期申请")
    task, row = _waiting(extension)
    said = words(Words("answer", answer, "不同意的理由", LONGEST["answer"]))
    _decide(row, by, AskState.DECLINED, said["answer"])
    _tell_all(task, f"延期未获同意：{task.title}", row.answer, by)
    return task


def _asked(by: Actor, unit: str) -> dict[str, Any]:
    return {"asked_by": by.actor_name, "asked_key": by.actor_key, "asked_unit": unit, "asked_at": clock.now()}


def _running(task: Task) -> Task:
    fresh = locked_task(task)
    about(fresh)
    if fresh.state == TaskState.REPORTED:
        raise Conflict("已有一份办结报送等待验收，可以在其中补充材料。")
    if not fresh.is_open:
        raise NotReady(f"任务已{fresh.get_state_display()}，不能再办理。")
    return fresh


def _locked(asked: Any) -> Any:
    return type(asked).objects.select_for_update(of=("self",)).select_related("task").get(pk=asked.pk)


def _waiting(asked: Any) -> tuple[Task, Any]:
    """The task and the request, held in this order. Raises Conflict where it is decided."""
    task = locked_task(asked.task)
    about(task)
    row = _locked(asked)
    if row.state != AskState.ASKED:
        raise Conflict(DECIDED)
    return task, row


def _refuse_own(row: Asked, by: Actor, sentence: str) -> None:
    if row.asked_key == by.actor_key:
        raise NotAllowed(sentence)


def _decide(row: Asked, by: Actor, state: str, answer: str) -> None:
    put(row, state=state, answer=answer, decided_by=by.actor_name, decided_key=by.actor_key, decided_at=clock.now())


def _tell_office(task: Task, title: str, text: str, by: Actor) -> None:
    tell(Recipients(clock.today()).office(), task, title, text, by)


def _tell_all(task: Task, title: str, text: str, by: Actor) -> None:
    tell_units(task, [duty.unit for duty in task.duties.select_related("unit")], title, text, by)
