"""What a cell of the register may name: rows that the person sees, parks that he may change."""

from django.db.models import QuerySet

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from parks.models import Area, Chain, Industry, Park, ParkType


def parks(by: Actor) -> QuerySet:
    return Park.objects.visible_to(by).order_by("code")


def parks_for(permission: Permission):
    """Parks over which the person holds `permission`."""
    return lambda by: Park.objects.visible_to(by, permission).order_by("code")


def park_types(by: Actor) -> QuerySet:
    return ParkType.objects.visible_to(by)


def chains(by: Actor) -> QuerySet:
    return Chain.objects.visible_to(by)


def areas(by: Actor) -> QuerySet:
    return Area.objects.visible_to(by)


def industries(by: Actor) -> QuerySet:
    return Industry.objects.visible_to(by).order_by("code")


def streets(by: Actor) -> QuerySet:
    return _units(Unit.Kind.STREET)


def operators(by: Actor) -> QuerySet:
    return _units(Unit.Kind.OPERATOR, Unit.Kind.COMPANY)


def departments(by: Actor) -> QuerySet:
    return _units(*Unit.DEPARTMENTS)


def _units(*kinds: str) -> QuerySet:
    return Unit.objects.filter(kind__in=kinds).order_by("code")
