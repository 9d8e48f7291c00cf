"""归属主张 and what a street asks: who came, who went, who counts elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core.periods import Period
from parks.models import Attribution, AttributionClaim, Enterprise, Placement, Tenancy

OPEN = AttributionClaim.State.OPEN


class ClaimTab(models.TextChoices):
    DISPUTED = "disputed", "两街道争议"
    OTHER = "other", "其他待确认"
    SETTLED = "settled", "已办结"


class StreetTab(models.TextChoices):
    IN = "in", "本季迁入"
    OUT = "out", "本季迁出"
    ELSEWHERE = "elsewhere", "在本街道、归属别处"


@dataclass(frozen=True)
class ClaimLine:
    """A claim beside what is in force today."""

    claim: AttributionClaim
    present: Attribution | None


def claims_for(user: User, tab: str, day: date) -> QuerySet[AttributionClaim]:
    """Grain: one claim. It is disputed while another street claims the same, or counts it today."""
    rivals = AttributionClaim.objects.filter(
        enterprise=OuterRef("enterprise"), kind=OuterRef("kind"), state=OPEN
    ).exclude(street=OuterRef("street"))
    holders = Attribution.objects.on(day).filter(
        enterprise=OuterRef("enterprise"), kind=OuterRef("kind"), street__isnull=False
    )
    disputed = Exists(rivals) | Exists(holders.exclude(street=OuterRef("street")))
    claims = AttributionClaim.objects.visible_to(user).select_related(
        "enterprise", "street", "claimed_by", "settled_by"
    )
    if tab == ClaimTab.SETTLED:
        return claims.exclude(state=OPEN).order_by("-settled_at", "-pk")
    waiting = claims.filter(state=OPEN).order_by("enterprise", "kind", "claimed_at")
    return waiting.filter(disputed if tab == ClaimTab.DISPUTED else ~disputed)


def claim_lines(claims: Iterable[AttributionClaim], day: date) -> list[ClaimLine]:
    """The claims with who counts the firm on `day`. One query."""
    claims = list(claims)
    rows = Attribution.objects.on(day).filter(enterprise__in={claim.enterprise_id for claim in claims})
    present = {(row.enterprise_id, row.kind): row for row in rows.select_related("street")}
    return [ClaimLine(claim, present.get((claim.enterprise_id, claim.kind))) for claim in claims]


def streets_of(user: User) -> list[Unit]:
    """The streets that the person may ask about: his own, or all of the district."""
    streets = Unit.objects.filter(kind=Unit.Kind.STREET).order_by("code")
    if user.may(Permission.ATTRIBUTION_SETTLE):
        return list(streets)
    codes = user.scopes_with(Permission.ATTRIBUTION_CLAIM).get(ScopeKind.STREET, set())
    return list(streets.filter(code__in=codes))


def moved_in(user: User, street: Unit, quarter: Period) -> QuerySet[Tenancy]:
    """Tenancies of the street's parks that began in the quarter; a move from one of its parks to another
    is none."""
    before = Tenancy.objects.filter(
        enterprise=OuterRef("enterprise"), valid_from__lt=OuterRef("valid_from")
    ).filter(Q(valid_to=None) | Q(valid_to__gte=OuterRef("valid_from")))
    return _moves(user, "valid_from", quarter).filter(
        _lies_in(street, "valid_from"), ~Exists(_within(before, street))
    )


def moved_out(user: User, street: Unit, quarter: Period) -> QuerySet[Tenancy]:
    """Tenancies of the street's parks that ended in the quarter, of firms that are in none of them then."""
    after = Tenancy.objects.filter(
        enterprise=OuterRef("enterprise"), valid_from__lte=OuterRef("valid_to")
    ).filter(Q(valid_to=None) | Q(valid_to__gt=OuterRef("valid_to")))
    return _moves(user, "valid_to", quarter).filter(
        _lies_in(street, "valid_to"), ~Exists(_within(after, street))
    )


def attributed_elsewhere(user: User, street: Unit, day: date) -> QuerySet[Attribution]:
    """Firms that are in the street's parks on `day`, or work in the street, and count with somebody else."""
    placed = Placement.objects.on(day).filter(street=street).values("park")
    here = Tenancy.objects.visible_to(user).on(day).filter(park__in=placed, enterprise=OuterRef("enterprise"))
    working = Enterprise.objects.filter(pk=OuterRef("enterprise"), operating_street=street)
    return (
        Attribution.objects.visible_to(user)
        .on(day)
        .exclude(enterprise__closed_on__lte=day)
        .filter(Q(street=None) | ~Q(street=street))
        .filter(Exists(here) | Exists(working))
        .select_related("enterprise", "street")
        .order_by("enterprise__name", "enterprise", "kind")
    )


def _moves(user: User, field: str, quarter: Period) -> QuerySet[Tenancy]:
    within = {f"{field}__gte": quarter.first_day, f"{field}__lte": quarter.last_day}
    rows = Tenancy.objects.visible_to(user).filter(**within).select_related("enterprise", "park")
    return rows.order_by(field, "enterprise__name", "pk")


def _lies_in(street: Unit, field: str) -> Exists:
    """Whether the tenancy's park lay in the street on the day in `field`."""
    return Exists(_placed(Placement.objects.filter(park=OuterRef("park"), street=street), OuterRef(field)))


def _within(tenancies: QuerySet[Tenancy], street: Unit) -> QuerySet[Tenancy]:
    """Those whose park lay in the street when they began."""
    places = Placement.objects.filter(park=OuterRef("park"), street=street)
    return tenancies.filter(Exists(_placed(places, OuterRef("valid_from"))))


def _placed(places: QuerySet[Placement], day) -> QuerySet[Placement]:
    return places.filter(valid_from__lte=day).filter(Q(valid_to=None) | Q(valid_to__gt=day))
