"""Who is told about a return: whoever fills it in, reviews it, sponsors its park, and the office.

Read once for a day: the grants in force and the sponsorships of that day, two queries whatever the number
of returns.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property

from guandu.accounts.models import Grant, Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ROLES, RoleCode, ScopeKind
from parks.models import Chain, Sponsorship
from targets.models import DispatchReceiver, Return
from targets.workflow import awaited

People = list[User]


def _holding(permission: Permission) -> set[str]:
    return {code for code, role in ROLES.items() if permission in role.permissions}


class Recipients:
    """Every answer lists each account once, in order of its name; accounts that are closed are left out."""

    def __init__(self, day: date) -> None:
        grants = Grant.objects.on(day).filter(user__is_active=True).select_related("user__unit")
        self.grants = sorted(grants, key=lambda grant: grant.user.username)
        self.by_scope: dict[tuple[str, str], list[Grant]] = defaultdict(list)
        for grant in self.grants:
            self.by_scope[grant.scope_kind, grant.scope_code].append(grant)
        duties = Sponsorship.objects.on(day).select_related("department")
        self.sponsors = {duty.park_id: duty for duty in duties}

    def filers(self, return_: Return) -> People:
        """The park's operators, or the bureau's own people."""
        if return_.park_id:
            return self._of(Permission.RETURN_FILE, ScopeKind.PARK, return_.park_code)
        code = return_.filer.code if return_.filer else ""
        return self._of(Permission.RETURN_FILE, ScopeKind.DEPARTMENT, code)

    def fillers(self, receiver: DispatchReceiver) -> People:
        """Whoever answers a 临时调度表 for the unit or the park; `park` and `unit` are read with the receiver."""
        if receiver.park:
            return self._of(Permission.DISPATCH_FILL, ScopeKind.PARK, receiver.park.code)
        return self.people_of(receiver.unit, Permission.DISPATCH_FILL)

    def people_of(self, unit: Unit, permission: Permission) -> People:
        """Whoever holds the permission for the unit: over it, over its chains, or as one of its own people over the
        whole district."""
        if unit.kind == Unit.Kind.TASK_FORCE:
            chains = self.chains.get(unit.pk, ())
            return _once(user for code in chains for user in self._of(permission, ScopeKind.CHAIN, code))
        kind = ScopeKind.STREET if unit.kind == Unit.Kind.STREET else ScopeKind.DEPARTMENT
        own = [user for user in self._of(permission, ScopeKind.DISTRICT, "") if user.unit_id == unit.pk]
        return _once([*self._of(permission, kind, unit.code), *own])

    @cached_property
    def chains(self) -> dict[int, list[str]]:
        """Task force → the codes of its chains."""
        found: dict[int, list[str]] = defaultdict(list)
        for chain in Chain.objects.all():
            found[chain.task_force_id].append(chain.code)
        return found

    def department(self, return_: Return) -> People:
        """The people of today's sponsor; of the period's where the park has none today."""
        if not return_.park_id:
            return []
        duty = self.sponsors.get(return_.park_id)
        code = duty.department.code if duty else return_.department_code
        return self._of(Permission.RETURN_REVIEW, ScopeKind.DEPARTMENT, code)

    def reviewers(self, return_: Return) -> People:
        """Whose move it is, by the template's route; nobody while it waits for no review."""
        waiting = awaited(return_.state, return_.cycle.template.route)
        return {"review": self.department, "confirm": self.office}.get(waiting, lambda _: [])(return_)

    def office(self, return_: Return | None = None) -> People:
        return self._of(Permission.RETURN_CONFIRM, ScopeKind.DISTRICT, "")

    def archive(self) -> People:
        """Who keeps what the trail's head was printed in: whoever reads the audit trail."""
        return self._of(Permission.AUDIT_VIEW, ScopeKind.DISTRICT, "")

    def leader_of(self, return_: Return) -> str:
        """The park's 包保区领导 today, by name; "" where none is named."""
        duty = self.sponsors.get(return_.park_id) if return_.park_id else None
        return duty.leader if duty else ""

    def leaders(self, return_: Return) -> People:
        """The accounts of the park's 包保区领导 and of the 联络员 whose 职务 names him."""
        name = self.leader_of(return_)
        if not name:
            return []
        return _once(
            grant.user
            for grant in self.grants
            if (grant.role == RoleCode.LEADER and grant.user.name == name)
            or (grant.role == RoleCode.LIAISON and name in grant.user.duty)
        )

    def _of(self, permission: Permission, kind: str, code: str) -> People:
        roles = _holding(permission)
        return _once(grant.user for grant in self.by_scope[kind, code] if grant.role in roles)


def _once(users: Iterable[User]) -> People:
    return list({user.pk: user for user in users}.values())
