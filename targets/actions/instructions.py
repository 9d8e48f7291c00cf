"""批示: entered in words with a task for each 承办单位; its answer drafted from their lines and sent."""

from collections.abc import Sequence
from datetime import date

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, put
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from targets.actions.stated import Words, refuse, words
from targets.actions.task_making import due_faults, enter_task, unit_faults
from targets.enums_tasks import FeedbackState, TaskSource
from targets.models import Instruction
from targets.queries.instructions import MARKED, bears_mark

LONGEST = {"title": 120, "summary": 500, "leader": 40, "document": 200, "feedback": 3000}
CHANGED = "您填写期间，反馈稿已由他人修改，请核对后再保存。"


@action("instruction.enter")
def enter(
    *, title: str, summary: str, leader: str, given_on: date | None, due_on: date | None, units: Sequence[Unit],
    document: str = "", by: Actor,
) -> Instruction:  # fmt: skip
    """Enter a 批示 and give each of `units` a task of it. Raises NotAllowed, and Invalid for what is missing, days out
    of order, or words marked with a 密级."""
    require(by, Permission.INSTRUCTION_ENTER, to="登记领导批示")
    said = words(
        Words("title", title, "批示事项", LONGEST["title"]),
        Words("summary", summary, "批示摘要", LONGEST["summary"]),
        Words("leader", leader, "批示领导", LONGEST["leader"]),
        Words("document", document, "来文", LONGEST["document"], required=False),
    )
    refuse([(name, MARKED) for name, text in said.items() if bears_mark(text)])
    refuse([*_day_faults(given_on, due_on), *_unit_faults(units)])
    row = Instruction(
        **said, given_on=given_on, due_on=due_on, entered_by=by.actor_name, entered_key=by.actor_key, entered_at=clock.now()
    )
    checked(row).save(force_insert=True)
    created(row)
    for unit in units:
        enter_task(
            title=row.title, text=row.summary, source=TaskSource.INSTRUCTION, due_on=due_on, leads=[unit],
            source_note=f"{row.leader} {row.given_on} 批示", instruction=row, by=by,
        )  # fmt: skip
    return row


def _day_faults(given_on: date | None, due_on: date | None) -> list[tuple[str, str]]:
    today = clock.today()
    faults = [("given_on", "请填写批示日期。")] if given_on is None else []
    if given_on and given_on > today:
        faults.append(("given_on", "批示日期不能晚于今天。"))
    return faults + due_faults(due_on, today)


def _unit_faults(units: Sequence[Unit]) -> list[tuple[str, str]]:
    if not units:
        return [("units", "请至少选择一个承办单位。")]
    return [("units", sentence) for _, sentence in unit_faults(units, [])]


@action("instruction.draft")
def draft(*, instruction: Instruction, text: str, seen: int | None = None, by: Actor) -> Instruction:
    """Save the 反馈稿; after it was sent, a further one is begun. `seen` is the version that the person saw.

    Raises NotAllowed, Invalid without words or with marks of secrecy, Conflict.
    """
    require(by, Permission.INSTRUCTION_ENTER, instruction, to="起草反馈稿")
    row = _locked(instruction)
    if seen is not None and seen != row.version:
        raise Conflict(CHANGED)
    said = words(Words("feedback", text, "反馈稿", LONGEST["feedback"]))
    if bears_mark(said["feedback"]):
        raise Invalid(MARKED, errors=[("feedback", MARKED)])
    put(row, **said, feedback_state=FeedbackState.DRAFT, sent_by="", sent_at=None, version=row.version + 1)
    return row


@action("instruction.send")
def send(*, instruction: Instruction, seen: int | None = None, by: Actor) -> Instruction:
    """The 反馈稿 counts as given to the leader. Raises NotAllowed, NotReady without one, Conflict."""
    require(by, Permission.INSTRUCTION_ENTER, instruction, to="报送反馈稿")
    row = _locked(instruction)
    if seen is not None and seen != row.version:
        raise Conflict(CHANGED)
    if row.feedback_state != FeedbackState.DRAFT:
        raise NotReady("反馈稿已经报送过。" if row.feedback_state == FeedbackState.SENT else "还没有反馈稿，请先起草并保存。")
    put(
        row, feedback_state=FeedbackState.SENT, sent_by=by.actor_name, sent_at=clock.now(), version=row.version + 1
    )
    return row


def _locked(instruction: Instruction) -> Instruction:
    row = Instruction.objects.select_for_update(of=("self",)).get(pk=instruction.pk)
    about(row)
    return row
