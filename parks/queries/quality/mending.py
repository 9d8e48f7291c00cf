"""Where a defect is mended, by who looks: the office edits, others ask for the change or make it known."""

from datetime import date

from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.urls import reverse

from guandu.accounts.checks import allowed
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from parks.models import Enterprise, Park

VIEW = Permission.QUALITY_VIEW


def parks_of(actor: Actor) -> QuerySet:
    return Park.objects.visible_to(actor, VIEW).order_by("code")


def standing_parks(actor: Actor, day: date) -> QuerySet:
    """Planned and open ones: whatever has not closed by `day`."""
    return parks_of(actor).exclude(closed_on__lte=day)


def standing_firms(actor: Actor, day: date) -> QuerySet:
    firms = Enterprise.objects.visible_to(actor, VIEW).order_by("code")
    return firms.exclude(closed_on__lte=day)


def mended_at(actor: Actor, subject: Park | Enterprise, *, step: str = "change") -> str:
    """The office's page for `step` (change, change_placement …); for others the proposal, else the record."""
    kind = "park" if isinstance(subject, Park) else "enterprise"
    if allowed(actor, Permission.PARK_EDIT):
        return reverse(f"admin:parks_{kind}_{step}", args=[subject.pk])
    if step == "change" and allowed(actor, Permission.REGISTER_PROPOSE):
        return reverse(f"changes:{kind}-propose", args=[subject.code])
    return record_of(subject)


def record_of(subject: Park | Enterprise, anchor: str = "") -> str:
    kind = "park" if isinstance(subject, Park) else "enterprise"
    url = reverse(f"changes:{kind}-record", args=[subject.code])
    return f"{url}#{anchor}" if anchor else url


def overlapping(rows: QuerySet, *same: str, **counting) -> QuerySet:
    """Dated rows that begin while an earlier one of the same `same` is in force: the later of each pair.
    `counting` is the condition on which a row counts at all."""
    model: type[Model] = rows.model
    counted = model._default_manager.filter(**counting, **{name: OuterRef(name) for name in same})
    before = counted.filter(
        Q(valid_from__lt=OuterRef("valid_from"))
        | Q(valid_from=OuterRef("valid_from"), pk__lt=OuterRef("pk")),
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_from")),
    )
    return rows.filter(Exists(before), **counting).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from"))
    )
