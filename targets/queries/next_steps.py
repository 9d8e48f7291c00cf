"""What a person may do with a return next, and what waits for him. Page, API and to-do list ask here."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from targets.enums import ReturnState
from targets.models import Return, ReturnTemplate
from targets.queries.sheet import Sheet, sheet_of
from targets.workflow import APPROVALS, TABLE, Step, Verb, awaited, steps_from, who_acts

OWN_FILING = "这张报表由您报送，须由其他人办理"
LOCKED_HINT = "已核定锁定。需要改动的，请联系园区发展办办理数据订正。"


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
    return [each for each in steps if user.actor_kind == "service" or user.may(each.permission, return_)]


def _missing(return_: Return, verb: Verb, user: Actor, sheet: Sheet | None) -> tuple[str, ...]:
    if verb == Verb.FILE:
        return (*not_open_yet(return_), *(each.text for each in (sheet or sheet_of(return_)).blocking))
    if verb in APPROVALS and filed_by(return_, user):
        return (OWN_FILING,)
    return ()


def not_open_yet(return_: Return) -> tuple[str, ...]:
    """What keeps the form shut today: it has not opened, or a first answer comes too late. One that was
    sent back may be filed again."""
    cycle, today = return_.cycle, clock.today()
    if today < cycle.opens_on:
        return (f"{words(cycle.opens_on)}起开始填报",)
    if return_.state == ReturnState.DRAFT and cycle.is_closed(today):
        return (f"已于{words(cycle.closes_on)}关闭填报，需要补报的，请联系园区发展办延长",)
    return ()


def filed_by(return_: Return, user: Actor) -> bool:
    """Whether this account filed the version that is under review."""
    return return_.filed is not None and return_.filed.filed_by == user.actor_key


def who_is_next(return_: Return) -> str:
    """Who acts next, in words: a unit by name where one is known."""
    if return_.is_open:
        return return_.filer.name if return_.filer else "园区运营方"
    return who_acts(return_.state, return_.cycle.template.route)


def waiting_for(user: Actor):
    """Returns whose next move is this person's duty: to fill in, to review, to confirm. A queryset
    with everything a list needs selected; ordered by due date."""
    condition = Q(pk__in=[])
    for permission in (Permission.RETURN_FILE, Permission.RETURN_REVIEW, Permission.RETURN_CONFIRM):
        if not _holds(user, permission):
            continue
        mine = Return.objects.visible_to(user, permission)
        condition |= Q(pk__in=mine.values("pk")) & _awaiting(permission)
    return listed(Return.objects.filter(condition)).order_by("cycle__due_on", "park_code", "pk")


def listed(returns):
    return returns.select_related("cycle__template", "filer", "filed")


def _holds(user: Actor, permission: Permission) -> bool:
    return user.actor_kind == "service" or user.may(permission)


def _awaiting(permission: Permission) -> Q:
    """Returns in a state from which `permission` moves on; templates with other routes left out."""
    if permission == Permission.RETURN_FILE:
        return Q(state__in=[ReturnState.DRAFT, ReturnState.SENT_BACK], cycle__opens_on__lte=clock.today())
    condition = Q(pk__in=[])
    for template in ReturnTemplate.objects.all():
        states = {
            step.from_state
            for step in TABLE
            if step.permission == permission and awaited(step.from_state, template.route) == step.route_step
        }
        condition |= Q(cycle__template=template, state__in=states)
    return condition


def words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
