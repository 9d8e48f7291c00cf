"""Meetings as pages, messages and to-dos ask for them."""

import re

from django.db.models import Count, Q, QuerySet

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core import clock
from targets.enums_meetings import MeetingState
from targets.models import AgendaItem, Meeting
from targets.queries.recipients import Recipients
from targets.querysets_meetings import proposing_units

BETWEEN = re.compile(r"[、，,;；\s]+")


def names_in(text: str) -> list[str]:
    """The names of units in a line of them, each once."""
    return list(dict.fromkeys(name for name in BETWEEN.split(text) if name))


def units_named(names: list[str]) -> dict[str, Unit]:
    """Name or short name → unit, for those that the register knows. One query."""
    rows = Unit.objects.filter(Q(name__in=names) | Q(short_name__in=names)).order_by("pk")
    found: dict[str, Unit] = {}
    for row in rows:
        for name in (row.name, row.short_name):
            if name in names:
                found.setdefault(name, row)
    return found


def units_of(user: User) -> list[Unit]:
    """The units for which the person proposes, his own first."""
    rows = proposing_units(user).order_by("code") if user.may(Permission.AGENDA_PROPOSE) else []
    return sorted(rows, key=lambda unit: unit.pk != user.unit_id)


def invited(meeting: Meeting, people: Recipients) -> list[User]:
    """The people of every unit that an item names or that proposed one, and the district's leaders and 联络员."""
    texts = AgendaItem.objects.filter(meeting=meeting).values_list("unit_names", flat=True)
    units = list(units_named([name for text in texts for name in names_in(text)]).values())
    units += Unit.objects.filter(pk__in=AgendaItem.objects.filter(meeting=meeting).values("proposal__unit"))
    found = [user for unit in dict.fromkeys(units) for user in people.people_of(unit, Permission.AGENDA_PROPOSE)]
    leading = {RoleCode.LEADER, RoleCode.LIAISON}
    found += [each.user for each in people.grants if each.role in leading and each.scope_kind == ScopeKind.DISTRICT]
    return list({user.pk: user for user in found}.values())


def listed(user: User) -> QuerySet:
    """With how many items and resolutions each has."""
    return Meeting.objects.visible_to(user).annotate(
        item_count=Count("items", distinct=True), resolution_count=Count("resolutions", distinct=True)
    )


def to_prepare(user: User) -> list[Meeting]:
    """What the office still has to do: agendas to set, meetings to register as held, minutes to issue. One query."""
    if not user.may(Permission.MEETING_EDIT):
        return []
    today = clock.today()
    waits = (
        Q(state=MeetingState.PREPARING, proposals_until__lt=today)
        | Q(state=MeetingState.SET, day__lte=today)
        | Q(state=MeetingState.HELD)
    )
    return list(Meeting.objects.visible_to(user, Permission.MEETING_EDIT).filter(waits).order_by("day", "pk"))
