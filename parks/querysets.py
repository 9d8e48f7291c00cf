"""What a scope means for parks and what hangs on them."""

from datetime import date, timedelta

from django.apps import apps
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    Exists,
    F,
    FilteredRelation,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from guandu.core.models import DatedQuerySet, dated
from guandu.core.periods import Period
from parks.enums import HonourState, SpaceState, TenancyState

ENDING_DAYS = 90  # how long before its end a recognition asks to be renewed


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


def meets_outer() -> Q:
    """For a subquery: a dated row in force on some day on which the outer dated row is."""
    end = Coalesce(OuterRef("valid_to"), Value(date.max), output_field=DateField())
    return Q(valid_from__lt=end) & (Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_from")))


def touches(period: Period) -> Q:
    """In force on some day of the period."""
    return Q(valid_from__lt=period.end) & (Q(valid_to__isnull=True) | Q(valid_to__gt=period.first_day))


class TenancyQuerySet(DatedOfParkQuerySet):
    def touching(self, period: Period) -> "TenancyQuerySet":
        """Tenancies in force on some day of the period."""
        return self.filter(touches(period))

    def in_state(self, state: str, day: date) -> "TenancyQuerySet":
        """Those that are in the park, still to come or gone on `day`."""
        if state == TenancyState.IN:
            return self.on(day)
        return self.filter(valid_from__gt=day) if state == TenancyState.COMING else self.filter(valid_to__lte=day)

    def marked_twice(self, period: Period) -> "TenancyQuerySet":
        """With `is_twice`: the same firm stands in another park too on some day of the period."""
        same_firm = self.model._default_manager.filter(enterprise=OuterRef("enterprise"))
        others = same_firm.exclude(park=OuterRef("park")).touching(period).filter(meets_outer())
        twice = When(touches(period) & Q(Exists(others)), then=Value(True))
        return self.annotate(is_twice=Case(twice, default=Value(False), output_field=BooleanField()))


class SpaceQuerySet(OfParkQuerySet):
    """Rows with a `building` that has a park."""

    def standing_on(self, day: date) -> "SpaceQuerySet":
        """Each with its `state` on `day`, the tenant of the day (`tenant_name`, `taken_from`, `taken_to`)
        and `next_from`, the first day after it on which somebody begins to use it."""
        later = (
            apps.get_model("parks", "Occupancy")
            .objects.filter(space=OuterRef("pk"), valid_from__gt=day)
            .order_by()
            .values("space")
            .annotate(first=Min("valid_from"))
            .values("first")
        )
        closed = Q(closed_on__lte=day) | Q(building__closed_on__lte=day)
        return (
            self.alias(_use=FilteredRelation("occupancies", condition=dated(day, "occupancies__")))
            .annotate(
                tenant_name=F("_use__tenancy__enterprise__name"),
                occupancy_id=F("_use__pk"),
                taken_from=F("_use__valid_from"),
                taken_to=F("_use__valid_to"),
                next_from=Subquery(later),
            )
            .annotate(
                state=Case(
                    When(closed, then=Value(SpaceState.CLOSED)),
                    When(taken_from__isnull=False, then=Value(SpaceState.TAKEN)),
                    When(next_from__isnull=False, then=Value(SpaceState.PROMISED)),
                    When(available_from__gt=day, then=Value(SpaceState.WAITING)),
                    default=Value(SpaceState.FREE),
                    output_field=CharField(),
                )
            )
        )

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


class HonourQuerySet(DatedOfEnterpriseQuerySet):
    def held_on(self, day: date) -> "HonourQuerySet":
        """In force on `day` and not revoked by then."""
        return self.on(day).filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=day))

    def with_state(self, day: date) -> "HonourQuerySet":
        """With `state`, a HonourState: where each stands on `day`."""
        soon = day + timedelta(days=ENDING_DAYS)
        return self.annotate(
            state=Case(
                When(revoked_on__lte=day, then=Value(HonourState.REVOKED)),
                When(valid_from__gt=day, then=Value(HonourState.TO_COME)),
                When(valid_to__lte=day, then=Value(HonourState.ENDED)),
                When(valid_to__lte=soon, then=Value(HonourState.ENDING)),
                default=Value(HonourState.HELD),
                output_field=CharField(),
            )
        )


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
