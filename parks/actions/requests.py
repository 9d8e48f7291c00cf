"""企业诉求: raised, assigned, handled, answered, judged; every move leaves a line of the trace."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from guandu.accounts.checks import allowed, require, require_service
from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.working_days import shifted, working_days_until
from guandu.files.actions import add
from guandu.files.inspection import Checked
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.told import Told
from parks.actions.request_numbers import put_number
from parks.enums_requests import RequestOutcome, RequestSource, RequestStage, RequestState, RequestVerb
from parks.models import Park, RequestKind, RequestStep, ServiceRequest
from parks.queries.request_clocks import term_of
from parks.queries.request_people import RequestPeople
from parks.queries.requests import ON_STEP, firm_named, is_of_raiser
from parks.workflow_requests import OFFICE, RAISER, UNIT, Step, step_for

LONGEST = {"text": 500, "firm_name": 120, "contact": 40, "words": 500}
NEEDED = {"text": "诉求内容", "firm_name": "园区企业", "contact": "联系人"}
MOVED = "您填写期间，这项诉求已有新的办理（现为“{state}”），请核对后再办。"
SOURCES = {
    Unit.Kind.OPERATOR: RequestSource.OPERATOR,
    Unit.Kind.STREET: RequestSource.STREET,
    Unit.Kind.TASK_FORCE: RequestSource.TASK_FORCE,
    Unit.Kind.OFFICE: RequestSource.OFFICE,
}
HANDLERS = (*Unit.DEPARTMENTS, Unit.Kind.STREET, Unit.Kind.TASK_FORCE)


@dataclass(frozen=True)
class Asked:
    """What a firm asks for, in the four fields; `kind` where whoever raises it knows."""

    text: str
    firm_name: str
    contact: str
    phone: str
    kind: RequestKind | None = None


@action("request.raise")
def raise_request(*, park: Park, asked: Asked, by: Actor) -> ServiceRequest:
    """Enter a request of a firm of the park. Raises NotAllowed, Invalid with a sentence per field."""
    require(by, Permission.REQUEST_RAISE, park, to="提出企业诉求")
    about(park)
    own = {"raised_by": by, "raised_unit": by.unit, "source": SOURCES.get(by.unit.kind, RequestSource.SPONSOR)}
    return enter_request(park, asked, by, **own)


def enter_request(park: Park, asked: Asked, by: Actor, **who: Any) -> ServiceRequest:
    """Within an action that brings a request in: the row, the first line of its trace, word to the office."""
    today = clock.today()
    if park.closed_on is not None and park.closed_on <= today:
        raise Invalid("该园区已关闭，请选择在运营的园区。", errors=[("park", "请选择在运营的园区。")])
    said = stated({name: getattr(asked, name) for name in NEEDED}, NEEDED)
    request = ServiceRequest(
        park=park, enterprise=firm_named(said["firm_name"], park, today), **said, kind=asked.kind, raised_name=by.actor_name,
        raised_on=today, raised_at=clock.now(), since=today, due_on=term_of(RequestStage.ASSIGN, asked.kind, today), **who,
    )  # fmt: skip
    put_number(request, asked.phone)
    enter(request)
    _trace(request, RequestVerb.RAISE, by)
    people = RequestPeople(today)
    _tell([user for user in people.office() if user.actor_key != by.actor_key], request, "新的企业诉求待交办", by)
    return request


def stated(said: dict[str, str], needed: dict[str, str]) -> dict[str, str]:
    """Each text without spaces around it. Raises Invalid with a sentence per field that is missing or too long."""
    kept = {name: (text or "").strip() for name, text in said.items()}
    errors = [(name, f"请填写{needed[name]}。") for name, text in kept.items() if not text and name in needed]
    errors += [
        (name, f"最长 {LONGEST[name]} 字，现有 {len(text)} 字，请精简。") for name, text in kept.items() if len(text) > LONGEST[name]
    ]
    if errors:
        raise Invalid("填写内容有误，请按提示修改。", errors=errors)
    return kept


@action("request.assign")
def assign(
    *, request: ServiceRequest, unit: Unit, kind: RequestKind, words: str = "", version: int | None = None, by: Actor
) -> ServiceRequest:
    """Give it to a unit, or to another one; the handling term begins. Raises NotAllowed, NotReady, Conflict, Invalid."""
    row, _ = _started(request, RequestVerb.ASSIGN, version, by)
    if unit.kind not in HANDLERS:
        raise Invalid("承办单位应为区级部门、街道或专班。", errors=[("unit", "请从列表中选择承办单位。")])
    said = stated({"words": words}, {})["words"]
    due = term_of(RequestStage.HANDLE, kind, clock.today())
    row = _move(row, RequestVerb.ASSIGN, said, by, state=RequestState.ASSIGNED, unit=unit, kind=kind, due_on=due, answer="")
    people = RequestPeople(clock.today()).handlers(unit)
    _tell(people, row, f"请办理企业诉求，{due:%-m月%-d日}前反馈", by, Importance.HIGH)
    return row


@action("request.give_back")
def give_back(*, request: ServiceRequest, words: str, version: int | None = None, by: Actor) -> ServiceRequest:
    """Not the unit's business: the office assigns it anew. Raises NotAllowed, NotReady, Conflict, Invalid."""
    row, _ = _started(request, RequestVerb.GIVE_BACK, version, by)
    said = _said(words, "退回的理由")
    due = term_of(RequestStage.ASSIGN, row.kind, clock.today())
    from_unit = row.unit.name
    row = _move(row, RequestVerb.GIVE_BACK, said, by, state=RequestState.RAISED, unit=None, due_on=due)
    _tell(RequestPeople(clock.today()).office(), row, f"{from_unit}退回企业诉求，请重新交办", by)
    return row


