"""Which share of a year's amount has come in by the end of each quarter."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from guandu.core.periods import Period
from targets.progress.terms import number_of

QUARTERS = (1, 2, 3, 4)
EVEN = {number: Fraction(number, 4) for number in QUARTERS}
Years = Mapping[int, Mapping[int, Fraction]]  # year → quarter → from January to the quarter's end


def seasonal_shares(history: Mapping[Period, Decimal]) -> dict[int, Fraction]:
    """{quarter: mean share of the year's amount}, from what past years had reached by the end of each quarter; keys are
    single or cumulative periods, values always count from January. Years with all four quarters and a total above zero
    count; {} without any. The caller leaves out the years that are being judged."""
    years: dict[int, dict[int, Fraction]] = {}
    for period, value in history.items():
        years.setdefault(period.year, {})[number_of(period)] = Fraction(value)
    return mean_shares(complete(years))


def complete(years: Years) -> dict[int, Mapping[int, Fraction]]:
    """The years of which all four quarters are known, with a total above zero."""
    return {year: by for year, by in years.items() if set(by) == set(QUARTERS) and by[4] > 0}


def mean_shares(years: Years) -> dict[int, Fraction]:
    """The mean over complete `years`; {} without any."""
    if not years:
        return {}
    return {
        number: sum((by[number] / by[4] for by in years.values()), Fraction()) / len(years)
        for number in QUARTERS
    }
