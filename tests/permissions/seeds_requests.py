"""企业诉求, service events and 包保走访 of both sides: in the hands of the department, to be given out, answered, ended."""

from datetime import date

from guandu.core import clock
from guandu.core.sealed import seal
from guandu.core.telephone import masked
from parks.actions.request_numbers import owner_of
from parks.enums_requests import RequestSource, RequestState, ServiceKind, VisitRank
from parks.models import RequestKind, ServiceEvent, ServiceRequest, SponsorVisit
from tests.permissions.sides import NONE, People, Side, keys

PHONES = {"own": "13611112071", "other": "13611119502", "third": "13611113777"}
DAY = date(2026, 9, 18)


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    kind = RequestKind.objects.create(code="POWER", name="水电气网")
    sides = {"own": own, "other": other}
    made = {name: _made(side) for name, side in sides.items()}
    found = {what: keys({name: made[name][what] for name in sides}) for what in made["own"]}
    given = {name: f"{each['request raised'].pk}|unit={sides[name].reviewer.unit_id}&kind={kind.pk}" for name, each in made.items()}
    return found | {
        "request to give out": given | {"none": f"999999|unit={own.reviewer.unit_id}&kind={kind.pk}"},
        "request closed": {"shut": str(_request(own, RequestState.CLOSED).pk)},
        "service voided": {"shut": str(_service(own, "another", voided_at=clock.now(), voided_because="重复").pk)},
        "visit voided": {"shut": str(_visit(own, voided_at=clock.now(), voided_because="记错").pk)},
        "park to ask for": {name: str(side.park.pk) for name, side in sides.items()} | NONE,
    }


def more(side: Side) -> None:
    """As much on another side."""
    _made(side)


def _made(side: Side) -> dict[str, object]:
    return {
        "request": _request(side, RequestState.HANDLING),
        "request raised": _request(side, RequestState.RAISED),
        "request answered": _request(side, RequestState.ANSWERED),
        "service event": _service(side, side.mark("service")),
        "sponsor visit": _visit(side),
    }


def _request(side: Side, state: str) -> ServiceRequest:
    today = clock.today()
    over = {"closed_on": today, "outcome": "satisfied"} if state == RequestState.CLOSED else {"due_on": today}
    row = ServiceRequest(
        park=side.park, firm_name=f"企业{side.mark('askfirm')}", text=f"诉求{side.mark('asktext')}", contact=side.mark("askcaller"),
        source=RequestSource.OPERATOR, raised_by=side.filer, raised_name=side.filer.name, raised_unit=side.filer.unit,
        raised_on=DAY, raised_at=clock.now(), state=state, since=DAY, answer=side.mark("askanswer"),
        unit=None if state == RequestState.RAISED else side.reviewer.unit, **over,
    )  # fmt: skip
    phone = PHONES[side.name]
    row.phone_sealed, row.phone_masked = seal(phone, owner=owner_of(row)), masked(phone)
    row.save()
    return row


def _service(side: Side, title: str, **fields) -> ServiceEvent:
    return ServiceEvent.objects.create(
        park=side.park, kind=ServiceKind.TRAINING, on=DAY, title=title, note=side.mark("servicenote"), people=31, recorded_key="m-operator",
        recorded_by="登记人", recorded_at=clock.now(), **fields,
    )  # fmt: skip


def _visit(side: Side, **fields) -> SponsorVisit:
    return SponsorVisit.objects.create(
        park=side.park, on=DAY, rank=VisitRank.STAFF, visitors=side.mark("tourer"), seen=side.mark("tourseen"),
        recorded_key=side.reviewer.actor_key, recorded_by="登记人", recorded_at=clock.now(), **fields,
    )  # fmt: skip
