"""The register as a list. Grain: one park a person may see, as it stands on one day."""

from datetime import date

from django.db.models import F, Prefetch, Q

from guandu.accounts.models import Unit, User
from parks.enums import ParkState, TitleState
from parks.models import Chain, Park, Placement, Title
from parks.querysets import ParkQuerySet


def parks_on(user: User, day: date) -> ParkQuerySet:
    """Every park of `user`'s scope with where it belongs on `day`, and its titles. Two queries."""
    titles = Title.objects.exclude(state=TitleState.LAPSED).order_by("level", "name")
    return (
        Park.objects.visible_to(user)
        .placed_on(day)
        .prefetch_related(Prefetch("titles", queryset=titles))
        .order_by(F("_place__chain__position").asc(nulls_last=True), "code")
    )


def in_state(parks: ParkQuerySet, state: str, day: date) -> ParkQuerySet:
    """Those that are planned, open or closed on `day`."""
    if state == ParkState.OPEN:
        return parks.open_on(day)
    if state == ParkState.CLOSED:
        return parks.filter(closed_on__lte=day)
    return parks.filter(
        Q(opened_on__isnull=True) | Q(opened_on__gt=day), Q(closed_on__isnull=True) | Q(closed_on__gt=day)
    )


def chains_of(user: User, day: date) -> list[tuple[str, str]]:
    """(code, name) of the chains that the person's parks stand in on `day`."""
    held = _placements(user, day).values("chain")
    return list(Chain.objects.filter(pk__in=held).values_list("code", "name"))


def streets_of(user: User, day: date) -> list[tuple[str, str]]:
    held = _placements(user, day).values("street")
    return list(Unit.objects.filter(pk__in=held).order_by("code").values_list("code", "name"))


def _placements(user: User, day: date):
    return Placement.objects.visible_to(user).on(day)
