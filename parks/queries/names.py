"""What parks and firms were called on a day. Grain: one name per object."""

from collections.abc import Iterable
from datetime import date

from django.db import models

from parks.models import Enterprise, EnterpriseName, Park, ParkName

# Which table keeps the former names of what, and the column that points there.
NAMES: dict[type[models.Model], tuple[type[models.Model], str]] = {
    Park: (ParkName, "park"),
    Enterprise: (EnterpriseName, "enterprise"),
}


def names_on(objects: Iterable[models.Model], day: date) -> dict[int, str]:
    """Primary key → the name of each on `day`: that of the row in force, before the first row the first
    one's; what never changed its name has no row and keeps its own. One query."""
    known = {each.pk: each for each in objects}
    if not known:
        return {}
    table, owner = NAMES[type(next(iter(known.values())))]
    rows = table.objects.filter(**{f"{owner}__in": known}).order_by("valid_from")
    found = {pk: each.name for pk, each in known.items()}
    for pk, name in _in_force(rows.values_list(f"{owner}_id", "valid_from", "name"), day).items():
        found[pk] = name
    return found


def _in_force(rows: Iterable[tuple[int, date, str]], day: date) -> dict[int, str]:
    """Owner → the last name that began by `day`, else his first. Rows follow one another without gaps."""
    found: dict[int, str] = {}
    for owner, since, name in rows:
        if owner not in found or since <= day:
            found[owner] = name
    return found


def name_on(obj: models.Model, day: date) -> str:
    return names_on([obj], day)[obj.pk]


def former_names(obj: models.Model) -> list[models.Model]:
    """Every name with its days, the newest first; empty for what was never renamed."""
    table, owner = NAMES[type(obj)]
    return list(table.objects.filter(**{owner: obj}).order_by("-valid_from"))


def name_to_come(obj: models.Model, day: date) -> bool:
    """Whether a name is announced that is not in force on `day` yet."""
    table, owner = NAMES[type(obj)]
    return table.objects.filter(**{owner: obj}, valid_from__gt=day).exists()
