"""Numbers of two periods side by side: single quarters by subtraction, growth on a base. Per reporting line."""

from dataclasses import dataclass
from fractions import Fraction

from guandu.core.periods import Period, PeriodKind
from targets.enums import Gap, ValueSource
from targets.queries.rollup.inputs import Definition, Inputs, Leaf
from targets.queries.rollup.operations import whole


@dataclass(frozen=True)
class Ends:
    """`now` and `before` over the lines that stand at both ends, in units of `scale`; `effect` is what entered less
    what left, where lines are known. Without a pair, `gap`."""

    now: int | None = None
    before: int | None = None
    effect: int | None = None
    gap: str = ""


@dataclass(frozen=True)
class Measure:
    """How units of two versions become units of one scale: exact factors."""

    now: Fraction
    before: Fraction

    def ends(self, now: int, before: int, effect: tuple[int, int] | None = None) -> Ends:
        found = [whole(now * self.now), whole(before * self.before)]
        if effect is not None:
            found.append(whole(effect[0] * self.now - effect[1] * self.before))
        return Ends(gap=str(Gap.DIFFERENT)) if None in found else Ends(*found)


def measure(of: Definition, then: Definition | None, inputs: Inputs, scale: int) -> Measure | None:
    """From units of `of` as it is and as it was `then` to units of 10**-scale; None where a version between them is
    not comparable."""
    factor = inputs.factor(of, then)
    fine = Fraction(10**scale, 10**of.scale)
    return None if factor is None else Measure(fine, factor * fine)


def paired(now: Leaf, before: Leaf, how: Measure) -> Ends:
    """Two values of one source: by firm lines where both have them, else as they stand."""
    if now.of_lines != before.of_lines or (now.source and before.source and now.source != before.source):
        return Ends(gap=str(Gap.DIFFERENT))
    if now.lines is None or before.lines is None:
        return how.ends(now.units, before.units)
    both = now.lines.keys() & before.lines.keys()
    effect = (_apart(now, both), _apart(before, both))
    if not both:
        return Ends(effect=how.ends(0, 0, effect).effect, gap=str(Gap.ROSTER))
    return how.ends(sum(now.lines[line] for line in both), sum(before.lines[line] for line in both), effect)


def _apart(leaf: Leaf, both: set[str]) -> int:
    return sum(units for line, units in leaf.lines.items() if line not in both)


def compared(now: Leaf, base: Leaf, how: Measure) -> Ends:
    """As paired; a base from before the portal is 补录 and stands beside any source, as one number."""
    if base.source == ValueSource.HISTORY and now.source != ValueSource.HISTORY:
        return how.ends(now.units, base.units)
    return paired(now, base, how)


def single_ends(now: Leaf | None, before: Leaf | None, how: Measure | None, inputs: Inputs, then: Inputs) -> Ends:
    """What the quarter alone adds: the cumulative number less the one before."""
    if now is None:
        return Ends(gap=str(Gap.NOT_REPORTED))
    if before is None:
        new = now.park and now.park not in then.members
        return Ends(gap=str(Gap.ROSTER if new else Gap.NO_PREVIOUS))
    if how is None:
        return Ends(gap=str(Gap.DIFFERENT))
    found = paired(now, before, how)
    if found.gap or found.effect is not None or not now.park:
        return found
    return _with_one_roster(found, inputs.rosters.get(now.park), then.rosters.get(now.park))


def _with_one_roster(found: Ends, now: frozenset[str] | None, before: frozenset[str] | None) -> Ends:
    """Two totals stand for one another only over the same firms."""
    if now is None or before is None:
        return Ends(gap=str(Gap.ROSTER_UNKNOWN))
    return found if now == before else Ends(gap=str(Gap.ROSTER))


def flash(leaf: Leaf | None) -> Leaf | None:
    """快报 alone: the year's return says nothing of a single quarter."""
    if leaf is None or (leaf.period and Period.parse(leaf.period).kind is PeriodKind.YEAR):
        return None
    return leaf


