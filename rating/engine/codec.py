"""Frozen dataclasses to canonical JSON and back, led by their field annotations."""

import json
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from rating.engine import numbers
from rating.engine.facts import Value, plain_value, read_value

VALUE_MEMBERS = frozenset(typing.get_args(Value))


def dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"不是 JSON：第 {error.lineno} 行") from None


def encode(value: Any, annotation: Any) -> Any:
    """JSON form of a value of that annotation. A Decimal is text; a union of dataclasses names its type."""
    return _encoder(annotation)(value)


@cache
def _encoder(annotation: Any) -> Callable[[Any], Any]:
    """What makes JSON of values of one annotation, worked out once."""
    if _is_value(annotation):
        return plain_value
    named = len(_classes(annotation)) > 1
    inner = typing.get_args(annotation)[:1]

    def made(value: Any) -> Any:
        if value is None or value.__class__ in (str, bool, int):
            return value
        if isinstance(value, Decimal):
            return numbers.plain(value)
        if isinstance(value, tuple):
            each = _encoder(*inner)
            return [each(item) for item in value]
        if isinstance(value, Mapping):
            return dict(value)
        if not is_dataclass(value):
            return value
        content = {name: to_json(getattr(value, name)) for name, to_json in _encoders(value.__class__)}
        if named:
            content["type"] = type(value).__name__
        return content

    return made


@cache
def _encoders(cls: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    return tuple((name, _encoder(hint)) for name, hint in _hints(cls).items())


def decode(raw: Any, annotation: Any) -> Any:
    """The inverse of `encode`; ValueError when a key is unknown, or one without a default is missing."""
    if raw is None:
        return None
    if _is_value(annotation):
        return read_value(raw)
    if typing.get_origin(annotation) is tuple:
        inner = typing.get_args(annotation)[0]
        return tuple(decode(item, inner) for item in raw)
    classes = _classes(annotation)
    if classes:
        return _decode_class(dict(raw), classes)
    return Decimal(raw) if Decimal in (annotation, *typing.get_args(annotation)) else raw


def _decode_class(raw: dict[str, Any], classes: dict[str, type]) -> Any:
    name = raw.pop("type") if len(classes) > 1 else next(iter(classes))
    hints, needed = _hints(classes[name]), _needed(classes[name])
    if wrong := (raw.keys() - hints.keys()) | (needed - raw.keys()):
        raise ValueError(f"{name} 的字段不符：{'、'.join(sorted(wrong))}")
    return classes[name](**{key: decode(value, hints[key]) for key, value in raw.items()})


def _is_value(annotation: Any) -> bool:
    return frozenset(typing.get_args(annotation)) == VALUE_MEMBERS


def _classes(annotation: Any) -> dict[str, type]:
    union = isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is typing.Union
    members = typing.get_args(annotation) if union else (annotation,)
    return {
        member.__name__: member for member in members if is_dataclass(member) and isinstance(member, type)
    }


@cache
def _needed(cls: Any) -> frozenset[str]:
    """Fields without a default: those that came later have one, so that what was stored before still reads."""
    return frozenset(
        each.name for each in fields(cls) if each.default is MISSING and each.default_factory is MISSING
    )


@cache
def _hints(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}
