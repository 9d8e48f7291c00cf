"""Duties as the office looks at them: who holds each, who stands in, where nobody does."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from guandu.accounts.duty_units import BearingDuty, bearing_duties
from guandu.accounts.models import Grant, Unit, User, Vacancy
from guandu.accounts.roles import ADMINISTRATORS, RoleCode, ScopeKind
from guandu.core import clock

# Roles that nobody stands in for.
ALONE = ADMINISTRATORS | {RoleCode.API_CLIENT, RoleCode.EXPERT}


@dataclass(frozen=True)
class Duty:
    """A role over a scope within one unit: its holders today, the first (A), the second (B)."""

    unit: Unit
    role: str
    scope_kind: str
    scope_code: str
    scope_name: str
    holders: tuple[Grant, ...] = field(compare=False)

    @property
    def role_name(self) -> str:
        return RoleCode(self.role).label

    @property
    def main(self) -> Grant | None:
        """The A; a single holder whom nobody placed is one."""
        seated = self._with(Grant.Seat.MAIN)
        return seated or (self.holders[0] if len(self.holders) == 1 and not self.holders[0].seat else None)

    @property
    def deputy(self) -> Grant | None:
        return self._with(Grant.Seat.DEPUTY)

    @property
    def others(self) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.holders if grant not in (self.main, self.deputy))

    def acting(self, day: date) -> Grant | None:
        """Who acts on `day`: the A, or while he is away the B; None when neither is there."""
        return next((grant for grant in (self.main, self.deputy) if grant and not is_away(grant.user, day)), None)

    def gaps(self, day: date) -> tuple[str, ...]:
        """What is wanting, the worst first."""
        found = []
        if self.main is None:
            found.append("未定A角")
        elif is_away(self.main.user, day) and self.acting(day) is None:
            found.append("A角离岗，无人代理")
        if self.deputy is None:
            found.append("未定B角")
        return tuple(found)

    def _with(self, seat: str) -> Grant | None:
        return next((grant for grant in self.holders if grant.seat == seat), None)


@dataclass(frozen=True)
class Unheld:
    """A duty that must be held and that no active account holds; `since` once the watch has seen it."""

    duty: BearingDuty
    since: date | None

    @property
    def role_name(self) -> str:
        return RoleCode(self.duty.role).label


def is_away(user: User, day: date) -> bool:
    return bool(user.away_from and user.away_from <= day <= user.away_until)


def duties(day: date | None = None) -> list[Duty]:
    """Grain: one per (unit, role, scope) that an active account holds on `day`, gaps first. One query."""
    day = day or clock.today()
    groups: dict[tuple, list[Grant]] = {}
    held = Grant.objects.on(day).filter(user__is_active=True).exclude(role__in=ALONE)
    for grant in held.select_related("user__unit").named().order_by("user__unit__code", "role", "scope_code", "pk"):
        key = (grant.user.unit_id, grant.role, grant.scope_kind, grant.scope_code)
        groups.setdefault(key, []).append(grant)
    found = [
        Duty(grants[0].user.unit, role, kind, code, grants[0].scope_name, tuple(grants))
        for (_, role, kind, code), grants in groups.items()
    ]
    return sorted(found, key=lambda duty: (_weight(duty, day), duty.unit.kind, duty.unit.code))


def _weight(duty: Duty, day: date) -> int:
    gaps = duty.gaps(day)
    return 2 if not gaps else 1 if gaps == ("未定B角",) else 0


def deputised_by(user: User, day: date | None = None) -> list[Grant]:
    """The A grants whose holders are away and for whom `user`, as B of the same duty, acts today."""
    day = day or clock.today()
    mine = [grant for grant in user.grants_today() if grant.seat == Grant.Seat.DEPUTY]
    if not mine:
        return []
    places = Q(pk__in=[])
    for grant in mine:
        places |= Q(role=grant.role, scope_kind=grant.scope_kind, scope_code=grant.scope_code)
    held = Grant.objects.on(day).filter(
        places, seat=Grant.Seat.MAIN, user__unit=user.unit_id, user__is_active=True,
        user__away_from__lte=day, user__away_until__gte=day,
    )  # fmt: skip
    return list(held.select_related("user").named())


def unheld(day: date | None = None) -> list[Unheld]:
    """Grain: one per duty that must be held on `day` and is not. Two queries beside those of the
    registered sources."""
    day = day or clock.today()
    held = set(
        Grant.objects.on(day).filter(user__is_active=True).values_list("role", "scope_kind", "scope_code")
    )
    known = {
        (each.role, each.scope_kind, each.scope_code): each.began_on
        for each in Vacancy.objects.filter(ended_on__isnull=True)
    }
    return [Unheld(duty, known.get(duty.key)) for duty in bearing_duties(day) if duty.key not in held]


def office_and_administrators(day: date) -> Iterable[BearingDuty]:
    """What accounts themselves know must be held: the office's duty and the three administrators."""
    office = Unit.objects.filter(kind=Unit.Kind.OFFICE).order_by("pk").first()
    name, code = (office.name, office.code) if office else (Unit.Kind.OFFICE.label, "")
    district = ScopeKind.DISTRICT.value
    yield BearingDuty(RoleCode.OFFICE, district, "", name, "布置、确认和发布", code)
    for role in sorted(ADMINISTRATORS):
        yield BearingDuty(role, district, "", name, "三类管理员", code)
