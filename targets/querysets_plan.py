"""Red lights and reports of what is done: seen and answered by the units that owe the target, all by the office.

Lights beyond one's own are seen once the office has released them.
"""

from django.apps import apps
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, NOTHING, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from targets.enums_plan import LightState


def owing_units(user, permission: Permission) -> Q | None:
    """The condition on Unit of those that the person answers for; None for all of them."""
    scopes = user.scopes_with(permission)
    if ScopeKind.DISTRICT in scopes:
        return None
    found = NOTHING
    for kind, codes in scopes.items():
        if kind == ScopeKind.CHAIN:
            chains = apps.get_model("parks", "Chain").objects.filter(code__in=codes)
            found |= Q(pk__in=chains.values("task_force"))
        elif kind != ScopeKind.PARK:
            found |= Q(code__in=codes)
    return found


def owing_duties(user, permission: Permission):
    """The duties (TargetUnit) of the units that the person answers for."""
    duties = apps.get_model("targets", "TargetUnit").objects.all()
    condition = owing_units(user, permission)
    if condition is None:
        return duties
    return duties.filter(unit__in=_units(condition))


def owing_aims(user, permission: Permission):
    """The qualitative aims that the units lead, or are responsible for, for which the person answers."""
    aims = apps.get_model("targets", "QualitativeAim").objects.all()
    condition = owing_units(user, permission)
    if condition is None:
        return aims
    led, beside = (
        getattr(aims.model, name).through.objects.filter(unit__in=_units(condition)).values("qualitativeaim")
        for name in ("leads", "responsible")
    )
    return aims.filter(Q(pk__in=led) | Q(pk__in=beside))


def _units(condition: Q):
    return apps.get_model("accounts", "Unit").objects.filter(condition)


def led_duties(user):
    """The duties by which the person's units lead targets. Leading is a unit's own: a grant over the whole district
    leads what its holder's unit does."""
    led = owing_duties(user, Permission.PLAN_ANSWER).filter(leads=True)
    if ScopeKind.DISTRICT in user.scopes_with(Permission.PLAN_ANSWER):
        return led.filter(unit=user.unit_id)
    return led


class LightQuerySet(ScopedQuerySet):
    view_permission = Permission.PLAN_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        if not user.scopes_with(permission):
            return NOTHING
        own = Q(target__in=led_duties(user).values("target"))
        if permission == Permission.PLAN_ANSWER:
            return own
        return EVERYTHING if user.may(Permission.PLAN_EDIT) else own | Q(state=LightState.RELEASED)


class AccomplishmentQuerySet(ScopedQuerySet):
    view_permission = Permission.PLAN_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        if not user.scopes_with(permission):
            return NOTHING
        if permission != Permission.PLAN_ANSWER or user.may(Permission.PLAN_EDIT):
            return EVERYTHING
        owed = owing_duties(user, permission)
        return Q(target__in=owed.values("target")) | Q(aim__in=owing_aims(user, permission))
