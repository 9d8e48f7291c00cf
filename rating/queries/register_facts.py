"""What a scheme may read of the registers and ledgers on a quarter's last day, a park at a time in fixed numbers of queries."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guandu.core.models import dated
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from parks.enums import CultivationState, HonourCode, TitleLevel, TitleState
from parks.enums_requests import ServiceKind
from parks.models import CultivationMove, Honour, Park, ServiceEvent, Title
from rating.engine import Input
from targets.enums import OPEN_STATES
from targets.models import Return

AREA_SCALE = 2
NO_TITLE = "none"
# A firm counts once, at the first of these that it holds.
TOP = (
    (HonourCode.LITTLE_GIANT, "reg.top_little_giant"),
    (HonourCode.SPECIALISED, "reg.top_specialised"),
    (HonourCode.HITECH, "reg.top_hitech"),
    (HonourCode.INNOVATIVE, "reg.top_innovative"),
)
LEADING = ("headquarters", "leading", "chain_master", "unicorn")
PLATFORM = "platform"
EVENTS = {
    ServiceKind.GOVERNMENT: ("reg.government_days", "场"),
    ServiceKind.TRAINING: ("reg.trainings", "场"),
    ServiceKind.TALENT_HOUSING: ("reg.talent_housing", "次"),
}
MOVES = {CultivationState.ENTERED: "reg.above_entered", CultivationState.LEFT: "reg.above_left"}
FIRMS, EVENT_LEDGER, GROWTH_LEDGER, TITLES = "企业登记册", "服务活动台账", "升规台账", "园区称号登记"


@dataclass(frozen=True)
class RegisterFacts:
    """Counts by park code, read once for all parks."""

    titles: Mapping[str, str]
    firms: Mapping[str, Counter]
    moves: Mapping[str, Counter]
    events: Mapping[str, Counter]
    unfiled: Mapping[str, int]

    def of(self, park: Park, *, housed: bool) -> dict[str, Input]:
        """The park's inputs. Without a single registered tenancy what its firms hold is unknown, not zero; a park that
        owed no return last year has none to miss."""
        code = park.code
        firms = self.firms.get(code, Counter()) if housed else None
        moves = self.moves.get(code, Counter()) if housed else None
        events = self.events.get(code, Counter())
        land = None if park.land_area is None else from_units(park.land_area, AREA_SCALE)
        unfiled = self.unfiled.get(code)
        names = [*(name for _, name in TOP), "reg.leading_firms", "reg.platforms"]
        return (
            {
                "reg.land_area": _input(park, land, "平方米", "园区登记册"),
                "reg.title_level": _input(park, self.titles.get(code, NO_TITLE), "", TITLES),
                "reg.unfiled_last_year": _input(park, None if unfiled is None else Decimal(unfiled), "期", "报送记录"),
            }
            | {name: _input(park, _count(firms, name), "家", FIRMS) for name in names}
            | {name: _input(park, _count(moves, name), "家", GROWTH_LEDGER) for name in MOVES.values()}
            | {name: _input(park, _count(events, name), unit, EVENT_LEDGER) for name, unit in EVENTS.values()}
        )


def register_facts(quarter: Period) -> RegisterFacts:
    """Five queries."""
    return RegisterFacts(
        titles=_titles(quarter.last_day),
        firms=_firms(quarter.last_day),
        moves=_moves(quarter),
        events=_events(quarter),
        unfiled=_unfiled(quarter.year - 1),
    )


def _titles(on: date) -> dict[str, str]:
    """Park → the highest level of a title in force."""
    rows = Title.objects.filter(state=TitleState.AWARDED, awarded_on__lte=on).exclude(lapsed_on__lte=on)
    order, best = TitleLevel.values, {}
    for code, level in rows.values_list("park__code", "level"):
        best[code] = min(best.get(code, level), level, key=order.index)
    return best


def _firms(on: date) -> dict[str, Counter]:
    rows = (
        Honour.objects.held_on(on)
        .filter(dated(on, "enterprise__tenancies__"))
        .values_list("enterprise__tenancies__park__code", "enterprise_id", "kind")
        .distinct()
    )
    held: dict[tuple[str, int], set[str]] = defaultdict(set)
    for park, firm, kind in rows:
        held[park, firm].add(kind)
    found: dict[str, Counter] = defaultdict(Counter)
    for (park, _), kinds in held.items():
        found[park].update(_counted_as(kinds))
    return found


def _counted_as(kinds: set[str]) -> Iterable[str]:
    """The inputs in which one firm counts, each once."""
    top = next((name for kind, name in TOP if kind in kinds), None)
    if top:
        yield top
    if kinds.intersection(LEADING):
        yield "reg.leading_firms"
    if PLATFORM in kinds:
        yield "reg.platforms"


def _moves(quarter: Period) -> dict[str, Counter]:
    """入库 and 退库 of the year to date, of firms that were tenants on the day of the move."""
    year = Period(quarter.year, 1, 12)
    rows = CultivationMove.objects.filter(
        after__in=list(MOVES), on__gte=year.first_day, on__lte=quarter.last_day
    ).values_list(
        "pk", "after", "on", "cultivation__enterprise__tenancies__park__code",
        "cultivation__enterprise__tenancies__valid_from", "cultivation__enterprise__tenancies__valid_to",
    )  # fmt: skip
    found: dict[str, Counter] = defaultdict(Counter)
    for _, after, on, park, since, until in set(rows):
        if park and since <= on and (until is None or on < until):
            found[park][MOVES[CultivationState(after)]] += 1
    return found


def _events(quarter: Period) -> dict[str, Counter]:
    """Services held in the year to date; a voided line does not count."""
    rows = ServiceEvent.objects.filter(
        voided_at=None, kind__in=list(EVENTS), on__gte=Period(quarter.year, 1, 12).first_day, on__lte=quarter.last_day
    ).values_list("park__code", "kind")
    found: dict[str, Counter] = defaultdict(Counter)
    for park, kind in rows:
        found[park][EVENTS[ServiceKind(kind)][0]] += 1
    return found


def _unfiled(year: int) -> dict[str, int]:
    """Park → quarters of the year whose return was never filed; only parks that owed one."""
    codes = [Period.quarter(year, n).code for n in (1, 2, 3, 4)]
    rows = Return.objects.filter(cycle__period__in=codes, park__isnull=False)
    missing: dict[str, set[str]] = defaultdict(set)
    for park, period, state, filed_on in rows.values_list("park_code", "cycle__period", "state", "filed_on"):
        missing[park].update({period} if filed_on is None and state in OPEN_STATES else ())
    return {park: len(periods) for park, periods in missing.items()}


def _count(counts: Counter | None, name: str) -> Decimal | None:
    return None if counts is None else Decimal(counts[name])


def _input(park: Park, value: Decimal | str | None, unit: str, source: str) -> Input:
    return Input(value, unit=unit, source=source, reference={"park": park.code})
