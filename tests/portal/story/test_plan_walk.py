"""All 50 targets of the loaded plan against an independent calculation from the demonstration's raw rows.

Nothing here reads figures, definitions or the roll-up: 核定值, the register and the plan's words only.
"""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from guandu.core.numbers import from_units
from guandu.core.periods import Period
from parks.models import Honour, Park, Placement, Tenancy, Title
from targets.models import CertifiedValue, Indicator, Plan, Target, TargetResult
from targets.progress.forecast import hindcast
from targets.queries.measures import Shelf, in_force
from targets.queries.measures.measure import series_of

pytestmark = pytest.mark.django_db
QUARTER, END = "2026Q2", date(2026, 6, 30)
BEGINS = date(2024, 1, 1)
YEI = 10_000  # 万元 in a 亿元
SHOWN = ("T05", "T15", "T18")  # whose hind-cast error is printed
FIRST_TIME = ["headquarters", "leading", "unicorn", "specialised", "little_giant"]


class Raw:
    """核定值 by indicator, subject and period; parks with the chain and area that they had on the quarter's last day."""

    def __init__(self) -> None:
        rows = CertifiedValue.objects.current().select_related("indicator", "indicator_version")
        self.values = {
            (r.indicator.code, r.subject_kind, r.subject_code, r.period): from_units(r.units, r.indicator_version.scale)
            for r in rows
        }
        self.parks = {
            p.code: p for p in Park.objects.filter(opened_on__lte=END).exclude(closed_on__lte=END)
        }
        placements = Placement.objects.filter(park__code__in=self.parks, valid_from__lte=END).exclude(valid_to__lte=END)
        self.chain = {p.park.code: p.chain.code for p in placements.select_related("park", "chain") if p.chain}
        self.area = {p.park.code: p.area.code for p in placements.select_related("park", "area") if p.area}

    def park(self, indicator: str, code: str, period: str = QUARTER) -> Decimal | None:
        return self.values.get((indicator, "park", code, period))

    def district(self, indicator: str, period: str = QUARTER) -> Decimal:
        return next(v for (i, kind, _, p), v in self.values.items() if (i, kind, p) == (indicator, "district", period))

    def sum(self, indicator: str, period: str = QUARTER, where: Callable[[str], bool] = lambda code: True) -> Decimal:
        return sum((self.park(indicator, code, period) or Decimal(0) for code in self.parks if where(code)), Decimal(0))

    def of(self, chain: str) -> Callable[[str], bool]:
        return lambda code: self.chain.get(code) == chain

    def in_area(self, area: str) -> Callable[[str], bool]:
        return lambda code: self.area.get(code) == area

    def opened(self, where: Callable[[str], bool] = lambda code: True) -> int:
        return sum(park.opened_on >= BEGINS and where(code) for code, park in self.parks.items())

    def titled(self, *levels: str, where: Callable[[Title], bool] = lambda title: True) -> int:
        rows = Title.objects.filter(state="awarded", level__in=levels, awarded_on__range=(BEGINS, END)).select_related("park")
        return len({title.park_id for title in rows if where(title)})

    def over(self, indicator: str, chain: str, line: int, below: int | None = None, period: str = QUARTER) -> int:
        numbers = [self.park(indicator, code, period) for code in self.parks if self.chain.get(code) == chain]
        return sum(n is not None and n >= line and (below is None or n < below) for n in numbers)


MEASURES = {"HQ": "WSALES", "DIG": "REV", "TRD": "WSALES", "CUL": "REV", "IND": "IND_OUT"}


def share(part: Decimal, whole: Decimal) -> Fraction:
    return Fraction(part) / Fraction(whole) * 100


def scale_count(raw: Raw, line: int, below: int | None = None) -> int:
    return sum(raw.over(MEASURES[chain], chain, line, below) for chain in MEASURES)


def passing(raw: Raw, part: str, whole: str, holds: Callable[[Fraction], bool]) -> Fraction:
    ratios = [
        share(raw.park(part, code), raw.park(whole, code))
        for code in raw.parks
        if raw.park(part, code) is not None and raw.park(whole, code)
    ]
    return Fraction(sum(map(holds, ratios)) * 100, len(ratios))


def since_2023(raw: Raw, indicator: str) -> Decimal:
    return raw.district(indicator) - raw.district(indicator, "2023")


