"""Within other actions on a return: what the bureau found of the rosters goes with its version."""

from collections.abc import Collection

from guandu.audit.actions import created, removed, updated
from guandu.audit.changes import snapshot
from targets.models import ReturnVersion, RosterMatch


def carry_matches(from_version: ReturnVersion, to_version: ReturnVersion) -> None:
    """A filed version is copied into a draft: the draft has found the same."""
    rows = list(from_version.matches.all())
    for row in rows:
        row.pk, row.version = None, to_version
    RosterMatch.objects.bulk_create(rows)


def drop_matches(version: ReturnVersion, parks: Collection[str] | None = None) -> None:
    """Take back what the draft has found, of `parks` or of all."""
    rows = version.matches.all() if parks is None else version.matches.filter(park_code__in=parks)
    for row in rows:
        removed(row)
        row.delete()


def put_match(version: ReturnVersion, park_code: str, **values) -> None:
    """What was found of one park, instead of what was found before."""
    row = RosterMatch.objects.filter(version=version, park_code=park_code).first()
    if row is None:
        created(RosterMatch.objects.create(version=version, park_code=park_code, **values))
        return
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    updated(row, before)
