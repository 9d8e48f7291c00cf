"""What is missing to a line, and how it divides among the parts: whole numbers whose sums are exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from targets.progress.amounts import written

# The key of what a split leaves over or hands out too much.
REST = ""


@dataclass(frozen=True)
class PartGap:
    """What a part is to bring, what it has and what is missing, in units of the last decimal. `value` is None where
    it is not known: all that is due is then missing, and shown as unknown."""

    key: str
    due: int
    value: int | None
    gap: int

    @property
    def is_unknown(self) -> bool:
        return self.value is None and self.key != REST


def apportion(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """`total` by largest remainder, ties to the lower key; in equal weights where all are zero. The sum is `total`.
    ValueError for weights below zero, and for no part to take a total that is not zero."""
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("Weights are not below zero.")
    if not weights:
        if total:
            raise ValueError("Nothing to divide among.")
        return {}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1)
    whole, sign = sum(weights.values()), -1 if total < 0 else 1
    parts = {key: divmod(abs(total) * weight, whole) for key, weight in weights.items()}
    left = abs(total) - sum(share for share, _ in parts.values())
    lifted = set(sorted(parts, key=lambda key: (-parts[key][1], key))[:left])
    return {key: sign * (share + (key in lifted)) for key, (share, _) in parts.items()}


def gap_by_part(
    line_units: int,
    values: Mapping[str, int | None],
    weights: Mapping[str, int],
    splits: Mapping[str, int] | None = None,
) -> list[PartGap]:
    """The gap of every part that has a value, a weight or a split, by key; the gaps add up to `line_units` less the
    known values. What is due follows the split where a document gives one; the rest is divided by weight among the
    parts without. A rest that nobody takes, or a split that hands out more than the line, is the part REST."""
    splits = splits or {}
    keys = sorted({*values, *weights, *splits} - {REST})
    rest = line_units - sum(splits.values())
    open_parts = {key: weights.get(key, 0) for key in keys if key not in splits}
    due = dict.fromkeys(open_parts, 0)
    if open_parts and rest > 0:
        due, rest = apportion(rest, open_parts), 0
    due |= splits
    gaps = [_part(key, due[key], values.get(key)) for key in keys]
    return [*gaps, PartGap(REST, rest, None, rest)] if rest else gaps


def _part(key: str, due: int, value: int | None) -> PartGap:
    return PartGap(key, due, value, due - (value or 0))


def split_warnings(total: Decimal, parts: Mapping[str, Decimal], words: str) -> str | None:
    """The sentence for a split that does not add up, naming the parts by `words` (各链); None where it does, or
    where there is none."""
    divided = sum(parts.values(), Decimal(0))
    if not parts or divided == total:
        return None
    apart = f"相差 {written(abs(total - divided))}"
    return f"分解到{words}合计 {written(divided)}，与全区目标 {written(total)} {apart}"
