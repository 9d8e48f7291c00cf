"""Tasks, 批示 and 督办 of the own department, and of another one. Rows directly, so that nobody is told of them."""

from datetime import date

from guandu.accounts.models import Unit
from guandu.core import clock
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from targets.actions.task_asking import add_file
from targets.models import (
    Instruction,
    SupervisionNotice,
    Task,
    TaskClosing,
    TaskExtension,
    TaskStage,
    TaskUnit,
)
from tests.files.made import pdf
from tests.permissions.sides import People, Side, keys

LATE, FAR = date(2026, 10, 1), date(2026, 12, 20)


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    """Of each kind the own and another unit's; as `shut` one of the own unit that is past it."""
    sides = {"own": own, "other": other}
    tasks = {name: _task(side, f"RW2026-{number:03}", LATE) for number, (name, side) in enumerate(sides.items(), start=901)}
    new = {name: _task(side, f"RW2026-{number:03}", FAR, "waiting") for number, (name, side) in enumerate(sides.items(), start=903)}
    over = _task(own, "RW2026-905", FAR, "revoked", revoked_because="不再实施")
    closings = {name: _closing(side, f"RW2026-{number:03}") for number, (name, side) in enumerate(sides.items(), start=906)}
    extensions = {
        name: _extension(_task(side, f"RW2026-{number:03}", FAR), side)
        for number, (name, side) in enumerate(sides.items(), start=908)
    }
    done = _closing(own, "RW2026-910", granted=True)
    granted = _extension(_task(own, "RW2026-911", FAR), own, granted=True)
    given = {name: _instruction(side, f"RW2026-{number:03}") for number, (name, side) in enumerate(sides.items(), start=912)}
    sent = _instruction(own, "RW2026-914", feedback="已办", feedback_state="sent", sent_by="办公室", sent_at=clock.now())
    drafted = _instruction(own, "RW2026-915", feedback="起草", feedback_state="draft")
    notices = {name: _notice(side, number) for number, (name, side) in enumerate(sides.items(), start=901)}
    answered = _notice(own, 903, "answered")
    received = {name: _notice(side, number, "received") for number, (name, side) in enumerate(sides.items(), start=904)}
    stages = {name: TaskStage.objects.create(task=task, title="专家评审") for name, task in tasks.items()}
    return {
        "task": keys(tasks | {"shut": over}),
        "task at any time": keys(tasks),
        "task to receive": keys(new | {"shut": tasks["own"]}),
        "task stage": keys(stages | {"shut": TaskStage.objects.create(task=over, title="专家评审")}),
        "task closing": keys(closings | {"shut": done}),
        "task extension": keys(extensions | {"shut": granted}),
        "instruction": keys(given),
        "instruction drafted": keys({"own": drafted, "shut": sent}),
        "notice to receive": keys(notices | {"shut": received["own"]}),
        "notice": keys(received | {"shut": answered}),
    }


def _task(side: Side, code: str, due_on: date, state: str = "working", **fields) -> Task:
    fields = {"source": "meeting", "title": f"任务{side.mark('duty')}", **fields}
    task = Task.objects.create(
        code=code, text="按期办结", due_on=due_on, first_due_on=due_on, state=state, opened_on=LATE, lines_from=LATE,
        opened_by="办公室", **fields
    )
    TaskUnit.objects.create(
        task=task, unit=_unit(side), leads=True, owes_lines=True,
        received_at=None if state == "waiting" else clock.now(), received_by="" if state == "waiting" else "接收人",
    )  # fmt: skip
    return task


def _unit(side: Side) -> Unit:
    return side.park.sponsorships.get().department


def _asked(side: Side, *, granted: bool) -> dict:
    values = {
        "asked_by": side.reviewer.name, "asked_key": side.reviewer.actor_key, "asked_unit": _unit(side).name,
        "asked_at": clock.now(),
    }  # fmt: skip
    if granted:
        values |= {"state": "granted", "decided_by": "办公室", "decided_key": "another", "decided_at": clock.now()}
    return values


def _closing(side: Side, code: str, *, granted: bool = False) -> TaskClosing:
    """Reported with a file, which the side's own reviewer put there."""
    task = _task(side, code, FAR, "working")
    row = TaskClosing.objects.create(task=task, text="已竣工", done_on=LATE, **_asked(side, granted=False))
    _put_file(row, side)
    Task.objects.filter(pk=task.pk).update(state="done" if granted else "reported", done_on=LATE if granted else None)
    if granted:
        TaskClosing.objects.filter(pk=row.pk).update(**_asked(side, granted=True))
    return row


def _put_file(row: TaskClosing, side: Side) -> None:
    name = f"{side.mark('dutyproof')}.pdf"
    add_file(closing=row, file=check(pdf(name.encode()), name, EVIDENCE), by=side.reviewer)


def _extension(task: Task, side: Side, *, granted: bool = False) -> TaskExtension:
    return TaskExtension.objects.create(
        task=task, old_due_on=FAR, new_due_on=date(2027, 1, 20), reason="征地未完成", **_asked(side, granted=granted)
    )


def _instruction(side: Side, code: str, **fields) -> Instruction:
    row = Instruction.objects.create(
        title=f"批示{side.mark('instruct')}", summary="抓紧办理", leader="张区长", given_on=LATE, due_on=FAR, entered_by="联络员",
        entered_key="liaison", entered_at=clock.now(), **fields,
    )  # fmt: skip
    _task(side, code, FAR, source="instruction", instruction=row)
    return row


def _notice(side: Side, number: int, state: str = "issued") -> SupervisionNotice:
    values = {} if state == "issued" else {"received_by": "签收人", "received_at": clock.now()}
    if state == "answered":
        values |= {"answer": "已整改", "answered_by": "答复人", "answered_at": clock.now()}
    task = _task(side, f"RW2026-{number + 50}", LATE)
    return SupervisionNotice.objects.create(
        task=task, unit=_unit(side), year=2026, number=number, because=f"超期{side.mark('urged')}", text="限期办结",
        issued_on=date(2026, 10, 9), due_on=date(2026, 10, 20), state=state, issued_by="办公室", issued_key="m-office", **values,
    )  # fmt: skip
