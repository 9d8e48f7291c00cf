"""Counted register facts: a room says, for a period, which parks count and since when.

A source is a function (period, **parameters) → list of Fact, or None while what it counts does not exist yet: that is
missing, and no zero. Rooms above targets register theirs in
apps.ready(); the register's own stand in targets.queries.register_facts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from inspect import signature

from guandu.core.errors import Invalid
from guandu.core.periods import Period


@dataclass(frozen=True)
class Fact:
    """One dated fact that counts once for one park; with a `subject`, a firm's code, once for that firm in each park,
    each chain (its park's and `chains`) and the district. Without a park it counts in the district alone."""

    park_code: str
    on: date
    text: str
    subject: str = ""
    chains: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, str]:
        return {"park": self.park_code, "on": str(self.on), "text": self.text}


PARAMETERS_OF_DEFINITION = frozenset({"op", "source", "population"})  # what a definition says beside them

Source = Callable[..., list[Fact] | None]
_sources: dict[str, Source] = {}


def registered_source(name: str) -> Callable[[Source], Source]:
    """Register the decorated function as the source `name` of a definition {op: registered}."""

    def decorate(function: Source) -> Source:
        if name in _sources:
            raise RuntimeError(f"Two registered sources named {name}.")
        _sources[name] = function
        return function

    return decorate


def source_errors(name: str, parameters: Mapping[str, object]) -> Iterator[str]:
    """Sentences about a source nobody registered, or parameters that it does not take."""
    if name not in _sources:
        yield f"没有名为“{name}”的计数来源，可填：{'、'.join(sorted(_sources))}。"
        return
    try:
        signature(_sources[name]).bind(None, **parameters)
    except TypeError:
        taken = [each for each in signature(_sources[name]).parameters if each != "period"]
        yield f"计数来源“{name}”的参数不对，可写：{'、'.join(taken)}。"


def facts_of(name: str, period: Period, **parameters: str) -> list[Fact] | None:
    """The facts that `name` counts in `period`; Invalid for a source nobody registered."""
    if name not in _sources:
        raise Invalid(f"指标定义引用了未登记的计数来源“{name}”，请检查指标的计算方法。")
    return _sources[name](period, **parameters)
