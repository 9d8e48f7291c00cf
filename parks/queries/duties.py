"""The duties that the register says somebody must hold: operators, sponsors, task forces, streets."""

from collections.abc import Iterator
from datetime import date

from guandu.accounts.duty_units import BearingDuty
from guandu.accounts.roles import RoleCode, ScopeKind
from parks.models import Placement, Sponsorship


def bearing_duties(day: date) -> Iterator[BearingDuty]:
    """Of every park open on `day`: who files for it, who sponsors it, whose chain and street it is in.
    Two queries."""
    opened = Placement.objects.on(day).filter(park__opened_on__lte=day).exclude(park__closed_on__lte=day)
    places = list(opened.select_related("park", "operator", "chain__task_force", "street").order_by("park__code"))
    for place in places:
        park, operator = place.park, place.operator
        name, code = (operator.name, operator.code) if operator else (f"{park.name}运营方", "")
        yield BearingDuty(RoleCode.OPERATOR, ScopeKind.PARK, park.code, name, f"{park.name}填报", code)
        force = place.chain.task_force
        name, code = (force.name, force.code) if force else (f"{place.chain.name}专班", "")
        yield BearingDuty(RoleCode.TASK_FORCE, ScopeKind.CHAIN, place.chain.code, name, f"{place.chain.name}产业链", code)
        if place.street:
            street = place.street
            yield BearingDuty(RoleCode.STREET, ScopeKind.STREET, street.code, street.name, "辖区园区", street.code)
    open_parks = [place.park_id for place in places]
    sponsored = Sponsorship.objects.on(day).filter(park__in=open_parks).select_related("department")
    for sponsorship in sponsored.order_by("department__code"):
        body = sponsorship.department
        yield BearingDuty(RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, body.code, body.name, "包保园区审核", body.code)