@action("request.take_up")
def take_up(*, request: ServiceRequest, version: int | None = None, by: Actor) -> ServiceRequest:
    """The unit has begun; the term goes on. Raises NotAllowed, NotReady, Conflict."""
    row, _ = _started(request, RequestVerb.TAKE_UP, version, by)
    return _move(row, RequestVerb.TAKE_UP, "", by, state=RequestState.HANDLING)


@action("request.answer")
def answer(
    *, request: ServiceRequest, words: str, file: Checked | None = None, version: int | None = None, by: Actor
) -> ServiceRequest:
    """Say what came of it; who raised it then says whether it will do. Raises NotAllowed, NotReady, Conflict, Invalid."""
    row, _ = _started(request, RequestVerb.ANSWER, version, by)
    said = _said(words, "办理结果")
    due = term_of(RequestStage.JUDGE, row.kind, clock.today())
    row = _move(row, RequestVerb.ANSWER, said, by, file, state=RequestState.ANSWERED, due_on=due, answer=said)
    _tell(RequestPeople(clock.today()).raisers(row), row, f"企业诉求已反馈，请在 {due:%-m月%-d日}前评价", by)
    return row


@action("request.accept")
def accept(*, request: ServiceRequest, version: int | None = None, by: Actor) -> ServiceRequest:
    """满意: ends it. Raises NotAllowed, NotReady, Conflict."""
    row, _ = _started(request, RequestVerb.ACCEPT, version, by)
    return _close(row, RequestVerb.ACCEPT, RequestOutcome.SATISFIED, by)


@action("request.reject")
def reject(
    *, request: ServiceRequest, words: str, file: Checked | None = None, version: int | None = None, by: Actor
) -> ServiceRequest:
    """不满意: back to the unit, with what is lacking. Raises NotAllowed, NotReady, Conflict, Invalid."""
    row, _ = _started(request, RequestVerb.REJECT, version, by)
    said = _said(words, "不满意的原因")
    due, times = term_of(RequestStage.REDO, row.kind, clock.today()), row.dissatisfied + 1
    row = _move(row, RequestVerb.REJECT, said, by, file, state=RequestState.HANDLING, due_on=due, dissatisfied=times)
    people = RequestPeople(clock.today())
    _tell(people.handlers(row.unit), row, f"提出方不满意，请在 {due:%-m月%-d日}前重新办理", by, Importance.HIGH)
    return row


