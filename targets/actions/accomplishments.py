"""办结: reported with files by a unit that owes it, accepted by another account of the office, or sent back."""

from datetime import date

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, enter, put
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, NotAllowed, NotReady
from guandu.files.actions import add
from guandu.files.inspection import Checked
from guandu.files.models import Attachment
from guandu.files.owners import OwnerKind
from targets.actions.figures import ask_roll_up
from targets.actions.stated import Words, refuse, words
from targets.enums_plan import AccomplishmentState
from targets.models import Accomplishment, Target
from targets.queries.computed import computed_quarters
from targets.queries.milestones import ON_ACCOMPLISHMENT, Done, may_report, why_not_reported

LONGEST = {"text": 500, "basis": 200, "reason": 300}
DECIDED = "这份办结报送{state}，请刷新页面查看。"


def refuse_report(done: Done, by: Actor) -> None:
    """Raise NotAllowed unless `by` answers for a unit that owes the target or the aim."""
    require(by, Permission.PLAN_ANSWER, done, to="报送办结")
    if not may_report(by, done):
        raise NotAllowed("这项工作不由您的单位牵头或负责，不能报送办结。如确需办理，请联系园区发展办。")


def refuse_proof(accomplishment: Accomplishment, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now put files to the report."""
    refuse_report(accomplishment.done, by)
    if accomplishment.state != AccomplishmentState.REPORTED:
        raise NotReady(f"这份办结报送{accomplishment.get_state_display()}，材料不再变动。")


ACCOMPLISHMENT_KIND = OwnerKind(
    ON_ACCOMPLISHMENT, "办结报送", Accomplishment.objects.visible_to, refuse_proof
)


@action("accomplishment.report")
def report(*, done: Done, text: str, done_on: date | None, file: Checked | None, by: Actor) -> Accomplishment:
    """Say that the milestone target or the aim is done, with the first file of the proof.

    Raises NotAllowed unless `by` answers for a unit that owes it; NotReady for a target that figures judge, while one
    waits and once it is accepted (a yearly aim: of the same year); Invalid without words, a day that has come or a file.
    """
    refuse_report(done, by)
    about(done)
    held = type(done)._base_manager.select_for_update(of=("self",)).get(pk=done.pk)
    said = words(Words("text", text, "完成情况", LONGEST["text"]))
    refuse(_faults(done_on, file))
    sentence = why_not_reported(held, done_on.year)
    if sentence:
        raise NotReady(sentence)
    column = "target" if isinstance(held, Target) else "aim"
    row = Accomplishment(
        **{column: held}, **said, state=AccomplishmentState.REPORTED, done_on=done_on, reported_by=by.actor_name,
        reported_key=by.actor_key, reported_unit=by.unit.name if by.actor_kind == "user" else "", reported_at=clock.now(),
    )  # fmt: skip
    enter(row)
    add(kind=ON_ACCOMPLISHMENT, owner=row, file=file, by=by)
    return row


def _faults(done_on: date | None, file: Checked | None) -> list[tuple[str, str]]:
    faults = []
    if done_on is None:
        faults.append(("done_on", "请填写完成日期。"))
    elif done_on > clock.today():
        faults.append(("done_on", "完成日期还没有到，请在完成后报送。"))
    if file is None:
        faults.append(("file", "请上传一份证明材料，例如批复、验收文件或现场照片。"))
    return faults


@action("accomplishment.add_file")
def add_file(*, accomplishment: Accomplishment, file: Checked, by: Actor) -> Attachment:
    """One file more while the report waits. Raises NotAllowed, NotReady once it is decided, Invalid."""
    require(by, Permission.PLAN_ANSWER, accomplishment, to="为这份办结报送补充材料")
    fresh = _locked(accomplishment)
    about(fresh)
    return add(kind=ON_ACCOMPLISHMENT, owner=fresh, file=file, by=by)


@action("accomplishment.accept")
def accept(*, accomplishment: Accomplishment, basis: str, by: Actor) -> Accomplishment:
    """完成: by another account than the one that reported, on a document, with files there to see. Figures that count
    milestones are asked for anew. Raises NotAllowed, Conflict where it is decided, NotReady without files, Invalid."""
    require(by, Permission.PLAN_EDIT, accomplishment, to="验收办结报送")
    fresh = _waiting(accomplishment)
    if fresh.reported_key == by.actor_key:
        raise NotAllowed("这份办结由您报送，须由其他人验收。")
    if not Attachment.objects.of(ON_ACCOMPLISHMENT, fresh).exists():
        raise NotReady("还没有证明材料，不能验收；请先退回报送单位补充。")
    said = words(Words("basis", basis, "验收依据", LONGEST["basis"]))
    _decide(fresh, by, state=AccomplishmentState.ACCEPTED, **said)
    _count_again(fresh, by)
    return fresh


def _count_again(row: Accomplishment, by: Actor) -> None:
    """The quarters of the plan that end on the day or later."""
    for quarter in computed_quarters():
        if row.done_on <= quarter.last_day and quarter.first_day <= row.done.plan.ends_on:
            ask_roll_up(period=quarter, by=by)


@action("accomplishment.send_back")
def send_back(*, accomplishment: Accomplishment, reason: str, by: Actor) -> Accomplishment:
    """Not yet done, with what is lacking; it may be reported again. Raises NotAllowed, Conflict, Invalid."""
    require(by, Permission.PLAN_EDIT, accomplishment, to="退回办结报送")
    fresh = _waiting(accomplishment)
    said = words(Words("reason", reason, "退回理由", LONGEST["reason"]))
    _decide(fresh, by, state=AccomplishmentState.RETURNED, answer=said["reason"])
    return fresh


def _waiting(accomplishment: Accomplishment) -> Accomplishment:
    fresh = _locked(accomplishment)
    about(fresh)
    if fresh.state != AccomplishmentState.REPORTED:
        raise Conflict(DECIDED.format(state=fresh.get_state_display()))
    return fresh


def _locked(accomplishment: Accomplishment) -> Accomplishment:
    related = ("target__plan", "aim__plan")
    return Accomplishment.objects.select_for_update(of=("self",)).select_related(*related).get(pk=accomplishment.pk)


def _decide(row: Accomplishment, by: Actor, **values) -> None:
    put(row, decided_by=by.actor_name, decided_key=by.actor_key, decided_at=clock.now(), **values)
