"""督办通知单: issued by the office on a red task, received and answered by the unit."""

from datetime import date

from django.db import IntegrityError, transaction

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, put
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, NotReady
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.told import Told
from targets.actions.stated import Words, refuse, words
from targets.actions.task_making import locked_task
from targets.enums_tasks import NoticeState
from targets.models import SupervisionNotice, Task
from targets.queries.recipients import Recipients
from targets.queries.supervisions import why_red

LONGEST = {"text": 500, "answer": 1000}


@action("supervision.issue")
def issue(*, task: Task, unit: Unit | None, text: str, due_on: date | None, by: Actor) -> SupervisionNotice:
    """Issue a notice to one unit of a red task, numbered in the year. Raises NotAllowed, Invalid (unit, text, day),
    NotReady where the task is not red, Conflict while the unit has one to answer."""
    require(by, Permission.SUPERVISION_ISSUE, task, to="签发督办通知单")
    fresh = locked_task(task)
    about(fresh)
    because = why_red(fresh)
    if not because:
        raise NotReady("任务没有亮红灯，不能签发督办通知单。")
    today = clock.today()
    refuse(_faults(fresh, unit, due_on, today))
    said = words(Words("text", text, "督办要求", LONGEST["text"]))
    if fresh.supervisions.filter(unit=unit).exclude(state=NoticeState.ANSWERED).exists():
        raise Conflict(f"{unit.name}还有一份督办通知单没有答复，请先等它答复。")
    row = SupervisionNotice(
        task=fresh, unit=unit, year=today.year, number=_next_number(today.year), because=because[:300], **said,
        issued_on=today, due_on=due_on, issued_by=by.actor_name, issued_key=by.actor_key,
    )  # fmt: skip
    checked(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("督办通知单号刚被占用，请再签发一次。") from error
    created(row)
    people = Recipients(today).people_of(unit, Permission.TASK_REPORT)
    _tell(row, people, f"{row.label}：请办理“{fresh.title}”", f"{row.because}。{row.text}请于 {due_on} 前答复。", "issued", by)
    return row


def _faults(task: Task, unit: Unit | None, due_on: date | None, today: date) -> list[tuple[str, str]]:
    faults = []
    if unit is None or not task.duties.filter(unit=unit).exists():
        faults.append(("unit", "请从这项任务的牵头、配合单位中选择。"))
    if due_on is None or due_on < today:
        faults.append(("due_on", "请填写今天或以后的答复时限。"))
    return faults


def _next_number(year: int) -> int:
    last = SupervisionNotice.objects.filter(year=year).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


@action("supervision.receive")
def receive(*, notice: SupervisionNotice, by: Actor) -> SupervisionNotice:
    """签收, by the unit. Raises NotAllowed, Conflict where it is received."""
    require(by, Permission.TASK_REPORT, notice, to="签收这份督办通知单")
    row = _locked(notice)
    if row.state != NoticeState.ISSUED:
        raise Conflict(f"这份督办通知单已由{row.received_by}签收。")
    put(row, state=NoticeState.RECEIVED, received_by=by.actor_name, received_at=clock.now())
    return row


@action("supervision.answer")
def answer(*, notice: SupervisionNotice, text: str, by: Actor) -> SupervisionNotice:
    """What the unit does about it; once. Raises NotAllowed, Invalid without words, NotReady before it is received,
    Conflict where it is answered."""
    require(by, Permission.TASK_REPORT, notice, to="答复这份督办通知单")
    row = _locked(notice)
    if row.state == NoticeState.ISSUED:
        raise NotReady("请先签收，再答复。")
    if row.state == NoticeState.ANSWERED:
        raise Conflict(f"这份督办通知单已由{row.answered_by}答复，补充情况请写在任务备注里。")
    said = words(Words("answer", text, "答复", LONGEST["answer"]))
    put(row, state=NoticeState.ANSWERED, **said, answered_by=by.actor_name, answered_at=clock.now())
    office = [user for user in Recipients(clock.today()).office() if user.actor_key != by.actor_key]
    _tell(row, office, f"{row.label}已答复", f"{row.unit.name}：{row.answer}", "answered", by)
    return row


def _locked(notice: SupervisionNotice) -> SupervisionNotice:
    rows = SupervisionNotice.objects.select_for_update(of=("self",)).select_related("task", "unit")
    row = rows.get(pk=notice.pk)
    about(row)
    return row


def _tell(row: SupervisionNotice, users, title: str, text: str, what: str, by: Actor) -> None:
    key, url = f"supervision:{row.pk}:{what}", f"/supervisions/{row.pk}/"
    post(told=[Told(user, MessageKind.SUPERVISION, key, title, text, url, Importance.HIGH) for user in users], by=by)
