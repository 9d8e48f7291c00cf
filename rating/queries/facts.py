"""What the engine reads of each park: certified figures of the quarter, and register facts on its last day."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from guandu.core import clock
from guandu.core.models import dated
from guandu.core.periods import Period
from parks.enums import HonourCode
from parks.models import Honour, Park, Tenancy
from rating.engine import Facts, Input, Scheme as Rules
from rating.queries.certified import certified_now, figure_codes, published_in, years_back
from rating.queries.register_facts import register_facts
from targets.enums import OPEN_STATES, Basis
from targets.models import Publication, Return

# What is read where no scheme says what it needs.
FIGURES = (
    "REV", "REV_LEAD", "TAX", "WSALES", "IND_OUT", "TRADE", "FIRMS", "SERVICE_FIRMS", "FIRMS_ABOVE",
    "AREA_BUILT", "AREA_LET", "JOBS", "FIRMS_TRADE_100M",
)  # fmt: skip
SME_TITLES = (HonourCode.SPECIALISED, HonourCode.LITTLE_GIANT)


def facts_of_parks(
    quarter: Period, schemes: Sequence[Rules] = (), publication: Publication | None = None, parks: Sequence[str] = ()
) -> list[Facts]:
    """One Facts per park open on the quarter's last day, by code; of `parks` only, where codes are given. A fixed
    number of queries, and one for each earlier year that `schemes` look at.

    Figures are the 核定 ones as they stand now, or as `publication` froze them. A number that nobody reported is
    an input without a value. Firms' honours are unknown, not zero, in a park without a single registered tenancy.
    """
    codes = figure_codes(schemes) if schemes else set(FIGURES)
    back = years_back(schemes)
    figures = published_in(publication, quarter, codes, back) if publication else certified_now(quarter, codes, back)
    honours, late, more = _honours(quarter), _late_returns(quarter), register_facts(quarter)
    housed = set(Tenancy.objects.on(quarter.last_day).values_list("park__code", flat=True))
    rows = Park.objects.open_on(quarter.last_day).placed_on(quarter.last_day).order_by("code")
    if parks:
        rows = rows.filter(code__in=parks)
    return [
        Facts(
            entity=park.code,
            name=park.name,
            period=quarter.code,
            basis=Basis.CERTIFIED.label,
            attributes={"attr.park_type": park.chain_code, "attr.carrier": park.carrier or None},
            inputs=figures.get(park.code, {})
            | _register_inputs(park)
            | _honour_inputs(park, honours[park.code] if park.code in housed else None)
            | {"reg.late_returns": _counted(park, late[park.code], "次", "报送记录")}
            | more.of(park, housed=park.code in housed),
        )
        for park in rows
    ]


def _register_inputs(park: Park) -> dict[str, Input]:
    flags = {"attr.has_service_station": park.has_service_station, "attr.has_one_stop": park.has_one_stop}
    return {
        code: Input(value, source="园区登记册", reference={"park": park.code}) for code, value in flags.items()
    }


def _honours(quarter: Period) -> dict[str, Counter]:
    """Park → honour group → distinct firms that hold one on the last day; a firm counts once a group."""
    on = quarter.last_day
    rows = (
        Honour.objects.held_on(on)
        .filter(dated(on, "enterprise__tenancies__"))
        .values_list("enterprise__tenancies__park__code", "kind", "enterprise_id")
        .distinct()
    )
    firms: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for park, kind, firm in rows:
        group = "sme" if kind in SME_TITLES else kind
        firms[park][group].add(firm)
    counters = defaultdict(Counter)
    for park, groups in firms.items():
        counters[park] = Counter({group: len(holders) for group, holders in groups.items()})
    return counters


def _honour_inputs(park: Park, counts: Counter | None) -> dict[str, Input]:
    return {
        code: _counted(park, None if counts is None else counts[group], "家", "企业登记册")
        for code, group in (("reg.hitech_firms", HonourCode.HITECH), ("reg.sme_titles", "sme"))
    }


def _late_returns(quarter: Period) -> Counter:
    """Park → returns of the year to date that were filed after their due date, or are due and unfiled."""
    codes = [Period.quarter(quarter.year, n).code for n in range(1, quarter.last // 3 + 1)]
    late = Counter()
    rows = Return.objects.filter(cycle__period__in=codes, park__isnull=False).values_list(
        "park_code", "state", "filed_on", "cycle__due_on"
    )
    for park, state, filed_on, due in rows:
        late[park] += _is_late(state, filed_on, due)
    return late


def _is_late(state: str, filed_on: date | None, due: date) -> bool:
    if filed_on is None:
        return state in OPEN_STATES and clock.today() > due
    return filed_on > due


def _counted(park: Park, count: int | None, unit: str, source: str) -> Input:
    value = None if count is None else Decimal(count)
    return Input(value, unit=unit, source=source, reference={"park": park.code})
