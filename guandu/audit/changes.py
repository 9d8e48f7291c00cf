"""Before and after of an object, as the trail keeps them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from guandu.core.digests import digest

SECRET_FIELDS = {"password"}
# What is sealed is told by a mark of its cipher, which says that it changed and nothing of what it is;
# its masked form is left out.
SEALED_SUFFIX, MASKED_SUFFIX = "_sealed", "_masked"
MARK_LENGTH = 8
Reader = Callable[[Any], str]
_readers: dict[tuple[str, str], Reader] = {}


@dataclass(frozen=True)
class Change:
    """One object's difference; `before` is None for something new, `after` None for something removed."""

    object_type: str
    object_key: str
    object_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def as_list(self) -> list:
        return [self.object_type, self.object_key, self.object_name, self.before, self.after]


def snapshot(obj: models.Model) -> dict[str, Any]:
    """The stored fields of `obj` by name, plain enough for JSON; secrets only as 已设置."""
    return {
        field.name: _plain(field.name, field.value_from_object(obj))
        for field in obj._meta.concrete_fields
        if not field.primary_key
    }


def object_key(obj: models.Model) -> str:
    """The internal code where there is one, else the primary key."""
    return str(getattr(obj, "code", "") or obj.pk)


def difference(obj: models.Model, before: dict[str, Any] | None) -> Change | None:
    """What changed in `obj` since `before` was taken; None when nothing did."""
    after = snapshot(obj)
    if before is not None:
        names = [name for name, value in after.items() if before.get(name) != value]
        if not names:
            return None
        before, after = {n: before.get(n) for n in names}, {n: after[n] for n in names}
    return Change(obj._meta.label_lower, object_key(obj), str(obj)[:200], before, after)


def differing(obj: models.Model, seen: dict[str, Any], wanted: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Where the stored `obj` no longer says what was `seen`: (label, theirs, yours) in words."""
    now = snapshot(obj)
    mine = {**seen, **{name: getattr(value, "pk", value) for name, value in wanted.items()}}
    fields = [field for field in obj._meta.concrete_fields if field.editable and field.name in seen]
    return [
        (str(field.verbose_name), in_words(field, now[field.name]), in_words(field, mine[field.name]))
        for field in fields
        if now[field.name] != seen[field.name]
    ]


def read_as(label: str, names: Iterable[str], reader: Reader) -> None:
    """Say how the stored values of these fields of the model `label` read, e.g. with their unit."""
    _readers.update({(label, name): reader for name in names})


def in_words(field: models.Field, value: Any) -> str:
    """A stored value as an official reads it: choices by label, references by name, nothing as 空."""
    if value is None or value in ("", [], {}):
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if reader := _readers.get((field.model._meta.label_lower, field.name)):
        return reader(value)
    if isinstance(value, list):
        return "、".join(map(str, value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.is_relation:
        return str(field.related_model._base_manager.filter(pk=value).first() or value)
    return str(value)


def _plain(name: str, value: Any) -> Any:
    if name in SECRET_FIELDS:
        return "已设置" if value else ""
    if name.endswith(MASKED_SUFFIX):
        return ""
    if name.endswith(SEALED_SUFFIX):
        return f"已加密（{digest(value.encode())[:MARK_LENGTH]}）" if value else ""
    if isinstance(value, datetime | date | Decimal):
        return str(value)
    return value
