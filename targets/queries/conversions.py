"""Numbers kept under one version of an indicator, in the unit of another. Grain: one indicator."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from guandu.core.errors import Invalid
from guandu.core.numbers import round_half_up
from targets.factors import exact_fraction
from targets.models import IndicatorVersion

MOST_DECIMALS = 12


@dataclass(frozen=True)
class Conversions:
    """The versions of some indicators, by number."""

    chains: dict[int, list[IndicatorVersion]]

    @classmethod
    def among(cls, indicators: Iterable[int]) -> "Conversions":
        """One query, whatever the number of indicators (by primary key)."""
        chains = defaultdict(list)
        versions = IndicatorVersion.objects.filter(indicator__in=set(indicators)).select_related("indicator")
        for version in versions.order_by("number"):
            chains[version.indicator_id].append(version)
        return cls(dict(chains))

    def version(self, indicator: int, pk: int) -> IndicatorVersion:
        return next(each for each in self.chains[indicator] if each.pk == pk)

    def on(self, indicator: int, day: date) -> IndicatorVersion | None:
        return next((each for each in self.chains.get(indicator, ()) if each.in_force(day)), None)

    def factor(self, have: IndicatorVersion, want: IndicatorVersion) -> Fraction | None:
        """What makes units of `have` units of `want`, exactly; None where a version between them says
        that it is not comparable with the one before."""
        if have.pk == want.pk:
            return Fraction(1)
        older, newer = sorted((have, want), key=lambda each: each.number)
        factor = Fraction(1)
        for version in self.chains[have.indicator_id]:
            if older.number < version.number <= newer.number:
                if not version.factor:
                    return None
                factor *= exact_fraction(version.factor)
        factor *= Fraction(10**newer.scale, 10**older.scale)
        return factor if newer is want else 1 / factor

    def convert(self, units: int, have: IndicatorVersion, want: IndicatorVersion) -> Fraction:
        """`units` of `have` in units of `want`. Raises Invalid in words where they are not comparable."""
        factor = self.factor(have, want)
        if factor is None:
            raise Invalid(
                f"{have.indicator.name}自 {max(have.valid_from, want.valid_from)} 起口径改变，与此前的数不可比，"
                "不能换算、相减或计算增速。"
            )
        return units * factor


def as_decimal(units: int | Fraction, scale: int, shown: int) -> Decimal:
    """Units of 10**-scale as a decimal: exact where it ends, else rounded half up once to `shown`."""
    amount = Fraction(units) / 10**scale
    for digits in range(scale, MOST_DECIMALS + 1):
        whole = amount * 10**digits
        if whole.denominator == 1:
            return Decimal(whole.numerator).scaleb(-digits)
    return round_half_up(Decimal(amount.numerator) / Decimal(amount.denominator), shown)
