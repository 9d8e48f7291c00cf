"""Who is told about a 企业诉求: the handling unit, the office, who raised it, who sponsors the park. Read once for a day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from guandu.accounts.models import Grant, Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ROLES, ScopeKind
from parks.models import Chain, ServiceRequest, Sponsorship

_UNIT_SCOPES = {Unit.Kind.STREET: ScopeKind.STREET}


class RequestPeople:
    """Every answer lists each account once, in order of its name; closed accounts are left out. Three queries."""

    def __init__(self, day: date) -> None:
        grants = Grant.objects.on(day).filter(user__is_active=True).select_related("user__unit")
        self.by_scope: dict[tuple[str, str], list[Grant]] = defaultdict(list)
        for grant in sorted(grants, key=lambda each: each.user.username):
            self.by_scope[grant.scope_kind, grant.scope_code].append(grant)
        self.sponsors = dict(Sponsorship.objects.on(day).values_list("park", "department__code"))
        self.chains: dict[int, list[str]] = defaultdict(list)
        for chain in Chain.objects.all():
            self.chains[chain.task_force_id].append(chain.code)

    def office(self) -> list[User]:
        return _once(self._of(Permission.REQUEST_ASSIGN, ScopeKind.DISTRICT, ""))

    def handlers(self, unit: Unit) -> list[User]:
        return self._for_unit(unit, Permission.REQUEST_HANDLE)

    def raisers(self, request: ServiceRequest) -> list[User]:
        """Whoever may say whether the answer will do: the people of the unit that raised it, the office for a firm that
        came by itself."""
        unit = request.raised_unit
        if unit is None:
            return self.office()
        if unit.kind == Unit.Kind.OPERATOR:
            people = self._of(Permission.REQUEST_RAISE, ScopeKind.PARK, request.park.code)
            return _once(user for user in people if user.unit_id == unit.pk)
        return self._for_unit(unit, Permission.REQUEST_RAISE)

    def sponsors_of(self, request: ServiceRequest) -> list[User]:
        """The 包保部门's people of the day."""
        code = self.sponsors.get(request.park_id)
        return _once(self._of(Permission.REQUEST_VIEW, ScopeKind.DEPARTMENT, code)) if code else []

    def _for_unit(self, unit: Unit, permission: Permission) -> list[User]:
        if unit.kind == Unit.Kind.TASK_FORCE:
            return _once(user for code in self.chains[unit.pk] for user in self._of(permission, ScopeKind.CHAIN, code))
        kind = _UNIT_SCOPES.get(unit.kind, ScopeKind.DEPARTMENT)
        own = [user for user in self._of(permission, ScopeKind.DISTRICT, "") if user.unit_id == unit.pk]
        return _once([*self._of(permission, kind, unit.code), *own])

    def _of(self, permission: Permission, kind: str, code: str) -> list[User]:
        return [each.user for each in self.by_scope[kind, code] if permission in ROLES[each.role].permissions]


def _once(users: Iterable[User]) -> list[User]:
    return list({user.pk: user for user in users}.values())