@action("request.lapse")
def lapse(*, request: ServiceRequest, by: Actor) -> ServiceRequest:
    """Nobody judged the answer in time: it stands. Raises NotAllowed for a person, NotReady before the term is over."""
    require_service(by, to="逾期未评价的办结")
    row = _held(request)
    step_for(RequestVerb.LAPSE, row.state)
    if row.due_on >= clock.today():
        raise NotReady("评价时限还没有届满。")
    return _close(row, RequestVerb.LAPSE, RequestOutcome.SILENT, by)


@action("request.suspend")
def suspend(
    *, request: ServiceRequest, words: str, look_again_on: date | None, file: Checked | None = None,
    version: int | None = None, by: Actor,
) -> ServiceRequest:  # fmt: skip
    """Stop the clock for a reason, until a day. Raises NotAllowed, NotReady, Conflict, Invalid."""
    row, _ = _started(request, RequestVerb.SUSPEND, version, by)
    said, day = _said(words, "挂起的原因"), _to_come(look_again_on)
    today = clock.today()
    values = {
        "suspended_in": row.state, "look_again_on": day, "days_left": working_days_until(today, row.due_on), "due_on": None,
        "suspended_until": term_of(RequestStage.SUSPEND, row.kind, today),
    }  # fmt: skip
    row = _move(row, RequestVerb.SUSPEND, said, by, file, state=RequestState.SUSPENDED, **values)
    _tell(RequestPeople(today).raisers(row), row, f"企业诉求挂起，{day:%-m月%-d日}再议", by)
    return row


@action("request.look_again")
def look_again(
    *, request: ServiceRequest, words: str, look_again_on: date | None, version: int | None = None, by: Actor
) -> ServiceRequest:
    """Looked at again, and not yet to be done: another day. Raises NotAllowed, NotReady, Conflict, Invalid."""
    row, _ = _started(request, RequestVerb.LOOK_AGAIN, version, by)
    said, day = _said(words, "继续挂起的原因"), _to_come(look_again_on)
    return _move(row, RequestVerb.LOOK_AGAIN, said, by, look_again_on=day)


@action("request.resume")
def resume(*, request: ServiceRequest, version: int | None = None, by: Actor) -> ServiceRequest:
    """The clock goes on with what was left of it. Raises NotAllowed, NotReady, Conflict."""
    row, _ = _started(request, RequestVerb.RESUME, version, by)
    due = shifted(clock.today(), row.days_left)
    row = _move(row, RequestVerb.RESUME, "", by, state=RequestState.HANDLING, due_on=due, **_AWAKE)
    _tell(RequestPeople(clock.today()).handlers(row.unit), row, f"企业诉求恢复办理，{due:%-m月%-d日}前反馈", by)
    return row


@action("request.withdraw")
def withdraw(*, request: ServiceRequest, words: str, version: int | None = None, by: Actor) -> ServiceRequest:
    """Taken back by who raised it. Raises NotAllowed, NotReady, Conflict, Invalid."""
    row, _ = _started(request, RequestVerb.WITHDRAW, version, by)
    return _move(row, RequestVerb.WITHDRAW, _said(words, "撤回的原因"), by, state=RequestState.WITHDRAWN, due_on=None, **_AWAKE)


_AWAKE: dict[str, Any] = {"suspended_in": "", "look_again_on": None, "days_left": None, "suspended_until": None}


def why_not(request: ServiceRequest, step: Step, by: Actor) -> bool:
    """Whether this person is none of those whose move it is."""
    return not (
        (OFFICE in step.who and allowed(by, Permission.REQUEST_ASSIGN, request))
        or (UNIT in step.who and by.actor_kind == "user" and by.may(Permission.REQUEST_HANDLE, request))
        or (RAISER in step.who and is_of_raiser(by, request))
    )


def _started(request: ServiceRequest, verb: RequestVerb, version: int | None, by: Actor) -> tuple[ServiceRequest, Step]:
    """The row, locked, in a state for the verb, as the person saw it, by one whose move it is."""
    row = _held(request)
    if not any(allowed(by, each, row) for each in _RIGHTS[verb]):
        raise NotAllowed(f"您没有办理这项诉求（{RequestVerb(verb).label}）的权限。如确需办理，请联系园区发展办。")
    step = step_for(verb, row.state)
    if why_not(row, step, by):
        raise NotAllowed(f"这项诉求的“{step.label}”不由您的单位办理。如确需办理，请联系园区发展办。")
    if version is not None and version != row.version:
        raise Conflict(MOVED.format(state=row.get_state_display()))
    return row, step


