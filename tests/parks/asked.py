"""企业诉求 for tests: rows of a state, and the four fields as somebody fills them in."""

from datetime import date

from guandu.accounts.models import Unit, User
from guandu.core import clock
from guandu.core.sealed import seal
from guandu.core.telephone import masked
from parks.actions import requests
from parks.actions.request_numbers import owner_of
from parks.actions.requests import Asked
from parks.enums_requests import RequestSource, RequestState
from parks.models import Park, RequestKind, ServiceRequest
from tests.factories import next_number

PHONE = "13812345678"
WORDS = "园区二期厂房供电容量不足，申请增容"


def asked(**said) -> Asked:
    return Asked(**{"text": WORDS, "firm_name": "昆明云谷科技有限公司", "contact": "李工", "phone": PHONE, **said})


def raised(park: Park, by: User, **said) -> ServiceRequest:
    return requests.raise_request(park=park, asked=asked(**said), by=by)


def make_kind(**fields) -> RequestKind:
    number = next_number()
    return RequestKind.objects.create(**{"code": f"K{number}", "name": f"测试类别{number}", **fields})


def make_request(park: Park, by: User, state: str = RequestState.RAISED, unit: Unit | None = None, **fields) -> ServiceRequest:
    """A row as it stands, without the moves that led there."""
    today = clock.today()
    given = {
        "firm_name": f"测试企业{next_number()}", "text": WORDS, "contact": "李工", "source": RequestSource.OPERATOR,
        "raised_by": by, "raised_name": by.name, "raised_unit": by.unit, "raised_on": date(2026, 9, 28), "raised_at": clock.now(),
        "since": today, "due_on": today, "unit": unit,
    }  # fmt: skip
    if state == RequestState.SUSPENDED:
        given |= {"due_on": None, "look_again_on": date(2026, 11, 2), "days_left": 3, "suspended_until": date(2026, 11, 9)}
    if state == RequestState.CLOSED:
        given |= {"due_on": None, "closed_on": today, "outcome": "satisfied"}
    if state == RequestState.WITHDRAWN:
        given["due_on"] = None
    row = ServiceRequest(park=park, state=state, **{**given, **fields})
    row.phone_sealed, row.phone_masked = seal(PHONE, owner=owner_of(row)), masked(PHONE)
    row.save()
    return row
