"""What the engine reads of each park: certified figures of the quarter, and register facts on its last day."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from guandu.core import clock
from guandu.core.models import dated
from guandu.core.periods import Period
from parks.enums import HonourCode
from parks.models import Honour, Park, Tenancy
from rating.engine import Facts, Input
from rating.queries.register_facts import register_facts
from targets.enums import OPEN_STATES, Basis, FigureScope
from targets.models import Figure, Return

FIGURES = (
    "REV", "REV_LEAD", "TAX", "WSALES", "IND_OUT", "TRADE", "FIRMS", "SERVICE_FIRMS", "FIRMS_ABOVE",
    "AREA_BUILT", "AREA_LET", "JOBS", "FIRMS_TRADE_100M",
)  # fmt: skip
SME_TITLES = (HonourCode.SPECIALISED, HonourCode.LITTLE_GIANT)


def facts_of_parks(quarter: Period) -> list[Facts]:
    """One Facts per park open on the quarter's last day, by code. Fixed number of queries.

    A number that nobody reported is an input without a value. Firms' honours are unknown, not zero,
    in a park without a single registered tenancy.
    """
    figures, honours, late, more = _figures(quarter), _honours(quarter), _late_returns(quarter), register_facts(quarter)
    housed = set(Tenancy.objects.on(quarter.last_day).values_list("park__code", flat=True))
    parks = Park.objects.open_on(quarter.last_day).placed_on(quarter.last_day).order_by("code")
    return [
        Facts(
            entity=park.code,
            name=park.name,
            period=quarter.code,
            basis=Basis.CERTIFIED.label,
            attributes={"attr.park_type": park.chain_code, "attr.carrier": park.carrier or None},
            inputs=figures[park.code]
            | _register_inputs(park)
            | _honour_inputs(park, honours[park.code] if park.code in housed else None)
            | {"reg.late_returns": _counted(park, late[park.code], "次", "报送记录")}
            | more.of(park, housed=park.code in housed),
        )
        for park in parks
    ]


def _figures(quarter: Period) -> dict[str, dict[str, Input]]:
    rows = (
        Figure.objects.of_quarter(quarter)
        .filter(indicator__code__in=FIGURES, scope_kind=FigureScope.PARK, basis=Basis.CERTIFIED)
        .select_related("indicator", "indicator_version", "denominator_figure")
    )
    found: dict[str, dict[str, Input]] = defaultdict(dict)
    for figure in rows:
        found[figure.scope_code][figure.indicator.code] = Input(
            figure.value,
            unit=figure.indicator_version.unit,
            source=f"{Period.parse(figure.period).label}核定数据",
            reference={"figure": figure.pk},
            reported=figure.value is not None,
            period=figure.period,
        )
    return found


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
