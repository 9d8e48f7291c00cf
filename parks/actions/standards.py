"""Loading the register's standards from their files, without treading on what officials have edited."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, concerning, edit, enter, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed
from guandu.core.numbers import to_units
from guandu.exchange.loaded_rows import RowLoader, Tally
from guandu.exchange.marked_yaml import Row
from parks.models import HonourKind, HonourRule, Industry, ParkType, RequestKind, StatisticalClass, Threshold
from parks.standard_files import Sections, read_standards

REVENUE_SCALE = 2
KIND_EDITABLE = frozenset({"name", "short_name", "family", "rank", "level", "position", "note"})
CLASS_EDITABLE = frozenset({"name", "industries", "position"})


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


@action("honour_kind.create")
def create_honour_kind(*, by: Actor, **values: Any) -> HonourKind:
    """A new kind of recognition. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="登记荣誉种类")
    return enter(HonourKind(**values))


@action("honour_kind.update")
def update_honour_kind(
    *, kind: HonourKind, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> HonourKind:
    """Change what KIND_EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, to="修改荣誉种类")
    return edit(kind, values, editable=KIND_EDITABLE, seen=seen)


@action("honour_rule.change")
def change_honour_rule(*, kind: HonourKind, on: date, by: Actor, **values: Any) -> HonourRule:
    """The rule from `on`; the former one ends there. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="调整荣誉规则")
    HonourKind.objects.select_for_update().get(pk=kind.pk)
    about(kind)
    return _succeed(HonourRule.objects.filter(kind=kind), HonourRule(kind=kind, valid_from=on, **values))


@action("statistical_class.create")
def create_class(*, by: Actor, **values: Any) -> StatisticalClass:
    """A new class of 四上 enterprises. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="登记四上类别")
    return enter(StatisticalClass(**values))


@action("statistical_class.update")
def update_class(
    *, of_class: StatisticalClass, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> StatisticalClass:
    """Change what CLASS_EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, to="修改四上类别")
    return edit(of_class, values, editable=CLASS_EDITABLE, seen=seen)


@action("threshold.change")
def change_threshold(*, of_class: StatisticalClass, on: date, by: Actor, **values: Any) -> Threshold:
    """The standard from `on`; the former one ends there. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="调整四上标准")
    StatisticalClass.objects.select_for_update().get(pk=of_class.pk)
    about(of_class)
    return _succeed(
        Threshold.objects.filter(of_class=of_class), Threshold(of_class=of_class, valid_from=on, **values)
    )


def _succeed(siblings: QuerySet, row: Any) -> Any:
    """`row` follows what was in force; one of the same day is corrected. Raises Invalid on an overlap."""
    last = siblings.order_by("valid_from").last()
    if last and last.valid_from > row.valid_from:
        raise Invalid(
            f"已有自 {last.valid_from} 起的记录，新的起始日期不能早于它。", errors=[("on", "请改用更晚的日期。")]
        )
    if last and last.valid_from == row.valid_from:
        return _correct(last, row)
    if last and last.valid_to is None:
        before = snapshot(last)
        last.valid_to = row.valid_from
        checked(last).save()
        updated(last, before)
    return enter(row)


def _correct(last: Any, row: Any) -> Any:
    before = snapshot(last)
    for field in row._meta.concrete_fields:
        if field.editable and not field.primary_key and field.name not in {"valid_from", "valid_to"}:
            setattr(last, field.name, getattr(row, field.name))
    checked(last).save()
    updated(last, before)
    return last


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


def _put_request_kinds(rows: Sequence[Row], loader: RowLoader) -> None:
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[row["unit"] for row in rows if row["unit"]])}
    for position, row in enumerate(rows, start=1):
        values = {"name": row["name"], "usual_unit": units.get(row["unit"]), "position": position}
        loader.put(row, RequestKind, key={"code": row.code}, values=values)


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
    "request_kinds": _put_request_kinds,
}
