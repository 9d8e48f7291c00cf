"""Writing rows from a data file without treading on what an official has edited since.

Each loaded row keeps the digest of what the file last said. A row that still says it may be
updated; one that says something else was edited by an official and stays, unless forced.
Runs inside an action: what it writes is recorded in the running audit event.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from guandu.audit import actions as audit
from guandu.audit.changes import Change, object_key, snapshot
from guandu.core.digests import digest_of
from guandu.core.errors import Invalid
from guandu.exchange.marked_yaml import Row


@dataclass(frozen=True)
class Part:
    """Something that belongs to a row and is compared and written with it (units, cells, a version).

    `wanted` and what `read` answers are plain enough for JSON and comparable.
    """

    name: str
    wanted: Any
    read: Callable[[Any], Any]
    write: Callable[[Any], None]


@dataclass
class Tally:
    """What a load did, and which rows it left because an official had edited them."""

    counts: Counter[str] = field(default_factory=Counter)
    kept: list[str] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        return bool(self.counts["added"] or self.counts["updated"])


class RowLoader:
    """Puts rows one by one. `force` lets the file win over officials' edits."""

    def __init__(self, *, force: bool = False) -> None:
        self.force = force
        self.tally = Tally()

    def put(
        self,
        row: Row,
        model: type[models.Model],
        *,
        key: dict[str, Any],
        values: dict[str, Any],
        parts: Iterable[Part] = (),
        initial: dict[str, Any] | None = None,
    ) -> Any:
        """The object of `model` with `key`, holding `values` and `parts` where the file may say so.

        `initial` is given to a new object only. Raises Invalid with the row's file and line.
        """
        parts = tuple(parts)
        wanted = _wanted(model, values, parts)
        obj = model._default_manager.select_for_update(of=("self",)).filter(**key).first()
        if obj is None:
            obj = model(**key, **values, **(initial or {}), loaded_digest=digest_of(wanted))
            self._create(row, obj, parts)
            return obj
        current = _current(obj, values, parts)
        if current == wanted:
            self.tally.counts["same"] += 1
        elif self.force or digest_of(current) == obj.loaded_digest:
            self._update(row, obj, values, parts, wanted)
        else:
            self._keep(obj)
        return obj

    def _create(self, row: Row, obj: Any, parts: tuple[Part, ...]) -> None:
        _check(row, obj)
        obj.save(force_insert=True)
        audit.created(obj)
        for part in parts:
            _write(part, obj, before=None)
        self.tally.counts["added"] += 1

    def _update(
        self, row: Row, obj: Any, values: dict[str, Any], parts: tuple[Part, ...], wanted: dict[str, Any]
    ) -> None:
        before = snapshot(obj)
        for name, value in {**values, "loaded_digest": digest_of(wanted)}.items():
            setattr(obj, name, value)
        if hasattr(obj, "version"):
            obj.version += 1
        _check(row, obj)
        obj.save()
        audit.updated(obj, before)
        for part in parts:
            known = part.read(obj)
            if known != part.wanted:
                _write(part, obj, before=known)
        self.tally.counts["updated"] += 1

    def _keep(self, obj: Any) -> None:
        self.tally.counts["kept"] += 1
        self.tally.kept.append(f"{obj._meta.verbose_name} {object_key(obj)} {obj}")


def members(name: str, objects: Iterable[Any]) -> Part:
    """The part that is a many-to-many set of coded objects."""
    objects = list(objects)

    def read(obj: Any) -> list[str]:
        return sorted(getattr(obj, name).values_list("code", flat=True))

    def write(obj: Any) -> None:
        getattr(obj, name).set(objects)

    return Part(name, sorted(each.code for each in objects), read, write)


def _wanted(model: type[models.Model], values: dict[str, Any], parts: tuple[Part, ...]) -> dict[str, Any]:
    plain = snapshot(model(**values))
    return {name: plain[name] for name in values} | {part.name: part.wanted for part in parts}


def _current(obj: Any, values: dict[str, Any], parts: tuple[Part, ...]) -> dict[str, Any]:
    plain = snapshot(obj)
    return {name: plain[name] for name in values} | {part.name: part.read(obj) for part in parts}


def _write(part: Part, obj: Any, *, before: Any) -> None:
    part.write(obj)
    audit.changed(
        [
            Change(
                obj._meta.label_lower, object_key(obj), str(obj)[:200],
                None if before is None else {part.name: before}, {part.name: part.wanted},
            )
        ]
    )


def _check(row: Row, obj: Any) -> None:
    try:
        obj.clean_fields()
    except ValidationError as refusal:
        sentences = "；".join(
            f"{obj._meta.get_field(name).verbose_name}：{''.join(words)}"
            for name, words in refusal.message_dict.items()
        )
        raise Invalid(f"{row.path} 第 {row.line} 行：{sentences}") from refusal
