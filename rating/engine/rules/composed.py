"""Rules made of rules: the best, the worst, the sum, or the first that earns anything."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.params import Flaw, Param, Specs, optional
from rating.engine.rules.base import Ahead, Bounds, Judgement, Rule, Values, points_text

Ends = list[Decimal | None]


@dataclass(frozen=True, slots=True)
class Composed(Rule):
    """Base. `merge` makes one number of the parts' points; `absent_part` is `need` or `skip`."""

    of: tuple[Rule, ...]
    cap: Decimal | None
    absent_part: str

    intro = ""
    params = (
        Param("of", "rules", "各条规则，写法与 rule 相同"),
        optional("cap", "multiple", "合计最多几分，默认 none 不限", None),
        optional(
            "absent_part", "absent", "某条缺数据：need 整项视为缺数据（默认），skip 只看有数据的", "need"
        ),
    )

    def merge(self, points: list[Decimal]) -> Decimal:
        raise NotImplementedError

    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for rule in self.of for name in rule.reads()))

    def absent(self, values: Values) -> tuple[str, ...]:
        gaps = [rule.absent(values) for rule in self.of]
        wanting = [gap for gap in gaps if gap]
        if not wanting or (self.absent_part == "skip" and len(wanting) < len(gaps)):
            return ()
        return tuple(dict.fromkeys(name for gap in wanting for name in gap))

    def earn(self, values: Values) -> Decimal:
        points = [rule.earn(values) for rule in self.of if not rule.absent(values)]
        return numbers.clamp(self.merge(points), None, self.cap)

    def judge(self, values: Values, specs: Specs) -> Judgement:
        found = self._judged(values, specs)
        points = self.merge([each.points for each in found.values()])
        return Judgement(numbers.clamp(points, None, self.cap), self.words(list(found.values()), points))

    def words(self, found: list[Judgement], points: Decimal) -> str:
        """Those of the part that decides."""
        return next((each.text for each in found if each.points == points), "各项都不得分")

    def describe(self, specs: Specs) -> str:
        parts = "；".join(f"（{place}）{rule.describe(specs)}" for place, rule in enumerate(self.of, start=1))
        return f"{self.intro}：{parts}" + ("" if self.cap is None else f"；最多 {points_text(self.cap)}")

    def bounds(self, specs: Specs) -> Bounds:
        ends = [rule.bounds(specs) for rule in self.of]
        low, high = self.reach([low for low, _ in ends], [high for _, high in ends])
        if self.cap is None:
            return low, high
        return low if low is None else min(low, self.cap), self.cap if high is None else min(high, self.cap)

    def reach(self, lows: Ends, highs: Ends) -> Bounds:
        """One part alone decides: it may be any."""
        low = None if None in lows else min(each for each in lows if each is not None)
        high = None if None in highs else max(each for each in highs if each is not None)
        return low, high

    def ahead(self, values: Values, specs: Specs) -> Ahead | None:
        """The smallest step of a part that earns the whole more than it has now."""
        found = self._judged(values, specs)
        points = {place: each.points for place, each in found.items()}
        now = self._merged(points)
        steps = []
        for place in points:
            step = self.of[place].ahead(values, specs)
            then = now if step is None else self._merged({**points, place: step.points})
            if step is not None and then > now:
                steps.append(Ahead(step.name, step.threshold, step.strict, then))
        return min(steps, key=lambda step: step.points, default=None)

    def trends(self) -> dict[str, str]:
        """Monotone where every part that reads the input is, and all in one way."""
        found: dict[str, set[str]] = {}
        for rule in self.of:
            known = rule.trends()
            for name in rule.reads():
                found.setdefault(name, set()).add(known.get(name, ""))
        return {name: next(iter(ways)) for name, ways in found.items() if len(ways) == 1 and "" not in ways}

    def flaws(self, specs: Specs) -> Iterator[Flaw]:
        if len(self.of) < 2:
            yield Flaw("of", None, "至少要有两条规则")

    def _judged(self, values: Values, specs: Specs) -> dict[int, Judgement]:
        known = ((place, rule) for place, rule in enumerate(self.of) if not rule.absent(values))
        return {place: rule.judge(values, specs) for place, rule in known}

    def _merged(self, points: Mapping[int, Decimal]) -> Decimal:
        return numbers.clamp(self.merge(list(points.values())), None, self.cap)


class BestOf(Composed):
    kind = "best_of"
    title = "取最高一项"
    intro = "取下列最高的一项"

    def merge(self, points: list[Decimal]) -> Decimal:
        return max(points)


class MinOf(Composed):
    kind = "min_of"
    title = "取最低一项"
    intro = "取下列最低的一项"

    def merge(self, points: list[Decimal]) -> Decimal:
        return min(points)

    def reach(self, lows: Ends, highs: Ends) -> Bounds:
        low, high = super().reach(lows, highs)
        known = [each for each in highs if each is not None]
        return low, min(known) if known and self.absent_part == "need" else high


class SumOf(Composed):
    kind = "sum_of"
    title = "几项相加"
    intro = "下列各项相加"

    def merge(self, points: list[Decimal]) -> Decimal:
        return sum(points, numbers.ZERO)

    def words(self, found: list[Judgement], points: Decimal) -> str:
        return "；".join(f"{each.text}，{numbers.shown(each.points, 2)} 分" for each in found)

    def reach(self, lows: Ends, highs: Ends) -> Bounds:
        spare = self.absent_part == "skip"
        low = None if None in lows else sum(_ends(lows, min, spare), numbers.ZERO)
        high = None if None in highs else sum(_ends(highs, max, spare), numbers.ZERO)
        return low, high


class FirstMatch(Composed):
    kind = "first_match"
    title = "依次取第一个得分的"
    intro = "依次看下列各项，取第一个得分的"

    def merge(self, points: list[Decimal]) -> Decimal:
        return next((each for each in points if each > 0), numbers.ZERO)

    def reach(self, lows: Ends, highs: Ends) -> Bounds:
        _, high = super().reach(lows, highs)
        return numbers.ZERO, None if high is None else max(high, numbers.ZERO)

    def trends(self) -> dict[str, str]:
        """A later part may pay more than an earlier one: nothing is sure."""
        return {}


def _ends(ends: Ends, pick, spare: bool) -> list[Decimal]:
    """With `spare` a part may also be left out, which is 0."""
    known = [each for each in ends if each is not None]
    return [pick(each, numbers.ZERO) for each in known] if spare else known
