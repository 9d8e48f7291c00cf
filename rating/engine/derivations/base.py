"""What every kind of derived input offers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, NamedTuple

from rating.engine.facts import Value
from rating.engine.inputs import Reader, Reading
from rating.engine.params import Flaw, Param, Specs


class Derived(NamedTuple):
    """The parts that were read, the value (None with a note that says why), and what it was held against."""

    parts: tuple[Reading, ...]
    value: Value
    note: str = ""
    reference: Mapping[str, object] = {}


class Derivation:
    """Base of the kinds. A kind is a frozen dataclass of its parameters, without state."""

    kind: ClassVar[str]
    title: ClassVar[str]
    params: ClassVar[tuple[Param, ...]]
    gives: ClassVar[str] = "number"
    # A number that counts things is never below zero, and rules may rely on it.
    counts: ClassVar[bool] = False

    def reads(self) -> tuple[str, ...]:
        """Names of the inputs that may be read."""
        raise NotImplementedError

    def takes(self) -> tuple[str, ...]:
        """Types that those inputs may have."""
        return ("number",)

    def derive(self, reader: Reader) -> Derived:
        raise NotImplementedError

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        """What makes these parameters unusable, in Chinese."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Numbers:
    """Readings of inputs that must be numbers: their values, or the sentence that says which are wanting."""

    parts: tuple[Reading, ...]
    values: tuple[Decimal, ...] = ()
    gap: str = ""
    reference: Mapping[str, object] = field(default_factory=dict)


def numbers_of(parts: tuple[Reading, ...]) -> Numbers:
    gaps = [part.title for part in parts if not isinstance(part.value, Decimal)]
    if gaps:
        return Numbers(parts, gap=f"缺少{'、'.join(gaps)}，无法计算")
    return Numbers(parts, tuple(part.value for part in parts if isinstance(part.value, Decimal)))


def positive(param: str, value: Decimal) -> Iterator[Flaw]:
    if value <= 0:
        yield Flaw(param, None, "必须大于 0")
