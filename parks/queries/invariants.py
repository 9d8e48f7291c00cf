"""What no step of the portal lets happen, looked for again: overlaps, and uses outside their tenancy."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from parks.models import Occupancy, Park, Tenancy
from parks.querysets import meets_outer


@dataclass(frozen=True)
class Fault:
    """One thing that must not be, in words; `park` is where it is put right."""

    park: Park
    sentence: str


def faults(actor: Actor) -> list[Fault]:
    """Every fault in parks whose tenants `actor` keeps. Four queries."""
    tenancies = Tenancy.objects.visible_to(actor, Permission.TENANCY_EDIT).select_related(
        "park", "enterprise"
    )
    uses = Occupancy.objects.visible_to(actor, Permission.TENANCY_EDIT).select_related(
        "tenancy__park", "tenancy__enterprise", "space__building"
    )
    return [*_tenancies(tenancies), *_uses(uses)]


def _before(rows: QuerySet, *same: str) -> Exists:
    """An earlier entered row with the same `same` that is in force on a day of this one."""
    alike = {name: OuterRef(name) for name in same}
    return Exists(rows.model._base_manager.filter(meets_outer(), pk__lt=OuterRef("pk"), **alike))


def _tenancies(rows: QuerySet) -> Iterator[Fault]:
    for row in rows.filter(_before(rows, "park", "enterprise")):
        yield Fault(
            row.park, f"{row.enterprise.name}在{row.park.name}的入驻时间重叠（{row.valid_from} 起的一条）"
        )


def _uses(rows: QuerySet) -> Iterator[Fault]:
    for row in rows.filter(_before(rows, "space")):
        yield _fault(row, "与他人的使用时间重叠")
    for row in rows.exclude(space__building__park=F("tenancy__park")):
        yield _fault(row, "不是该企业所在园区的空间")
    early = Q(valid_from__lt=F("tenancy__valid_from"))
    late = Q(tenancy__valid_to__isnull=False) & (
        Q(valid_to__isnull=True) | Q(valid_to__gt=F("tenancy__valid_to"))
    )
    for row in rows.filter(early | late):
        yield _fault(row, "使用时间超出入驻时间")


def _fault(use: Occupancy, words: str) -> Fault:
    tenancy = use.tenancy
    return Fault(tenancy.park, f"{use.space}：{tenancy.enterprise.name}自 {use.valid_from} 起使用，{words}")
