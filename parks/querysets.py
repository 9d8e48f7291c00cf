"""What a scope means for parks and what hangs on them."""

from datetime import date

from django.apps import apps
from django.db.models import F, FilteredRelation, Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from guandu.core.models import DatedQuerySet, dated


def parks_in_scope(kind: str, codes: set[str], day: date) -> Q:
    """Parks inside the scopes on `day`: by today's placement, sponsorship or own code."""
    if kind == ScopeKind.PARK:
        return Q(code__in=codes)
    if kind == ScopeKind.DEPARTMENT:
        duties = apps.get_model("parks", "Sponsorship").objects.on(day)
        return Q(pk__in=duties.filter(department__code__in=codes).values("park"))
    column = {ScopeKind.CHAIN: "chain__code__in", ScopeKind.STREET: "street__code__in"}[ScopeKind(kind)]
    placements = apps.get_model("parks", "Placement").objects.on(day)
    return Q(pk__in=placements.filter(**{column: codes}).values("park"))


class ParkQuerySet(ScopedQuerySet):
    view_permission = Permission.PARK_VIEW

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        return parks_in_scope(kind, codes, day)

    def open_on(self, day: date) -> "ParkQuerySet":
        """Parks opened by `day` and not closed on it."""
        return self.filter(opened_on__lte=day).filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))

    def placed_on(self, day: date) -> "ParkQuerySet":
        """Each park once, with `chain_code`, `street_code`, `area_code`, `department_code` and the
        names beside them as they were on `day` (None where nothing was in force)."""
        return self.alias(
            _place=FilteredRelation("placements", condition=dated(day, "placements__")),
            _duty=FilteredRelation("sponsorships", condition=dated(day, "sponsorships__")),
        ).annotate(
            chain_code=F("_place__chain__code"),
            chain_name=F("_place__chain__name"),
            street_code=F("_place__street__code"),
            street_name=F("_place__street__name"),
            area_code=F("_place__area__code"),
            area_name=F("_place__area__name"),
            operator_name=F("_place__operator__name"),
            department_code=F("_duty__department__code"),
            department_name=F("_duty__department__name"),
        )


class OfParkQuerySet(ScopedQuerySet):
    """Rows with a `park`: visible as their park is."""

    view_permission = Permission.PARK_VIEW

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day))
        return Q(park__in=parks.values("pk"))


class DatedOfParkQuerySet(DatedQuerySet, OfParkQuerySet):
    pass


class SpaceQuerySet(OfParkQuerySet):
    """Rows with a `building` that has a park."""

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day))
        return Q(building__park__in=parks.values("pk"))


class OccupancyQuerySet(DatedQuerySet, OfParkQuerySet):
    """Rows with a `tenancy` that has a park."""

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day))
        return Q(tenancy__park__in=parks.values("pk"))


def firms_in_scope(kind: str, codes: set[str], day: date) -> Q:
    """Firms inside the scopes on `day`. An operator keeps seeing firms that were tenants of his park; a
    street sees beside its parks' tenants whoever is registered, works or counts with it."""
    tenancies = apps.get_model("parks", "Tenancy").objects
    parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day)).values("pk")
    if kind == ScopeKind.PARK:
        return Q(pk__in=tenancies.filter(park__in=parks, valid_from__lte=day).values("enterprise"))
    condition = Q(pk__in=tenancies.on(day).filter(park__in=parks).values("enterprise"))
    if kind == ScopeKind.STREET:
        counted = apps.get_model("parks", "Attribution").objects.on(day).filter(street__code__in=codes)
        condition |= Q(registered_street__code__in=codes) | Q(operating_street__code__in=codes)
        condition |= Q(pk__in=counted.values("enterprise"))
    return condition


class EnterpriseQuerySet(ScopedQuerySet):
    view_permission = Permission.PARK_VIEW

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        return firms_in_scope(kind, codes, day)


class OfEnterpriseQuerySet(ScopedQuerySet):
    """Rows with an `enterprise`: visible as their firm is."""

    view_permission = Permission.PARK_VIEW

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        firms = apps.get_model("parks", "Enterprise").objects.filter(firms_in_scope(kind, codes, day))
        return Q(enterprise__in=firms.values("pk"))


class DatedOfEnterpriseQuerySet(DatedQuerySet, OfEnterpriseQuerySet):
    pass


class CultivationQuerySet(OfEnterpriseQuerySet):
    """Firms on their way into the statistics carry a value of the firm: fewer people see them."""

    view_permission = Permission.CULTIVATION_VIEW


class FindingQuerySet(OfEnterpriseQuerySet):
    """Differences with the bureau's register: for the street that confirms, by its own scope."""

    view_permission = Permission.FINDING_VIEW

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        return Q(street__code__in=codes) if kind == ScopeKind.STREET else Q(pk__in=[])


class ReferenceOfOfficeQuerySet(ReferenceQuerySet):
    view_permission = Permission.COMPARISON_RUN


class SubjectQuerySet(ScopedQuerySet):
    """Rows with a `park` or an `enterprise`: visible as the one they are about."""

    view_permission = Permission.PARK_VIEW

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day))
        firms = apps.get_model("parks", "Enterprise").objects.filter(firms_in_scope(kind, codes, day))
        return Q(park__in=parks.values("pk")) | Q(enterprise__in=firms.values("pk"))


class DatedReferenceQuerySet(DatedQuerySet, ReferenceQuerySet):
    pass
