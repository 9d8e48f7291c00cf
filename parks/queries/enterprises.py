"""The register of firms as lists. Grain: one firm that a person may see, as it stands on a day.

Where a firm is a tenant counts only as far as the person sees the park: whoever sees a firm by one park
learns nothing of its days in another.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from guandu.accounts.models import User
from parks.models import Attribution, Enterprise, Honour, Placement, Tenancy
from parks.validators import normalised_code

SHORTEST_CODE_PART = 4


class TenantState(models.TextChoices):
    """Where a firm stands towards the parks that the person sees."""

    IN = "in", "在园"
    LEFT = "left", "已离园"
    NEVER = "never", "没有入驻记录"


@dataclass(frozen=True)
class FirmLine:
    """A firm with its tenancies of the day and how many recognitions it holds."""

    firm: Enterprise
    tenancies: list[Tenancy]
    honours: int
    attribution: Attribution | None = None

    @property
    def parks(self) -> str:
        return "、".join(each.park.name for each in self.tenancies)


def firms_for(user: User) -> QuerySet[Enterprise]:
    """Every firm of the person's scope, with what a line of a list reads."""
    related = ("industry", "registered_street", "operating_street")
    return Enterprise.objects.visible_to(user).select_related(*related)


def lines_of(firms: Iterable[Enterprise], user: User, day: date, *, kind: str = "") -> list[FirmLine]:
    """The firms with what stands beside them on `day`, and who counts `kind`. Two queries, three with
    a kind."""
    firms = list(firms)
    keys = [firm.pk for firm in firms]
    tenancies = defaultdict(list)
    seen = Tenancy.objects.visible_to(user).on(day).filter(enterprise__in=keys)
    for tenancy in seen.select_related("park").order_by("valid_from", "pk"):
        tenancies[tenancy.enterprise_id].append(tenancy)
    held = Honour.objects.held_on(day).filter(enterprise__in=keys).order_by().values_list("enterprise")
    honours = dict(held.annotate(Count("pk")))
    counted = _attributions(keys, kind, day) if kind else {}
    return [
        FirmLine(firm, tenancies[firm.pk], honours.get(firm.pk, 0), counted.get(firm.pk)) for firm in firms
    ]


def named(firms: QuerySet, text: str) -> QuerySet:
    """Those whose name, code or credit code holds `text`."""
    condition = Q(name__icontains=text) | Q(code__icontains=text)
    code = normalised_code(text)
    if len(code) >= SHORTEST_CODE_PART and code.isascii():
        condition |= Q(credit_code__contains=code)
    return firms.filter(condition)


def in_industry(firms: QuerySet, code: str) -> QuerySet:
    """A section by its letter, anything below it by the start of its code."""
    if code.isalpha():
        return firms.filter(industry__section=code)
    return firms.filter(industry__code__startswith=code)


def in_street(firms: QuerySet, code: str) -> QuerySet:
    return firms.filter(Q(registered_street__code=code) | Q(operating_street__code=code))


def holding(firms: QuerySet, honour: str, day: date) -> QuerySet:
    return firms.filter(Exists(Honour.objects.held_on(day).filter(enterprise=OuterRef("pk"), kind=honour)))


def in_parks(
    firms: QuerySet, user: User, day: date, *, park: str = "", chain: str = "", state: str = ""
) -> QuerySet:
    """Those that are, were or never were tenants, of one park or of a chain's parks where one is named."""
    tenancies = Tenancy.objects.visible_to(user).filter(enterprise=OuterRef("pk"))
    if park:
        tenancies = tenancies.filter(park__code=park)
    if chain:
        placed = Placement.objects.on(day).filter(chain__code=chain)
        tenancies = tenancies.filter(park__in=placed.values("park"))
    if state == TenantState.NEVER:
        return firms.filter(~Exists(tenancies))
    if state == TenantState.LEFT:
        return firms.filter(Exists(tenancies.filter(valid_to__lte=day)), ~Exists(tenancies.on(day)))
    if state == TenantState.IN or park or chain:
        return firms.filter(Exists(tenancies.on(day)))
    return firms


def counted_elsewhere(user: User, kind: str, day: date) -> QuerySet[Enterprise]:
    """在园未在本区纳税 / 纳统: tenants on `day` whose `kind` counts outside the district. A firm of which
    nobody has said who counts it is not among them."""
    outside = Attribution.objects.on(day).filter(enterprise=OuterRef("pk"), kind=kind, street=None)
    return _tenants(user, day).filter(Exists(outside))


def counted_nowhere(user: User, kind: str, day: date) -> QuerySet[Enterprise]:
    """待核: tenants on `day` of which nobody has said who counts them."""
    known = Attribution.objects.on(day).filter(enterprise=OuterRef("pk"), kind=kind)
    return _tenants(user, day).filter(~Exists(known))


def _tenants(user: User, day: date) -> QuerySet[Enterprise]:
    living = firms_for(user).exclude(closed_on__lte=day)
    return in_parks(living, user, day, state=TenantState.IN)


def _attributions(keys: list[int], kind: str, day: date) -> dict[int, Attribution]:
    rows = Attribution.objects.on(day).filter(enterprise__in=keys, kind=kind).select_related("street")
    return {row.enterprise_id: row for row in rows}
