"""Which chains and parks make up what a target lacks, adding up to it exactly. Grain: one part of one target."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.core.models import dated
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from targets.enums import FigureScope, IndicatorKind, Operator
from targets.enums_plan import Counts
from targets.models import Figure, IndicatorVersion, Target
from targets.progress.gap import REST, PartGap, gap_by_part
from targets.queries.figure_rows import parts_of
from targets.queries.measures.measure import EACH
from targets.queries.plan_terms import line_on
from targets.target_units import factor_between

_WHOLE_PARTS = frozenset({IndicatorKind.REGISTERED, IndicatorKind.COUNT})
_QUOTIENTS = frozenset({IndicatorKind.SHARE, IndicatorKind.RATIO})
_ADDED = frozenset({IndicatorKind.FLOW, IndicatorKind.STOCK, IndicatorKind.FORMULA}) | _WHOLE_PARTS
OTHERS, UNPLACED = "其他园区", "未归入产业链"
_OTHERS = "~"  # beyond every code


@dataclass(frozen=True)
class Contribution:
    """What a part should bring, what it has, what is missing (below zero: more than its part), in the unit of
    `Contributions`; a value of None is unknown. `figure` is the number behind `value`."""

    name: str
    due: Decimal | None
    value: Decimal | None
    gap: Decimal
    park_code: str = ""
    figure: int | None = None


@dataclass(frozen=True)
class Contributions:
    """`total` is the sum of the gaps of `by_chain`, and of `by_park`. `how` says by what the parts' due was set."""

    unit: str
    decimals: int
    total: Decimal
    by_chain: list[Contribution]
    by_park: list[Contribution]
    how: str


def contributions_of(target: Target, whole: Figure | None, user: User) -> Contributions | None:
    """Of the number `whole` of a target counted by value from parks; None where it is the district's own or is no sum.
    What the reader's parks do not make up is one part, taken from the whole: it tells nothing of how many they are.
    A fixed number of queries."""
    if whole is None or target.counts != Counts.VALUE or target.minus_id or not target.value:
        return None
    if target.shape in EACH and not target.scope_code:
        return None
    line = _line_units(target, whole)
    if line is None or whole.numerator is None or not parts_of(whole).exists():
        return None
    before = _year_before(whole)
    visible = Figure.objects.visible_to(user)
    parks = _Side(whole, before, FigureScope.PARK, parts_of(whole).filter(pk__in=visible.values("pk")))
    unit, scale = _measured(whole)
    by_chain: list[Contribution] = []
    if whole.scope_kind == FigureScope.DISTRICT:
        of_chains = _same(whole).filter(scope_kind=FigureScope.CHAIN, pk__in=visible.values("pk"))
        chains = _Side(whole, before, FigureScope.CHAIN, of_chains)
        by_chain = chains.told(line, scale, UNPLACED)
    return Contributions(
        unit=unit,
        decimals=min(scale, 2),
        total=from_units(line - whole.numerator, scale),
        by_chain=by_chain,
        by_park=parks.told(line, scale, OTHERS),
        how=_how(whole, before),
    )


def _same(whole: Figure) -> QuerySet[Figure]:
    return Figure.objects.filter(indicator=whole.indicator_id, period=whole.period, basis=whole.basis)


def _year_before(whole: Figure) -> Figure | None:
    """The same number of the year before, where it is above zero."""
    rows = Figure.objects.filter(indicator=whole.indicator_id, period=Period.parse(whole.period).year_before.code, basis=whole.basis)
    found = rows.filter(scope_kind=whole.scope_kind, scope_code=whole.scope_code, numerator__gt=0).first()
    return None if whole.indicator.kind in _WHOLE_PARTS else found


def _how(whole: Figure, before: Figure | None) -> str:
    return _shared_by(whole, before) + ("有园区尚未核定，其应有数全部列为差额。" if whole.reported < whole.expected else "")


