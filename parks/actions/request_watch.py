"""Each day's look at 企业诉求: terms that are near or over are said to whose move it is."""

from datetime import date

from django.urls import reverse

from guandu.accounts.checks import require_service
from guandu.accounts.models import User
from guandu.audit.actions import action, concerning
from guandu.core.actors import Actor
from guandu.core.working_days import shifted, working_days_until
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.models import Message
from guandu.notices.told import Told
from parks.enums_requests import RequestState
from parks.models import ServiceRequest
from parks.queries.request_people import RequestPeople
from parks.queries.requests import due_by

EVERY = 5  # working days between two reminders of what is late


@action("requests.remind")
def remind(*, day: date, by: Actor) -> list[Message]:
    """Tell whose move it is of what is due by the next working day, late, or to be looked at again; of what is late the
    office and the 包保部门 of the day too. Told once for each term, and again each week. Raises NotAllowed for a person."""
    require_service(by, to="诉求办理提醒")
    concerning("parks.servicerequest", "", f"{day} 企业诉求提醒")
    people = RequestPeople(day)
    told = [each for request in due_by(shifted(day, 1), day) for each in _told(request, people, day)]
    return post(told=told, by=by)


def _told(request: ServiceRequest, people: RequestPeople, day: date) -> list[Told]:
    if request.state == RequestState.SUSPENDED:
        title = f"挂起的企业诉求今天再议（{request.look_again_on:%-m月%-d日}）"
        return [_of(user, request, title, f"again:{request.look_again_on}") for user in _holders(request, people)]
    left = working_days_until(day, request.due_on)
    if left >= 0:
        title = f"企业诉求{'今天' if left == 0 else '下一个工作日'}到期"
        return [_of(user, request, title, f"due:{request.due_on}") for user in _holders(request, people)]
    beside = [*people.office(), *people.sponsors_of(request)] if request.state != RequestState.ANSWERED else []
    users = {user.pk: user for user in [*_holders(request, people), *beside]}.values()
    key, title = f"late:{request.due_on}:{-left // EVERY}", f"企业诉求逾期 {-left} 个工作日"
    return [_of(user, request, title, key, Importance.HIGH) for user in users]


def _holders(request: ServiceRequest, people: RequestPeople) -> list[User]:
    if request.state == RequestState.RAISED:
        return people.office()
    if request.state == RequestState.ANSWERED:
        return people.raisers(request)
    return people.handlers(request.unit)


def _of(user: User, request: ServiceRequest, title: str, key: str, importance: str = Importance.NORMAL) -> Told:
    text = f"{request.number} {request.firm_name}（{request.park.name}）：{request.text}"
    url = reverse("requests:request", args=[request.pk])
    return Told(user, MessageKind.REQUEST, f"request:{request.pk}:{key}"[:80], title, text, url, importance)