def recognised(raw: Raw, chain: str) -> int:
    """Firms in parks of the chain whose first recognition of the four kinds lies within the plan."""
    firms: dict[int, date] = {}
    for honour in Honour.objects.filter(kind__in=FIRST_TIME, valid_from__lte=END):
        on = honour.first_recognised_on or honour.valid_from
        firms[honour.enterprise_id] = min(on, firms.get(honour.enterprise_id, on))
    new = [firm for firm, on in firms.items() if on >= BEGINS]
    stays = Tenancy.objects.filter(enterprise__in=new, valid_from__lte=END).exclude(valid_to__lte=END).select_related("park")
    return len({stay.enterprise_id for stay in stays if raw.chain.get(stay.park.code) == chain})


def weighted_occupancy(raw: Raw) -> Fraction:
    parks = [c for c, p in raw.parks.items() if raw.chain.get(c) == "IND" and p.opened_on >= BEGINS]
    return share(sum(raw.park("AREA_LET", c) for c in parks), sum(raw.park("AREA_BUILT", c) for c in parks))


def output_growth(raw: Raw) -> Fraction | None:
    """Mean of the rates of the whole years since 2023 and of the year under way against the same months."""
    industrial = raw.of("IND")
    base = raw.values.get(("IND_OUT", "chain", "IND", "2023"))
    steps = [
        (raw.sum("IND_OUT", "2024Q4", industrial), base),
        (raw.sum("IND_OUT", "2025Q4", industrial), raw.sum("IND_OUT", "2024Q4", industrial)),
        (raw.sum("IND_OUT", "2026Q2", industrial), raw.sum("IND_OUT", "2025Q2", industrial)),
    ]
    if any(not before or not now for now, before in steps):
        return None
    return sum((Fraction(now) / Fraction(before) - 1) * 100 for now, before in steps) / 3


BY_HAND: dict[str, Callable[[Raw], Decimal | Fraction | int | None]] = {
    "T01": lambda raw: None, "T02": lambda raw: None, "T03": lambda raw: None,
    "T04": lambda raw: raw.opened(),
    "T04a": lambda raw: raw.opened(raw.of("HQ")), "T04b": lambda raw: raw.opened(raw.of("DIG")),
    "T04c": lambda raw: raw.opened(raw.of("TRD")), "T04d": lambda raw: raw.opened(raw.of("CUL")),
    "T04e": lambda raw: raw.opened(raw.of("IND")),
    "T05": lambda raw: raw.titled("national"), "T06": lambda raw: raw.titled("provincial"),
    "T07": lambda raw: raw.titled("city"),
    "T08": lambda raw: passing(raw, "REV_LEAD", "REV", lambda ratio: ratio >= 60),
    "T09": lambda raw: share(raw.sum("TAX"), raw.district("D_TAX")),
    "T10": lambda raw: scale_count(raw, 100 * YEI), "T11": lambda raw: scale_count(raw, 10 * YEI, 100 * YEI),
    "T12": lambda raw: share(raw.sum("TRADE"), raw.district("D_TRADE")),
    "T13": lambda raw: raw.district("D_INNOVATIVE_NEW"),
    "T14": lambda raw: since_2023(raw, "D_LITTLE_GIANTS"), "T15": lambda raw: since_2023(raw, "D_SPECIALISED"),
    "T16": lambda raw: since_2023(raw, "D_INNOVATIVE_SMES"),
    "T17": lambda raw: raw.district("D_PLATFORMS"), "T18": lambda raw: raw.district("D_PATENTS"),
    "T19": lambda raw: 0,
    "T20": lambda raw: share(raw.sum("AREA_LET", where=raw.in_area("A-WJB")), raw.sum("AREA_BUILT", where=raw.in_area("A-WJB"))),
    "T21": lambda raw: share(raw.sum("AREA_LET", where=raw.in_area("A-HBBD")), raw.sum("AREA_BUILT", where=raw.in_area("A-HBBD"))),
    "T22": lambda raw: share(raw.district("D_HQ_TAX"), raw.district("D_TAX")),
    "T23": lambda raw: raw.over("WSALES", "HQ", 60 * YEI), "T24": lambda raw: raw.over("WSALES", "HQ", 100 * YEI),
    "T25": lambda raw: raw.opened(raw.of("DIG")),
    "T26": lambda raw: 0,
    "T27": lambda raw: recognised(raw, "DIG"),
    "T28": lambda raw: raw.over("REV_ABOVE", "DIG", 10 * YEI, 100 * YEI, "2025"),
    "T29": lambda raw: raw.over("REV_ABOVE", "DIG", 100 * YEI, None, "2025"),
    "T30": lambda raw: raw.opened(raw.of("TRD")),
    "T30a": lambda raw: raw.opened(lambda code: getattr(raw.parks[code].park_type, "code", "") == "TRD-CBEC"),
    "T30b": lambda raw: raw.sum(
        "FIRMS_TRADE_100M", "2025", lambda code: raw.chain.get(code) == "TRD" and BEGINS <= raw.parks[code].opened_on <= date(2025, 12, 31)
    ),
    "T31": lambda raw: since_2023(raw, "D_TRADE_SERVICE_FIRMS"),
    "T32": lambda raw: raw.district("D_PLATFORM_EXPORT"),
    "T33": lambda raw: share(since_2023(raw, "D_SERVICE_TRADE_FIRMS"), raw.district("D_SERVICE_TRADE_FIRMS", "2023")),
    "T34": lambda raw: raw.opened(lambda code: getattr(raw.parks[code].park_type, "code", "") == "CUL-CULTURE"),
    "T35": lambda raw: raw.titled("city", where=lambda t: getattr(t.park.park_type, "code", "") == "CUL-CULTURE"),
    "T36": lambda raw: raw.titled("national", "provincial", "city", where=lambda title: "文化产业" in title.name),
    "T37": lambda raw: raw.opened(lambda code: raw.chain.get(code) == "IND" and bool(raw.parks[code].built_area)),
    "T38": weighted_occupancy,
    "T39": lambda raw: raw.sum("IND_OUT", where=raw.of("IND")) / YEI,
    "T40": output_growth,
    "T41": lambda raw: raw.over("IND_OUT", "IND", 10 * YEI),
    "T42": lambda raw: share(raw.sum("IND_VA", "2025"), raw.district("D_IND_VA", "2025Q4")),
    "T43": lambda raw: passing(raw, "SERVICE_FIRMS", "FIRMS", lambda ratio: ratio <= 10),
}  # fmt: skip


