"""Recognitions: the list, how many firms hold which, and which run out."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from guandu.accounts.models import User
from guandu.core.models import dated
from parks.enums import Renewal
from parks.models import Honour, HonourRule, Tenancy
from parks.querysets import ENDING_DAYS, HonourQuerySet


def honours_for(user: User, day: date) -> HonourQuerySet:
    """Grain: one recognition of a firm that the person may see, with its state on `day`, the soonest end
    first. One query."""
    rows = Honour.objects.visible_to(user).with_state(day).select_related("enterprise", "kind")
    return rows.order_by("valid_to", "enterprise__name", "pk")


@dataclass(frozen=True)
class Held:
    """How many firms hold a kind on a day: each firm once (户数), and recognitions (项次)."""

    code: str
    name: str
    firms: int
    items: int


def held_on(user: User, day: date) -> tuple[list[Held], int]:
    """By kind, in the list's order, and the firms that hold any of them, each once. One query."""
    rows = Honour.objects.visible_to(user).held_on(day).order_by("kind__position", "kind__code")
    firms: dict[tuple[str, str], list[int]] = defaultdict(list)
    for code, name, firm in rows.values_list("kind__code", "kind__name", "enterprise"):
        firms[code, name].append(firm)
    found = [Held(code, name, len(set(who)), len(who)) for (code, name), who in firms.items()]
    return found, len({firm for who in firms.values() for firm in who})


def holders(day: date, kinds: Collection[str]) -> tuple[int, dict[str, int]]:
    """Firms that hold one of `kinds` on `day` and are tenants then: in the district, and by park code.

    A firm in two parks counts in each of them and once in the district. One query.
    """
    rows = (
        Tenancy.objects.on(day)
        .filter(enterprise__in=Honour.objects.held_on(day).filter(kind__code__in=kinds).values("enterprise"))
        .values_list("park__code", "enterprise")
        .distinct()
    )
    parks: dict[str, set[int]] = defaultdict(set)
    for park, firm in rows:
        parks[park].add(firm)
    return len(set().union(*parks.values())) if parks else 0, {code: len(who) for code, who in parks.items()}


def renewals_due(user: User, day: date) -> HonourQuerySet:
    """Recognitions that end within ENDING_DAYS, whose rule asks for a renewal, and that have no successor."""
    soon = day + timedelta(days=ENDING_DAYS)
    asks = HonourRule.objects.filter(dated(day), kind__code=OuterRef("kind_id")).exclude(renewal=Renewal.NONE)
    after = Honour.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=OuterRef("valid_to")), revoked_on=None,
        enterprise=OuterRef("enterprise"), kind=OuterRef("kind"),
    )  # fmt: skip
    return honours_for(user, day).filter(
        Exists(asks), ~Exists(after), revoked_on=None, valid_to__gt=day, valid_to__lte=soon,
        enterprise__closed_on=None,
    )  # fmt: skip
