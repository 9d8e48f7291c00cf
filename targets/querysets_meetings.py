"""Who sees meetings: everybody who has to do with them; of what units propose, the office all and each unit its own."""

from django.apps import apps
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, ReferenceQuerySet, ScopedQuerySet
from targets.enums_meetings import MeetingState
from targets.querysets_plan import owing_units


class MeetingQuerySet(ReferenceQuerySet):
    view_permission = Permission.MEETING_VIEW


class OfMeetingQuerySet(ReferenceQuerySet):
    """Items and resolutions: everybody's once the agenda is set, or the minutes are issued; before, the office's."""

    view_permission = Permission.MEETING_VIEW
    shut_states: frozenset[str] = frozenset({MeetingState.PREPARING, MeetingState.CANCELLED})

    def _condition(self, user, permission: Permission) -> Q:
        shut = EVERYTHING if user.may(Permission.MEETING_EDIT) else ~Q(meeting__state__in=self.shut_states)
        return super()._condition(user, permission) & shut


class ResolutionQuerySet(OfMeetingQuerySet):
    shut_states = frozenset(MeetingState) - {MeetingState.ISSUED}


class AgendaProposalQuerySet(ScopedQuerySet):
    view_permission = Permission.AGENDA_PROPOSE

    def _condition(self, user, permission: Permission) -> Q:
        if user.may(Permission.MEETING_EDIT):
            return EVERYTHING
        return Q(unit__in=proposing_units(user).values("pk"))


def proposing_units(user):
    """The units for which the person proposes: those he is granted over; his own where that is the whole district."""
    units = apps.get_model("accounts", "Unit").objects.all()
    condition = owing_units(user, Permission.AGENDA_PROPOSE)
    return units.filter(pk=user.unit_id) if condition is None else units.filter(condition)