_RAISE, _ASSIGN, _HANDLE = Permission.REQUEST_RAISE, Permission.REQUEST_ASSIGN, Permission.REQUEST_HANDLE
_RIGHTS: dict[str, tuple[Permission, ...]] = {
    RequestVerb.ASSIGN: (_ASSIGN,), RequestVerb.GIVE_BACK: (_HANDLE,), RequestVerb.TAKE_UP: (_HANDLE,),
    RequestVerb.ANSWER: (_HANDLE,), RequestVerb.ACCEPT: (_RAISE,), RequestVerb.REJECT: (_RAISE,),
    RequestVerb.SUSPEND: (_HANDLE, _ASSIGN), RequestVerb.LOOK_AGAIN: (_HANDLE, _ASSIGN),
    RequestVerb.RESUME: (_HANDLE, _ASSIGN), RequestVerb.WITHDRAW: (_RAISE,),
}  # fmt: skip


def _held(request: ServiceRequest) -> ServiceRequest:
    related = ("park", "unit", "kind", "raised_unit")
    row = ServiceRequest.objects.select_for_update(of=("self",)).select_related(*related).get(pk=request.pk)
    about(row)
    return row


def _move(
    row: ServiceRequest, verb: RequestVerb, words: str, by: Actor, file: Checked | None = None, **values: Any
) -> ServiceRequest:
    """Write the change, the line of the trace and what is attached to it."""
    if values.get("state", row.state) != row.state:
        values["since"] = clock.today()
    moved = edit(row, values, editable=frozenset(values))
    step = _trace(moved, verb, by, words)
    if file is not None:
        add(kind=ON_STEP, owner=step, file=file, by=by)
    return moved


def _close(row: ServiceRequest, verb: RequestVerb, outcome: RequestOutcome, by: Actor) -> ServiceRequest:
    ended = {"state": RequestState.CLOSED, "outcome": outcome, "closed_on": clock.today(), "due_on": None}
    row = _move(row, verb, "", by, **ended)
    word = "提出方满意" if outcome == RequestOutcome.SATISFIED else "逾期未评价"
    _tell(RequestPeople(clock.today()).handlers(row.unit), row, f"企业诉求办结：{word}", by)
    return row


def _trace(request: ServiceRequest, verb: RequestVerb, by: Actor, words: str = "") -> RequestStep:
    person = by if by.actor_kind == "user" else None
    return enter(
        RequestStep(
            request=request, verb=verb, after=request.state, on=clock.today(), at=clock.now(), by=person, by_name=by.actor_name,
            by_unit=person.unit.name if person else "", to_unit=request.unit.name if verb == RequestVerb.ASSIGN else "",
            due_on=request.due_on or request.look_again_on, words=words,
        )
    )  # fmt: skip


def _said(words: str, what: str) -> str:
    return stated({"words": words}, {"words": what})["words"]


def _to_come(day: date | None) -> date:
    if day is None or day <= clock.today():
        raise Invalid("请填写再议日期。", errors=[("look_again_on", "再议日期应晚于今天。")])
    return day


def refuse_file(step: RequestStep, by: Actor) -> None:
    """Raise unless `by` wrote this line, today, as the last of its request: what is said is not added to later."""
    if by.actor_kind == "user" and step.by_id != by.pk:
        raise NotAllowed("附件只能由办理人随办理一并上传。")
    if step.on != clock.today() or RequestStep.objects.filter(request=step.request_id, pk__gt=step.pk).exists():
        raise NotReady("这一步已经办理完，附件不再变动。")


def _tell(
    users: Iterable[User], request: ServiceRequest, title: str, by: Actor, importance: str = Importance.NORMAL
) -> None:
    """One message each, of this move."""
    url = reverse("requests:request", args=[request.pk])
    text = f"{request.number} {request.firm_name}（{request.park.name}）：{request.text}"
    key = f"request:{request.pk}:{request.version}"
    others = [user for user in users if user.actor_key != by.actor_key]
    post(told=[Told(user, MessageKind.REQUEST, key, title, text, url, importance) for user in others], by=by)
