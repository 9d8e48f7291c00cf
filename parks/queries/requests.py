"""企业诉求 as one person may see them: whose move each is, what is late, what nobody has solved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.working_days import working_days_until
from parks.enums_requests import OPEN_REQUESTS, WITH_UNIT, RequestSource, RequestState, Unsolved
from parks.models import Enterprise, Park, ServiceRequest, Tenancy
from parks.querysets_requests import of_units

TWICE = 2
ON_STEP = "parks.request_step"  # what files of a line of the trace hang on
RELATED = ("park", "unit", "kind", "enterprise", "raised_unit")


def listed(rows: QuerySet) -> QuerySet:
    """With what a line shows, and without the sealed number."""
    return rows.select_related(*RELATED).defer("phone_sealed")


def late_on(day: date) -> Q:
    """Whoever has the move has let his term pass."""
    return Q(state__in=[RequestState.RAISED, *WITH_UNIT], due_on__lt=day)


def dissatisfied_twice() -> Q:
    return Q(state__in=OPEN_REQUESTS, dissatisfied__gte=TWICE) & ~Q(state=RequestState.ANSWERED)


def suspended_long(day: date) -> Q:
    return Q(state=RequestState.SUSPENDED, suspended_until__lt=day)


def to_look_at(day: date) -> Q:
    """Suspended until a day that has come."""
    return Q(state=RequestState.SUSPENDED, look_again_on__lte=day)


def unsolved_on(day: date) -> Q:
    return late_on(day) | dissatisfied_twice() | suspended_long(day)


@dataclass(frozen=True)
class UnsolvedRequest:
    """A request that belongs on the agenda: `why`, in the order in which it is said, and `words` for the paper."""

    request: ServiceRequest
    why: tuple[Unsolved, ...]
    words: str


def unsolved(user: Actor, day: date | None = None) -> list[UnsolvedRequest]:
    """Requests of the person's scope that are overdue, twice answered to dissatisfaction, or suspended too long: for the
    agenda of the 例会, the longest waiting first. Grain: one request. One query."""
    day = day or clock.today()
    rows = listed(ServiceRequest.objects.visible_to(user).filter(unsolved_on(day))).order_by("raised_on", "pk")
    return [_unsolved(each, day) for each in rows]


def _unsolved(request: ServiceRequest, day: date) -> UnsolvedRequest:
    said: list[tuple[Unsolved, str]] = []
    if request.is_late(day):
        who = request.unit.name if request.unit else "园区发展办"
        said.append((Unsolved.OVERDUE, f"{who}逾期 {-working_days_until(day, request.due_on)} 个工作日"))
    if request.dissatisfied >= TWICE:
        said.append((Unsolved.DISSATISFIED, f"提出方 {request.dissatisfied} 次不满意"))
    if request.suspended_until and request.state == RequestState.SUSPENDED and request.suspended_until < day:
        said.append((Unsolved.SUSPENDED, f"自 {request.since:%-m月%-d日} 起挂起，超过最长时限"))
    return UnsolvedRequest(request, tuple(why for why, _ in said), "；".join(words for _, words in said))


def of_raiser(user: Actor) -> Q:
    """Requests that the person's unit brought in; the office speaks also for firms that came by themselves."""
    if user.actor_kind != "user":
        return Q(pk__in=[])
    own = Q(raised_unit=user.unit_id)
    return own | Q(source=RequestSource.PUBLIC) if user.may(Permission.REQUEST_ASSIGN) else own


def moves_of(user: User, day: date) -> QuerySet[ServiceRequest]:
    """Requests whose next move is this person's: to assign, to handle, to judge, to look at again. The nearest term
    first."""
    mine = Q(pk__in=[])
    if user.may(Permission.REQUEST_ASSIGN):
        mine |= Q(state=RequestState.RAISED)
        mine |= to_look_at(day)
    if user.may(Permission.REQUEST_HANDLE):
        own = of_units(user, Permission.REQUEST_HANDLE)
        mine |= own & (Q(state__in=WITH_UNIT) | to_look_at(day))
    if user.may(Permission.REQUEST_RAISE):
        mine |= Q(state=RequestState.ANSWERED) & of_raiser(user)
    rows = ServiceRequest.objects.visible_to(user).filter(mine)
    return listed(rows).order_by(F("due_on").asc(nulls_first=True), "pk")


@dataclass(frozen=True)
class RequestCounts:
    """Of the person's scope: how many are open, late, wait for his move, were ended."""

    open: int
    late: int
    unsolved: int
    mine: int
    closed: int


def counts_of(user: User, day: date) -> RequestCounts:
    """Two queries."""
    found = ServiceRequest.objects.visible_to(user).aggregate(
        open=Count("pk", filter=Q(state__in=OPEN_REQUESTS)),
        late=Count("pk", filter=late_on(day)),
        unsolved=Count("pk", filter=unsolved_on(day)),
        closed=Count("pk", filter=Q(state=RequestState.CLOSED)),
    )
    return RequestCounts(**found, mine=moves_of(user, day).count())


def open_by_park(user: Actor, parks: Iterable[int]) -> dict[int, int]:
    """Park → how many of its requests are open. One query."""
    rows = ServiceRequest.objects.visible_to(user).filter(park__in=list(parks), state__in=OPEN_REQUESTS)
    return dict(rows.order_by().values("park").annotate(n=Count("pk")).values_list("park", "n"))


def waiting_first(rows: QuerySet) -> QuerySet:
    """With `urgency`: what is open before what is over."""
    over = When(state__in=[RequestState.CLOSED, RequestState.WITHDRAWN], then=Value(1))
    return rows.annotate(urgency=Case(over, default=Value(0), output_field=IntegerField()))


def whose_move(request: ServiceRequest) -> str:
    """Who is to act next, in words."""
    if request.state == RequestState.RAISED:
        return "园区发展办交办"
    if request.state in WITH_UNIT:
        return f"{_short(request.unit)}办理"
    if request.state == RequestState.ANSWERED:
        return "提出方评价"
    if request.state == RequestState.SUSPENDED:
        return f"{request.look_again_on:%-m月%-d日}再议"
    return ""


def _short(unit: Unit | None) -> str:
    return (unit.short_name or unit.name) if unit else ""


def is_of_raiser(user: Actor, request: ServiceRequest) -> bool:
    """Whether the person speaks for who raised it."""
    raised = user.actor_kind == "user" and user.may(Permission.REQUEST_RAISE, request)
    return raised and ServiceRequest.objects.filter(of_raiser(user), pk=request.pk).exists()


def firm_named(text: str, park: Park, day: date) -> Enterprise | None:
    """The tenant of the park whose whole name or credit code is `text`; None where it is not one firm."""
    tenants = Tenancy.objects.on(day).filter(park=park)
    named = Q(enterprise__name=text) | Q(enterprise__credit_code=text.upper())
    found = list(tenants.filter(named).select_related("enterprise")[:2])
    return found[0].enterprise if len(found) == 1 else None


def due_by(last: date, day: date) -> list[ServiceRequest]:
    """Whose term ends by `last` or is over, and what is to be looked at again on `day`. Grain: one request."""
    running = Q(state__in=[RequestState.RAISED, *WITH_UNIT, RequestState.ANSWERED], due_on__lte=last)
    return list(listed(ServiceRequest.objects.filter(running | to_look_at(day))).order_by("pk"))


def unjudged(day: date) -> list[ServiceRequest]:
    """Answers that nobody judged within the term."""
    return list(ServiceRequest.objects.filter(state=RequestState.ANSWERED, due_on__lt=day).order_by("pk"))
