"""Tenancies, and the spaces they use, that go on under another park or firm from a day.

Worked out in memory and written in a few statements: a merger may concern hundreds of firms.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from guandu.audit.actions import changed, removed
from guandu.audit.changes import difference, snapshot
from parks.enums import LeavingReason
from parks.models import Enterprise, Occupancy, Park, Tenancy
from parks.queries.mergers import running

BATCH = 200
Place = tuple[Park, Enterprise]


def carry_on(rows: Iterable[Tenancy], to: Callable[[Tenancy], Place], standing: QuerySet, on: date) -> None:
    """Within the action that merges: each of `rows` ends on `on` and goes on as `to(row)`; one of
    `standing`, which is there already, takes it in. One that only begins later moves as it is."""
    heirs = _Heirs(standing, on)
    for row in rows:
        heirs.take(row, to(row))
    heirs.tenancies.write()
    _hand_on_spaces(heirs.of, on)
    for row in heirs.gone:
        removed(row)
        row.delete()


class _Heirs:
    """Which tenancy goes on for which; `of` is primary key → heir, `gone` what leaves no trace of its own."""

    def __init__(self, standing: QuerySet, on: date) -> None:
        self.on = on
        # The earliest of a pair takes in, whatever follows it.
        self.known = {(each.park_id, each.enterprise_id): each for each in standing.order_by("-valid_from")}
        self.tenancies = _Sheet()
        self.of: dict[int, Tenancy] = {}
        self.gone: list[Tenancy] = []

    def take(self, row: Tenancy, place: Place) -> None:
        park, firm = place
        heir, until = self.known.get((park.pk, firm.pk)), row.valid_to
        if row.valid_from >= self.on:
            if heir is None:
                self.tenancies.alter(row, park=park, enterprise=firm)
                self.known[park.pk, firm.pk] = row
                return
            self.gone.append(row)
        else:
            self.tenancies.alter(row, valid_to=self.on, leaving_reason=LeavingReason.MERGED)
        if heir is None:
            heir = self._open(row, place, until)
        else:
            self._widen(heir, max(self.on, row.valid_from), until)
        self.of[row.pk] = heir

    def _open(self, row: Tenancy, place: Place, until: date | None) -> Tenancy:
        park, firm = place
        leading = row.in_leading_industry
        heir = Tenancy(
            park=park, enterprise=firm, valid_from=self.on, valid_to=until, in_leading_industry=leading
        )
        self.tenancies.enter(heir)
        self.known[park.pk, firm.pk] = heir
        return heir

    def _widen(self, heir: Tenancy, since: date, until: date | None) -> None:
        """The heir covers `since` to `until` as well as what it covers already."""
        last = None if until is None or heir.valid_to is None else max(until, heir.valid_to)
        self.tenancies.alter(heir, valid_from=min(since, heir.valid_from), valid_to=last)


def _hand_on_spaces(heirs: dict[int, Tenancy], on: date) -> None:
    sheet = _Sheet()
    for used in running(Occupancy, on, tenancy__in=list(heirs)).order_by("pk"):
        heir = heirs[used.tenancy_id]
        if used.valid_from >= on:
            sheet.alter(used, tenancy=heir)
            continue
        same = {"space_id": used.space_id, "area": used.area, "rent": used.rent}
        sheet.enter(Occupancy(tenancy=heir, valid_from=on, valid_to=used.valid_to, **same))
        sheet.alter(used, valid_to=on)
    sheet.write()


class _Sheet:
    """Rows of one model to be written together: what is altered first, then what is new."""

    def __init__(self) -> None:
        self.before: dict[int, dict[str, Any]] = {}
        self.altered: dict[int, Any] = {}
        self.fields: set[str] = set()
        self.new: list[Any] = []

    def alter(self, row: Any, **values: Any) -> None:
        """What is not written yet is altered in place."""
        if row.pk is not None and row.pk not in self.altered:
            self.before[row.pk], self.altered[row.pk] = snapshot(row), row
        for name, value in values.items():
            setattr(row, name, value)
        self.fields |= set(values)

    def enter(self, row: Any) -> None:
        self.new.append(row)

    def write(self) -> None:
        rows = list(self.altered.values())
        if rows:
            type(rows[0])._base_manager.bulk_update(rows, sorted(self.fields), batch_size=BATCH)
        if self.new:
            type(self.new[0])._base_manager.bulk_create(self.new, batch_size=BATCH)
        found = [difference(row, self.before[row.pk]) for row in rows]
        changed([each for each in found if each] + [difference(row, None) for row in self.new])
