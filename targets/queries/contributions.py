"""Which chains and parks make up what a target lacks, adding up to it exactly. Grain: one part of one target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from guandu.accounts.models import User
from guandu.core.models import dated
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from parks.models import Chain
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
OTHERS = "其他园区"


@dataclass(frozen=True)
class Contribution:
    """What a part should bring, what it has, what is missing (below zero: more than its part), in the unit of
    `Contributions`; a value of None is unknown. `figure` is the number behind `value`."""

    name: str
    due: Decimal
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
    Parks that the reader may not see are one part. Four queries."""
    if whole is None or target.counts != Counts.VALUE or target.minus_id or not target.value:
        return None
    if target.shape in EACH and not target.scope_code:
        return None
    rows = list(parts_of(whole))
    line = _line_units(target, whole)
    if not rows or line is None:
        return None
    values = {row.park_code: row.numerator for row in rows}
    chains = {row.park_code: row.chain_code for row in rows}
    if whole.indicator.kind in _WHOLE_PARTS:
        splits = {park: value or 0 for park, value in values.items()}
        parks, how = gap_by_part(line, values, {}, splits), "每个符合条件的园区计 1 个；尚缺的个数还没有对应到园区。"
    else:
        weights, how = _weights(whole, values)
        parks = gap_by_part(line, values, weights)
    unit, scale = _measured(whole)
    told = _Told(scale, {row.park_code: row for row in rows}, set(_visible(rows, user)))
    by_park = told.parks(parks)
    return Contributions(
        unit=unit,
        decimals=min(scale, 2),
        total=from_units(line - sum(value or 0 for value in values.values()), scale),
        by_chain=told.chains(parks, chains) if target.scope_kind == FigureScope.DISTRICT else [],
        by_park=by_park,
        how=how,
    )


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


def _weights(whole: Figure, values: Mapping[str, int | None]) -> tuple[dict[str, int], str]:
    """By the same period a year before; a park that was not there then by what it has now."""
    before = Period.parse(whole.period).year_before
    rows = Figure.objects.filter(
        indicator=whole.indicator_id, period=before.code, basis=whole.basis, scope_kind=FigureScope.PARK, scope_code__in=values
    )
    then = {park: number for park, number in rows.values_list("scope_code", "numerator") if number is not None}
    weights = {park: max(then.get(park, value or 0), 0) for park, value in values.items()}
    if not then:
        return weights, f"{before.label}没有数据，各园区应有数按现值占比分摊。"
    return weights, f"各园区应有数按{before.label}占比分摊；当时还没有数的园区按现值。"


def _measured(whole: Figure) -> tuple[str, int]:
    """Unit and scale of what is added: of a quotient, its numerator's."""
    own = whole.indicator_version
    if whole.indicator.kind in _QUOTIENTS:
        day = Period.parse(whole.period).last_day
        own = IndicatorVersion.objects.get(dated(day), indicator__code=own.definition["num"])
    return own.unit, own.scale


def _visible(rows: Iterable[Figure], user: User) -> Iterable[str]:
    seen = Figure.objects.visible_to(user).filter(pk__in=[row.pk for row in rows])
    return seen.values_list("park_code", flat=True)


@dataclass(frozen=True)
class _Told:
    scale: int
    rows: Mapping[str, Figure]
    visible: set[str]

    def parks(self, parts: list[PartGap]) -> list[Contribution]:
        """The largest gap first; what nobody takes last."""
        own = [part for part in parts if part.key in self.visible]
        rest = [part for part in parts if part.key == REST]
        hidden = [part for part in parts if part.key not in self.visible and part.key != REST]
        told = [self._named(part, self.rows[part.key]) for part in sorted(own, key=lambda part: (-part.gap, part.key))]
        if hidden:
            told.append(self._summed(OTHERS, hidden))
        return [*told, *(self._summed("尚未对应到园区", [part]) for part in rest)]

    def chains(self, parts: list[PartGap], chains: Mapping[str, str]) -> list[Contribution]:
        names = dict(Chain.objects.order_by("position").values_list("code", "name"))
        grouped: dict[str, list[PartGap]] = {code: [] for code in names}
        for part in parts:
            grouped.setdefault("" if part.key == REST else chains.get(part.key, ""), []).append(part)
        return [
            self._summed(f"{names[code]}产业链" if code in names else "未归入产业链", group)
            for code, group in grouped.items()
            if group
        ]

    def _named(self, part: PartGap, row: Figure) -> Contribution:
        return Contribution(
            row.scope_name, self._amount(part.due), None if part.value is None else self._amount(part.value),
            self._amount(part.gap), row.park_code, row.pk,
        )  # fmt: skip

    def _summed(self, name: str, parts: list[PartGap]) -> Contribution:
        known = [part.value for part in parts if part.value is not None]
        value = self._amount(sum(known)) if known else None
        return Contribution(name, self._amount(sum(p.due for p in parts)), value, self._amount(sum(p.gap for p in parts)))

    def _amount(self, units: int) -> Decimal:
        return from_units(units, self.scale)