def _shared_by(whole: Figure, before: Figure | None) -> str:
    if whole.indicator.kind in _WHOLE_PARTS:
        return "每个符合条件的园区计 1 个；尚缺的个数还没有对应到园区。"
    if before is None:
        return f"{Period.parse(whole.period).year_before.label}没有数据，应有数按现值占比分摊。"
    return f"应有数按{Period.parse(before.period).label}占比分摊。"


@dataclass(frozen=True)
class _Side:
    """The parts of one kind that the reader is shown; what they do not make up is the part REST of `told`."""

    whole: Figure
    before: Figure | None
    kind: str
    rows: QuerySet[Figure]

    def told(self, line: int, scale: int, others: str) -> list[Contribution]:
        """The largest gap first; others, and what nobody takes, last."""
        rows = {row.scope_code: row for row in self.rows.order_by("scope_code")}
        values: dict[str, int | None] = {code: row.numerator for code, row in rows.items()}
        left = (self.whole.numerator or 0) - sum(value or 0 for value in values.values())
        weights = self._weights(values)
        if left or weights.get(_OTHERS):
            values[_OTHERS] = left
        if self.whole.indicator.kind in _WHOLE_PARTS:
            parts = gap_by_part(line, values, {}, {code: value or 0 for code, value in values.items()})
        else:
            parts = gap_by_part(line, values, {code: weights.get(code, 0) for code in values})
        own = sorted((part for part in parts if part.key in rows), key=lambda part: (-part.gap, part.key))
        named = [_told(part, scale, rows[part.key].scope_name, rows[part.key]) for part in own]
        named += [Contribution(others, None, None, from_units(part.gap, scale)) for part in parts if part.key == _OTHERS]
        return [*named, *(_told(part, scale, "尚未对应到园区") for part in parts if part.key == REST)]

    def _weights(self, values: Mapping[str, int | None]) -> dict[str, int]:
        """What each made in the year before, without one what each makes now."""
        base = self.before or self.whole
        now = {code: value or 0 for code, value in values.items()}
        then = now
        if self.before is not None:
            rows = _same(self.before).filter(scope_kind=self.kind, scope_code__in=values)
            then = {code: number or 0 for code, number in rows.values_list("scope_code", "numerator")}
        kept = {code: max(then.get(code, 0), 0) for code in values}
        return kept | {_OTHERS: max((base.numerator or 0) - sum(kept.values()), 0)}


def _told(part: PartGap, scale: int, name: str, row: Figure | None = None) -> Contribution:
    value = None if part.value is None else from_units(part.value, scale)
    is_park = row is not None and row.scope_kind == FigureScope.PARK
    return Contribution(
        name, from_units(part.due, scale), value, from_units(part.gap, scale), row.scope_code if row and is_park else "",
        row.pk if row else None,
    )  # fmt: skip


def _line_units(target: Target, whole: Figure) -> int | None:
    """The line in units of the numbers that are added; of a quotient, what the numerator would have to be."""
    line = Fraction(line_on(target, Period.parse(whole.period).last_day)[0])
    above = target.operator == Operator.MORE_THAN
    if whole.indicator.kind in _QUOTIENTS:
        if not whole.divisor or target.operator == Operator.AT_MOST:
            return None
        return _least(line * whole.divisor / 100, above)
    factor = factor_between(whole.indicator_version.unit, target.unit)
    if whole.indicator.kind not in _ADDED or factor is None or whole.denominator is not None:
        return None
    return _least(line / factor * 10**whole.indicator_version.scale, above)


def _least(amount: Fraction, above: bool) -> int:
    return floor(amount) + 1 if above else ceil(amount)


def _measured(whole: Figure) -> tuple[str, int]:
    """Unit and scale of what is added: of a quotient, its numerator's."""
    own = whole.indicator_version
    if whole.indicator.kind in _QUOTIENTS:
        day = Period.parse(whole.period).last_day
        own = IndicatorVersion.objects.get(dated(day), indicator__code=own.definition["num"])
    return own.unit, own.scale
