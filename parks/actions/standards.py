"""Loading the register's standards from their files, without treading on what officials have edited."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, concerning, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed
from guandu.core.numbers import to_units
from guandu.exchange.loaded_rows import RowLoader, Tally
from guandu.exchange.marked_yaml import Row
from parks.models import HonourKind, HonourRule, Industry, ParkType, StatisticalClass, Threshold
from parks.standard_files import Sections, read_standards

REVENUE_SCALE = 2


class _NothingToWrite(Exception):
    """Undoes a load that wrote nothing, so that the trail gets no empty event."""


def load_standards(*, root: Path, force: bool = False, by: Actor) -> Tally:
    """Load the files below `root`; what was done. Raises BrokenFiles (nothing is written), NotAllowed."""
    sections, loader = read_standards(root), RowLoader(force=force)
    with suppress(_NothingToWrite):
        write_standards(sections=sections, loader=loader, by=by)
    return loader.tally


@action("standards.load")
def write_standards(*, sections: Sections, loader: RowLoader, by: Actor) -> None:
    """Write the records of the files through `loader`, in one transaction and one audit event."""
    if by.actor_kind == "user" and not by.may(Permission.REFERENCE_EDIT):
        raise NotAllowed("只有园区发展办可以载入行业分类、四上标准和荣誉种类。")
    concerning("parks.standards", "standards", "登记标准")
    for section, put in PUT.items():
        put(sections[section], loader)
    if not loader.tally.wrote:
        raise _NothingToWrite


def _put_industries(rows: Sequence[Row], loader: RowLoader) -> None:
    known: dict[str, Industry] = {}
    for row in rows:
        parent = known.get(row["parent"] or "")
        section = parent.section if parent else row.code
        values = {"name": row["name"], "level": row["level"], "parent": parent, "section": section}
        known[row.code] = loader.put(row, Industry, key={"code": row.code}, values=values)


def _put_classes(rows: Sequence[Row], loader: RowLoader) -> None:
    for position, row in enumerate(rows, start=1):
        values = {"name": row["name"], "industries": row["industries"], "position": position}
        loader.put(row, StatisticalClass, key={"code": row.code}, values=values)


def _put_thresholds(rows: Sequence[Row], loader: RowLoader) -> None:
    for row in rows:
        of_class = StatisticalClass.objects.get(code=row["of_class"])
        values = {
            "revenue": None if row["revenue"] is None else to_units(row["revenue"], REVENUE_SCALE),
            "condition": row["condition"] or "",
            "document": row["document"] or "",
        }
        _end_before(row, Threshold.objects.filter(of_class=of_class))
        loader.put(row, Threshold, key={"of_class": of_class, "valid_from": row["from"]}, values=values)


def _put_honour_kinds(rows: Sequence[Row], loader: RowLoader) -> None:
    for position, row in enumerate(rows, start=1):
        values = {
            "name": row["name"],
            "short_name": row["short"] or "",
            "family": row["family"] or "",
            "rank": row["rank"] or 0,
            "level": row["level"] or "",
            "position": position,
            "note": row["note"] or "",
        }
        loader.put(row, HonourKind, key={"code": row.code}, values=values)


def _put_honour_rules(rows: Sequence[Row], loader: RowLoader) -> None:
    for row in rows:
        kind = HonourKind.objects.get(code=row["kind"])
        values = {
            "name": row["name"],
            "issuer": row["issuer"] or "",
            "years": row["years"],
            "renewal": row["renewal"],
            "document": row["document"] or "",
            "to_confirm": bool(row["to_confirm"]),
        }
        _end_before(row, HonourRule.objects.filter(kind=kind))
        loader.put(row, HonourRule, key={"kind": kind, "valid_from": row["from"]}, values=values)


def _put_park_types(rows: Sequence[Row], loader: RowLoader) -> None:
    known: dict[str, ParkType] = {}
    for position, row in enumerate(rows, start=1):
        values = {"name": row["name"], "parent": known.get(row["parent"] or ""), "position": position}
        known[row.code] = loader.put(row, ParkType, key={"code": row.code}, values=values)


def _end_before(row: Row, siblings) -> None:
    """The rule in force until now ends on the day before the new one begins."""
    if siblings.filter(valid_from=row["from"]).exists():
        return
    for former in siblings.filter(valid_to=None, valid_from__lte=row["from"] - timedelta(days=1)):
        before = snapshot(former)
        former.valid_to = row["from"]
        former.save(update_fields=["valid_to"])
        updated(former, before)


PUT: dict[str, Callable[[Sequence[Row], RowLoader], None]] = {
    "industries": _put_industries,
    "statistical_classes": _put_classes,
    "thresholds": _put_thresholds,
    "honour_kinds": _put_honour_kinds,
    "honour_rules": _put_honour_rules,
    "park_types": _put_park_types,
}
