"""What is due by the calendar: names that the register does not say yet, proposals whose day has come."""

from datetime import date

from django.db.models import F

from guandu.core.models import dated
from parks.enums import ProposalState
from parks.models import EnterpriseName, ParkName, Proposal
from parks.queries.proposals import OPEN_STATES, listed, overtaken


def names_due(day: date) -> list[ParkName | EnterpriseName]:
    """Rows in force on `day` that say something else than the register. Two queries."""
    parks = ParkName.objects.filter(dated(day)).exclude(
        name=F("park__name"), short_name=F("park__short_name")
    )
    firms = EnterpriseName.objects.filter(dated(day)).exclude(
        name=F("enterprise__name"), credit_code=F("enterprise__credit_code")
    )
    return [*parks.select_related("park"), *firms.select_related("enterprise")]


def proposals_due(day: date) -> list[Proposal]:
    return list(listed(Proposal.objects.filter(state=ProposalState.ACCEPTED, effective_on__lte=day)))


def overtaken_proposals() -> list[Proposal]:
    """Open ones that the register has moved on from."""
    return [each for each in listed(Proposal.objects.filter(state__in=OPEN_STATES)) if overtaken(each)]
