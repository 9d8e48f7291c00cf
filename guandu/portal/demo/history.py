"""The years before the portal, as one old ledger: sent in as a workbook, checked, signed by a second person.

What bureaus count for the district from 2023 on, and each park's year 2023 and yearly numbers. All invented (演示数据).
"""

from collections.abc import Iterator
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.periods import Period
from guandu.exchange.writer import WrittenColumn, write_workbook
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from guandu.jobs import worker
from guandu.portal.demo import story
from targets.actions import history, history_signing
from targets.models import HistoryBatch
from targets.queries.history.context import FIXED, SHEET, Context

NAME, DOCUMENT = "演示数据：2023—2026年上半年统计台账", "演示数据：旧台账"
FIRST_YEAR, LAST = 2023, Period.quarter(2026, 2)
YEARLY_FROM = Decimal(10_000)  # 万元: a firm that trades more counts towards T30b

# Code → the number at the end of 2023, and what every quarter adds; stocks.
STOCKS = {
    "D_PATENTS": (2750, 78), "D_PLATFORMS": (38, 1), "D_LITTLE_GIANTS": (3, 0), "D_SPECIALISED": (41, 5),
    "D_INNOVATIVE_SMES": (96, 15), "D_SERVICE_TRADE_FIRMS": (12, 2), "D_INNOVATIVE_NEW": (0, 3),
}  # fmt: skip
STEPS = {"D_TRADE_SERVICE_FIRMS": (1, Period.quarter(2025, 2)), "D_LITTLE_GIANTS": (3, Period.quarter(2025, 4))}
EXPORT_OF_YEAR = {2023: 540, 2024: 720, 2025: 890, 2026: 1090}  # 万美元
PER_CENT = {"D_HQ_TAX": ("D_TAX", 37), "D_TAX_OWN": ("D_TAX", 88), "D_TRADE_OWN": ("D_TRADE", 91)}
VALUE_ADDED, SHARE_OF_DISTRICT = 24, 47  # per cent of output; per cent of the district's


def add_history(office: User, signer: User) -> None:
    """Send the ledger in by `office` and sign it by `signer`; the jobs between are run."""
    batch = history.keep(name=NAME, file=check(_workbook(office), "旧台账（演示）.xlsx", (XLSX,)), by=office)
    worker.run_waiting()
    batch.refresh_from_db()
    history.confirm(batch=batch, by=office)
    worker.run_waiting()
    history_signing.sign(batch=HistoryBatch.objects.get(pk=batch.pk), by=signer)


def _workbook(by: User) -> bytes:
    rows = [*_district_rows(), *_park_rows()]
    columns = [column for column in Context(by).columns if any(column.code in values for *_, values in rows)]
    heads = [WrittenColumn(column.title, 20) for column in (*FIXED, *columns)]
    lines = [
        [kind, scope, period, DOCUMENT, "", "", *(str(values.get(each.code, "")) for each in columns)]
        for kind, scope, period, values in rows
    ]
    return write_workbook(SHEET, heads, lines, open_rows=0, notes=(NAME,))


Row = tuple[str, str, str, dict[str, object]]


def _district_rows() -> Iterator[Row]:
    for step, quarter in enumerate(_quarters()):
        values: dict[str, object] = {}
        for code, (start, each) in STOCKS.items():
            values[code] = start + each * step + (story.wobble(max(1, each // 3), quarter.code, code) if each and step else 0)
        for code, (start, since) in STEPS.items():
            values[code] = start + (quarter >= since)
        values["D_PLATFORM_EXPORT"] = EXPORT_OF_YEAR[quarter.year] * _share(quarter) // 100
        values["D_IND_VA"] = _value_added(quarter) * 100 // SHARE_OF_DISTRICT
        filed = story.district_cells(quarter) if quarter.year > FIRST_YEAR else _before(quarter)
        for code, (of, share) in PER_CENT.items():
            per_mille = share * 10 + story.wobble(8, quarter.code, code)
            values[code] = str((Decimal(filed[of]) * per_mille / 1000).quantize(Decimal("0.01")))
        if quarter.year == FIRST_YEAR:
            values |= filed
            # Chains were drawn with the plan: what their parks made before is known as a total only.
            yield "产业链", "IND", _period(quarter), {"IND_OUT": _output(FIRST_YEAR, quarter)}
        yield "全区", "", _period(quarter), values


def _park_rows() -> Iterator[Row]:
    for year in (FIRST_YEAR, 2024, 2025):
        end = Period.quarter(year, 4)
        for park in story.PARKS:
            if not park.reports_in(end):
                continue
            size = story.size_of(park, year)
            values: dict[str, object] = {}
            if year == FIRST_YEAR:
                revenue = size if story.MEASURES[park.chain] == "REV" else size * 11 // 10
                values |= {"REV": revenue, "REV_LEAD": revenue * park.lead // 100, "TAX": revenue * park.tax // 100}
                values |= {story.MEASURES[park.chain]: size}
            if park.chain == "DIG":
                values["REV_ABOVE"] = size * 93 // 100
            values["IND_VA"] = size * VALUE_ADDED // 100 if park.chain == "IND" else 0
            if park.chain == "TRD":
                values["FIRMS_TRADE_100M"] = int(Decimal(size) * 42 / 100 / YEARLY_FROM / 3)
            yield "园区", park.code, str(year), values


def _quarters() -> list[Period]:
    return [Period.quarter(FIRST_YEAR, 4), *(each for each in story.all_quarters() if each <= LAST)]


def _period(quarter: Period) -> str:
    return str(quarter.year) if quarter.year == FIRST_YEAR else quarter.code


def _share(quarter: Period) -> int:
    return story.SHARE_OF_YEAR[quarter.last]


def _value_added(quarter: Period) -> int:
    """Of the industrial parks, 万元 to date."""
    return _output(quarter.year, quarter) * VALUE_ADDED * _share(quarter) // 10_000


def _output(year: int, quarter: Period) -> int:
    """A year's output of the industrial parks that were open in the quarter, 万元."""
    return sum(story.size_of(park, year) for park in story.PARKS if park.chain == "IND" and park.reports_in(quarter))


def _before(quarter: Period) -> dict[str, str]:
    """The district's numbers of the year before the plan, 万元."""
    parks = [park for park in story.PARKS if park.reports_in(quarter)]
    tax = sum(story.size_of(park, quarter.year) * 11 * park.tax // 1000 for park in parks)
    return {"D_TAX": str(tax * 100 // 25), "D_TRADE": str(sum(_trade(park, quarter.year) for park in parks) * 100 // 51)}


def _trade(park: story.DemoPark, year: int) -> int:
    return story.size_of(park, year) * {"TRD": 42, "HQ": 3}.get(park.chain, 0) // 100
