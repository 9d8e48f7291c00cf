"""The schema by which the parameters of a rule or a derivation are read, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass

from rating.engine.inputs import InputSpec

Specs = Mapping[str, InputSpec]


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a kind. `type` names a reader of `param_reading`; no default means required."""

    name: str
    type: str
    meaning: str
    default: object = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Flaw:
    """A parameter that is well-formed but makes no sense; `index` points into a list parameter."""

    param: str
    index: int | None
    message: str


def optional(name: str, kind: str, meaning: str, default: object) -> Param:
    return Param(name, kind, meaning, default, required=False)
