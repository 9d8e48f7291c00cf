"""What a firm asks for by itself on the public form: off until the office opens it, and bounded by address and day."""

from dataclasses import dataclass
from datetime import timedelta

from guandu.audit.actions import about, action
from guandu.core import clock
from guandu.core.errors import Invalid, NotAllowed
from parks.actions.request_numbers import digest_of_address
from parks.actions.requests import Asked, enter_request
from parks.enums_requests import RequestSource
from parks.models import Park, RequestPolicy, ServiceRequest

OFF = "目前没有开放自行提出诉求，请联系所在园区的运营方。"
TOO_OFTEN = "今天从您的网络提出的诉求已达上限，请明天再来，或者联系所在园区的运营方。"
FULL = "今天收到的诉求已达上限，请明天再来，或者联系所在园区的运营方。"
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Visitor:
    """Whoever fills in the public form: may raise one request and do nothing else."""

    address: str
    actor_kind: str = "visitor"
    actor_key: str = "public-form"
    actor_name: str = "企业自行提出"


@action("request.ask")
def ask(*, park: Park, asked: Asked, by: Visitor) -> ServiceRequest:
    """Enter a request without an account. Raises NotAllowed while the form is off, and beyond its bounds; Invalid."""
    policy = RequestPolicy.objects.select_for_update().filter(only=1).first()
    if policy is None or not policy.public_form or by.actor_kind != "visitor":
        raise NotAllowed(OFF)
    about(park)
    digest = digest_of_address(by.address)
    _refuse_more(policy, digest)
    return enter_request(park, asked, by, source=RequestSource.PUBLIC, address_digest=digest)


def _refuse_more(policy: RequestPolicy, digest: str) -> None:
    """The policy's row is locked: two at once do not both take the last place."""
    lately = ServiceRequest.objects.filter(source=RequestSource.PUBLIC, raised_at__gt=clock.now() - DAY)
    if lately.filter(address_digest=digest).count() >= policy.per_address:
        raise Invalid(TOO_OFTEN)
    if lately.count() >= policy.per_day:
        raise Invalid(FULL)
