"""Which way an input has to move to help at all. Sure or not said: a way that may help is never called useless."""

from collections.abc import Mapping
from decimal import Decimal

from rating.engine import Scheme
from rating.engine.conditions import Condition, Test
from rating.engine.derivations.arithmetic import Convert, Difference, Extreme, Ratio, Select, Sum
from rating.engine.derivations.years import CompoundGrowth, Growth, MeanGrowth, WeightedYears
from rating.engine.rules.base import Rule
from rating.engine.rules.composed import Composed, FirstMatch
from rating.engine.rules.flags import FixedIf
from rating.planning.levers import below
from rating.planning.spans import Span, SpanReader, Unusable

# Signs of the change of a value when the input rises: any of -1 and 1. Empty: it does not move.
Signs = frozenset[int]
STILL: Signs = frozenset()
RISES: Signs = frozenset({1})
EITHER: Signs = frozenset({-1, 1})


def turned(signs: Signs, by: Signs) -> Signs:
    return frozenset(one * two for one in signs for two in by)


class Signer:
    """Signs with respect to one input, while all inputs lie in the stretches of `spans`."""

    def __init__(self, scheme: Scheme, spans: SpanReader, name: str):
        self.scheme, self.spans, self.name = scheme, spans, name
        self._found: dict[str, Signs] = {}

    def of_input(self, name: str) -> Signs:
        if name not in self._found:
            self._found[name] = RISES if name == self.name else self._derived(name)
        return self._found[name]

    def _derived(self, name: str) -> Signs:
        derive = self.scheme.inputs[name].derive
        if (
            derive is None
            or not self.spans.touched(name)
            or not any(self.of_input(part) for part in below(self.scheme, self.spans.reader.facts, name))
        ):
            return STILL
        if isinstance(derive, Convert | Growth | MeanGrowth | CompoundGrowth | WeightedYears):
            return self.of_input(derive.of)
        if isinstance(derive, Select | Sum | Extreme):
            parts = below(self.scheme, self.spans.reader.facts, name)
            return frozenset().union(*(self.of_input(part) for part in parts))
        if isinstance(derive, Difference):
            return self.of_input(derive.of) | turned(self.of_input(derive.minus), frozenset({-1}))
        if isinstance(derive, Ratio):
            under = self._side(derive.to)
            if len(under) != 1:
                return EITHER
            lower = turned(turned(self.of_input(derive.to), self._side(derive.of)), frozenset({-1}))
            return turned(self.of_input(derive.of), under) | lower
        return EITHER

    def _side(self, name: str) -> Signs:
        """On which side of zero the input lies; zero itself counts as neither."""
        try:
            value = self.spans.read(name)
        except Unusable:
            return EITHER
        if isinstance(value, Decimal):
            value = Span(value, value)
        if not isinstance(value, Span):
            return EITHER
        if value.low >= 0:
            return RISES
        return frozenset({-1}) if value.high <= 0 else EITHER

    def of_rule(self, rule: Rule) -> Signs:
        moving = [name for name in rule.reads() if self.of_input(name)]
        if not moving:
            return STILL
        if isinstance(rule, Composed) and not isinstance(rule, FirstMatch):
            return frozenset().union(*(self.of_rule(part) for part in rule.of))
        if isinstance(rule, FixedIf):
            signs = self.of_test(rule.when)
            return signs if rule.points >= rule.else_points else turned(signs, frozenset({-1}))
        trends: Mapping[str, str] = rule.trends()
        if any(name not in trends for name in moving):
            return EITHER
        ways = {"higher": RISES, "lower": frozenset({-1})}
        return frozenset().union(*(turned(self.of_input(name), ways[trends[name]]) for name in moving))

    def of_test(self, test: Test) -> Signs:
        """Towards True (1) or False (-1) when the input rises."""
        if not isinstance(test, Condition):
            found = frozenset().union(*(self.of_test(part) for part in test.parts))
            return turned(found, frozenset({-1})) if test.kind == "none_of" else found
        if test.subject != "input":
            return STILL
        signs = self.of_input(test.name)
        if not signs or test.test in ("at_least", "more_than"):
            return signs
        return turned(signs, frozenset({-1})) if test.test in ("at_most", "less_than") else EITHER