def rounded(number: Decimal | Fraction | int, scale: int) -> Decimal:
    exact = Fraction(number)
    return (Decimal(exact.numerator * 10**scale) / exact.denominator).quantize(Decimal(1), ROUND_HALF_UP).scaleb(-scale)


@pytest.mark.feature("D1", "D3")
def test_every_target_of_the_plan_comes_to_what_its_raw_rows_say():
    raw, wrong = Raw(), []
    results = {row.target.code: row for row in TargetResult.objects.filter(period=QUARTER).select_related("target")}
    assert set(results) == set(BY_HAND) == set(Target.objects.values_list("code", flat=True))
    for code, by_hand in BY_HAND.items():
        row, number = results[code], by_hand(raw)
        shown = None if row.value_units is None else from_units(row.value_units, row.value_scale)
        expected = None if number is None else rounded(number, row.value_scale)
        if shown != expected:
            wrong.append((code, shown, expected))
    assert wrong == []


@pytest.mark.feature("D3")
def test_a_target_without_a_number_says_what_it_waits_for():
    for row in TargetResult.objects.filter(period=QUARTER, value_units=None).select_related("target"):
        assert row.status == "pending", row
        assert row.sentence, row


@pytest.mark.feature("D8")
def test_earlier_forecasts_of_the_demonstration_are_measured(prove_figure):
    quarter, plan = Period.parse(QUARTER), Plan.objects.get()
    targets = plan.targets.select_related("plan", "indicator", "minus").prefetch_related("other_readings")
    readings = {target: in_force(target) for target in targets}
    shelf = Shelf(quarter, readings.values())
    asked = inside = 0
    for target, reading in readings.items():
        series = list(series_of(target, reading, shelf).items())
        past = hindcast(series, cumulative=reading.indicator.kind == "flow", decimals=2)
        asked, inside = asked + past.asked, inside + past.inside
        if target.code in SHOWN and past.error is not None:
            prove_figure(f"mean error of earlier forecasts of {target.code} on the demonstration, {target.unit}", str(past.error))
    assert asked > 0
    prove_figure("earlier forecasts of the demonstration's targets, truths asked", asked)
    prove_figure("earlier forecasts of the demonstration's targets, truths inside their range", inside)


def test_the_dictionary_feeds_every_target():
    fed = {code for feeds in Indicator.objects.values_list("feeds", flat=True) for code in feeds}
    assert fed >= set(Target.objects.values_list("code", flat=True))
