"""What a scope means for returns, figures and targets."""

from datetime import date

from django.apps import apps
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import ReferenceQuerySet, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from guandu.core.periods import Period
from parks.querysets import parks_in_scope
from targets.enums import Basis, FigureScope

_COLUMNS = {
    ScopeKind.PARK: "park_code__in",
    ScopeKind.CHAIN: "chain_code__in",
    ScopeKind.STREET: "street_code__in",
    ScopeKind.DEPARTMENT: "department_code__in",
}


class ReturnQuerySet(ScopedQuerySet):
    """A return carries the memberships of its period's last day; while its review is open the
    present sponsor sees it too, and the unit that files it always does."""

    view_permission = Permission.RETURN_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        condition = super()._condition(user, permission)
        if permission == Permission.RETURN_FILE:
            # A department sees its parks' returns and files its own: seeing is not filing.
            scopes = user.scopes_with(permission)
            condition &= (
                Q(subject_kind="park", park_code__in=scopes.get(ScopeKind.PARK, ()))
                | Q(subject_kind="district", filer__code__in=scopes.get(ScopeKind.DEPARTMENT, ()))
                | Q(subject_kind="street", street_code__in=scopes.get(ScopeKind.STREET, ()))
            )
        return condition

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        condition = Q(**{_COLUMNS[ScopeKind(kind)]: codes})
        if kind == ScopeKind.DEPARTMENT:
            condition |= Q(filer__code__in=codes)
        if kind != ScopeKind.PARK:
            parks = apps.get_model("parks", "Park").objects.filter(parks_in_scope(kind, codes, day))
            condition |= Q(park__in=parks.values("pk")) & ~Q(state="locked")
        return condition


class FigureQuerySet(ScopedQuerySet):
    """Park figures by the memberships they were computed with; totals by `totals.view`."""

    view_permission = Permission.FIGURE_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        condition = Q(scope_kind=FigureScope.PARK) & super()._condition(user, permission)
        if user.may(Permission.TOTALS_VIEW):
            condition |= ~Q(scope_kind=FigureScope.PARK)
        return condition

    def scope_condition(self, kind: str, codes: set[str], day: date) -> Q:
        return Q(**{_COLUMNS[ScopeKind(kind)]: codes})

    def of_quarter(self, quarter: Period):
        """One row per indicator, scope and basis: flows to date, all others the quarter's own. The year's
        numbers beside the fourth quarter's are asked for by their period."""
        return self.filter(period__in={quarter.code, quarter.to_date.code}, of_year=False)


    def in_basis(self, basis: str, periods: set[str]):
        """Figures of these periods as a reader of the basis takes them: 初步 ones where something is filed and not
        confirmed, elsewhere the 核定 ones. One query more for 初步."""
        rows = self.filter(period__in=periods)
        if basis != Basis.FILED:
            return rows.filter(basis=basis)
        filed = set(self.model.objects.filter(period__in=periods, basis=basis).values_list("period", flat=True).distinct())
        return rows.filter(Q(basis=basis) | Q(basis=Basis.CERTIFIED, period__in=periods - filed))


class PlanQuerySet(ReferenceQuerySet):
    view_permission = Permission.PLAN_VIEW
