"""What a person may do with a return next, and what waits for him. Page, API and to-do list ask here."""

from dataclasses import dataclass

from django.db.models import Q, TextChoices

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from targets.enums import ReturnState
from targets.models import Return, ReturnTemplate, ReturnWorkbook
from targets.queries.locks import can_be_filled, lock_of, open_correction
from targets.queries.opinions import awaiting_opinion, waited_for
from targets.queries.paper import missing_paper, paper_sign_off
from targets.queries.sheet import Sheet, sheet_of
from targets.workflow import APPROVALS, BESIDE, TABLE, Step, Verb, awaited, steps_from, who_acts

OWN_FILING = "这张报表由您报送，须由其他人办理"


@dataclass(frozen=True)
class NextStep:
    """One move that the person's duty allows; `missing` says what must come first, empty when ready."""

    verb: Verb
    label: str
    needs: str
    missing: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.missing


def next_steps(return_: Return, user: Actor, sheet: Sheet | None = None) -> list[NextStep]:
    """The moves from the return's state that are this person's, in the table's order.

    `sheet` saves reading it again. Expects `cycle__template`, `draft` and `filed` to be selected.
    """
    return [
        NextStep(step.verb, step.label, step.needs, _missing(return_, step.verb, user, sheet))
        for step in duties(return_, user)
    ]


def duties(return_: Return, user: Actor) -> list[Step]:
    """The rows of the table that are this person's now, whether or not they are ready."""
    steps = steps_from(return_.state, return_.cycle.template.route)
    mine = [each for each in steps if user.actor_kind == "service" or user.may(each.permission, return_)]
    return [each for each in mine if fits(return_, each.verb)]


def fits(return_: Return, verb: Verb) -> bool:
    """Whether the move makes sense for what the return holds: a 数据订正 is withdrawn only while one is
    open, 线下签批 only where a checked scan is there, 代录报送 only of what was loaded for somebody, and what was once
    approved is corrected, never 免报."""
    if verb == Verb.WITHDRAW:
        return open_correction(return_) is not None
    if verb == Verb.SIGN_OFF:
        return paper_sign_off(return_, "review") is not None
    if verb == Verb.RECEIVE:
        return received_for(return_) is not None
    return verb != Verb.EXEMPT or return_.approved_id is None


def _missing(return_: Return, verb: Verb, user: Actor, sheet: Sheet | None) -> tuple[str, ...]:
    if verb in {Verb.FILE, Verb.RECEIVE}:
        lock = lock_of(return_)
        return (*((lock.sentence,) if lock else ()), *(each.text for each in (sheet or sheet_of(return_)).blocking))
    if verb in APPROVALS and filed_by(return_, user):
        return (OWN_FILING,)
    return waited_for(return_) + missing_paper(return_) if verb == Verb.CONFIRM else ()


def received_for(return_: Return) -> ReturnWorkbook | None:
    """The workbook that the office loaded into the draft for him who filled it in, the last of them."""
    if return_.draft_id is None:
        return None
    return ReturnWorkbook.objects.filter(version=return_.draft_id).exclude(filled_by="").first()


def filed_by(return_: Return, user: Actor) -> bool:
    """Whether this account filed the version that is under review."""
    return return_.filed is not None and return_.filed.filed_by == user.actor_key


def who_is_next(return_: Return) -> str:
    """Who acts next, in words: a unit by name where one is known."""
    if return_.state == ReturnState.EXEMPT:
        return ""
    if return_.is_open:
        return return_.filer.name if return_.filer else "园区运营方"
    return who_acts(return_.state, return_.cycle.template.route)


class Task(TextChoices):
    """What a return asks of one person. The label is the button that leads there."""

    FILE = "", "去填报"
    REVIEW = "review", "去审核"
    CONFIRM = "confirm", "去确认"
    OPINE = "opinion", "提意见"


def task_of(return_: Return, user: Actor) -> Task:
    """The task that waits in the return for this person: the awaited step, or an opinion where that step
    is another's. Asks the database nothing."""
    waiting = Task(awaited(return_.state, return_.cycle.template.route))
    permission = {Task.REVIEW: Permission.RETURN_REVIEW, Task.CONFIRM: Permission.RETURN_CONFIRM}.get(waiting)
    if permission and not _holds(user, permission) and _holds(user, Permission.RETURN_OPINE):
        return Task.OPINE
    return waiting


def waiting_for(user: Actor):
    """Returns whose next move is this person's duty: to fill in, to review, to confirm. A queryset
    with everything a list needs selected; ordered by due date."""
    condition = Q(pk__in=[])
    for permission in (Permission.RETURN_FILE, Permission.RETURN_REVIEW, Permission.RETURN_CONFIRM):
        if not _holds(user, permission):
            continue
        mine = Return.objects.visible_to(user, permission)
        condition |= Q(pk__in=mine.values("pk")) & _awaiting(permission)
    if user.actor_kind == "user" and user.may(Permission.RETURN_OPINE):
        condition |= awaiting_opinion(user)
    return listed(Return.objects.filter(condition)).order_by("cycle__due_on", "park_code", "pk")


def listed(returns):
    return returns.select_related("cycle__template", "filer", "filed")


def _holds(user: Actor, permission: Permission) -> bool:
    return user.actor_kind == "service" or user.may(permission)


def _awaiting(permission: Permission) -> Q:
    """Returns in a state from which `permission` moves on; templates with other routes left out."""
    if permission == Permission.RETURN_FILE:
        return can_be_filled()
    condition = Q(pk__in=[])
    for template in ReturnTemplate.objects.all():
        states = {
            step.from_state
            for step in TABLE
            if step.permission == permission
            and step.verb not in BESIDE
            and awaited(step.from_state, template.route) == step.route_step
        }
        condition |= Q(cycle__template=template, state__in=states)
    return condition
