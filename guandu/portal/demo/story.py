"""What the demonstration tells: parks, people and numbers. All numbers here are invented (演示数据).

Nothing is drawn at random: every variation comes from a digest of names, so that the same story is
told on every machine and in any order.
"""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from guandu.core.digests import digest_of
from guandu.core.periods import Period, quarters

BUSINESS_DATE = date(2026, 10, 12)
FIRST, LAST = "2024Q1", "2026Q3"
FICTITIOUS = "演示园区·"

# The forms that the story files; the other bureaus' are there to be opened.
FORMS = ("DISTRICT-TAX-Q", "DISTRICT-TRADE-Q", "PARK-Q")
SPONSORS = {"HQ": "U-CZJ", "DIG": "U-KGJ", "TRD": "U-STJ", "CUL": "U-WLJ", "IND": "U-ZRJ"}
MEASURES = {"HQ": "WSALES", "DIG": "REV", "TRD": "WSALES", "CUL": "REV", "IND": "IND_OUT"}


PARK_TYPES = {"P-Y10": "TRD-CBEC", "P-Y14": "CUL-CULTURE", "P-FHL": "CUL-CULTURE"}


@dataclass(frozen=True)
class DemoPark:
    """One park of the story. `size` is the yearly applicable measure in 2024, in 万元; `growth` and the
    shares are per cent; `built` in 平方米. A park of the plan keeps its name and code."""

    code: str
    name: str
    chain: str
    area: str
    street: str
    opened: str
    size: int
    carrier: str
    model: str
    growth: int
    lead: int
    tax: int
    let: int
    built: int
    firms: int
    service: int
    station: bool
    one_stop: bool

    @property
    def plain_name(self) -> str:
        return self.name.removeprefix(FICTITIOUS)

    @property
    def operator_code(self) -> str:
        return f"YY-{self.code}"

    def reports_in(self, quarter: Period) -> bool:
        return date.fromisoformat(self.opened) <= quarter.last_day


PARKS_FILE = Path(__file__).with_name("parks.csv")


def _read_parks() -> tuple[DemoPark, ...]:
    """The parks of the story, one a line."""
    with PARKS_FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(_park(row) for row in csv.DictReader(lines))


def _park(row: dict[str, str]) -> DemoPark:
    read = {"int": int, "bool": lambda text: text == "yes"}
    types = {name: kind.__name__ for name, kind in DemoPark.__annotations__.items()}
    return DemoPark(**{name: read.get(types[name], str)(text) for name, text in row.items()})


PARKS = _read_parks()

# The park whose third quarter the newcomer files: its turnover carries it over 100 亿元.
OPERATOR_PARK = "P-Y05"
STREET, DEPARTMENT, CHAIN, EXPERT_PARK = "U-JD-GD", "U-KGJ", "DIG", "P-Y06"

NAMED_PARK_TITLES = (
    ("P-Y16", "national", "国家级绿色园区（演示）", "2024-12-02"),
    ("P-HZ", "provincial", "", "2025-06-20"),
    ("P-Y06", "provincial", "省级数字经济示范园区（演示）", "2025-11-05"),
    ("P-FHL", "city", "", "2024-09-10"),
    ("P-JCH", "city", "", "2025-03-15"),
    ("P-Y14", "city", "市级文化创意产业园区（演示）", "2025-08-01"),
    ("P-Y10", "city", "市级跨境电商示范园区（演示）", "2026-05-22"),
)

# 2026Q3 on the demonstration date, so that every state stands somewhere; the rest is locked.
DISPUTED, DISPUTE = "P-Y08", "演示数据：与街道掌握的入驻企业数相差 3 户，请核对名录。"
ODD_REASON = "演示数据：新签企业集中入库"
EXEMPT_REASON = "演示数据：整体提升改造，本季度停业"
STATES_NOW = {
    "draft": (OPERATOR_PARK, "P-Y03"),
    "exempt": ("P-Y15",),
    "half": ("P-FHL",),
    "filed": ("P-XMT", "P-Y06", "P-Y10", "P-Y14"),
    "sent_back": ("P-Y12", "P-Y17"),
    "reviewed": ("P-Y08", "P-PMS", "P-Y18"),
}
PROJECTS = (
    # name, chain, park, promised investment in 万元, days of 签约、开工、投产、达效
    ("区域算力调度中心", "DIG", "P-Y07", 86_000, ("2025-03-12", "2025-09-01")),
    ("跨境直播基地", "TRD", "P-Y10", 12_500, ("2025-06-18", "2025-10-08", "2026-04-20")),
    ("轨道装备关键部件生产线", "IND", "P-Y16", 45_000, ("2024-08-09", "2024-12-30", "2026-01-15", "2026-08-31")),
    ("区域总部与结算中心", "HQ", "P-Y02", 150_000, ("2026-05-27",)),
    ("智慧康养服务综合体", "CUL", "P-Y13", 38_000, ()),
    ("生物医药中试平台", "IND", "P-Y18", 27_500, ("2026-02-26", "2026-07-07")),
)
LATE = {("P-Y12", "2026Q1"), ("P-Y12", "2026Q2"), ("P-Y17", "2025Q4"), ("P-FHL", "2026Q2")}
NEVER_FILED = {("P-Y19", "2025Q2")}
# 快报 that were published; the last one before its late returns had come, and then once more with them.
PUBLISHED, REVISED = ("2026Q1", "2026Q2"), "2026Q2"
REVISION = "演示数据：两个园区迟报，补齐后修订。"
CLIENT_REASON = "演示数据：市级平台按数据共享协议接收。"

_FAMILY_NAMES = "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗"
_GIVEN_NAMES = "建华 丽芬 志强 晓燕 文斌 春梅 永昌 雪莲 国栋 云霞 家豪 思敏 海涛 静怡 立新 红梅"
SHARE_OF_YEAR = {3: 21, 6: 46, 9: 71, 12: 100}


def wobble(spread: int, *names: str) -> int:
    """A whole number in [-spread, spread] that depends on the names alone."""
    return int(digest_of(list(names))[:8], 16) % (2 * spread + 1) - spread


def invented_name(account: str) -> str:
    """A person's name that depends on the account alone."""
    family, given = _FAMILY_NAMES.split(), _GIVEN_NAMES.split()
    pick = int(digest_of([account])[:8], 16)
    return family[pick % len(family)] + given[pick // 31 % len(given)]


def cells(park: DemoPark, quarter: Period) -> dict[str, str]:
    """What the park types for the quarter, by indicator: money in 万元, areas in 平方米."""
    size = _year_to_date(park, quarter)
    revenue = size if MEASURES[park.chain] == "REV" else size * 11 // 10
    lead = revenue * (park.lead + wobble(2, park.code, quarter.code, "lead")) // 100 + 1
    years = Decimal((quarter.last_day - date(2024, 1, 1)).days) / 365
    firms = park.firms + int(years * 5) + wobble(2, park.code, quarter.code, "firms")
    let = min(96, park.let + int(years * 4) + wobble(1, park.code, quarter.code, "let"))
    money = {"REV": revenue, "REV_LEAD": lead, "TAX": revenue * park.tax // 100}
    if park.chain in {"HQ", "TRD"}:
        money["WSALES"] = size
    if park.chain == "IND":
        money["IND_OUT"] = size
    if park.chain in {"TRD", "HQ"}:
        money["TRADE"] = size * (42 if park.chain == "TRD" else 3) // 100
    counts = {
        "FIRMS": firms,
        "SERVICE_FIRMS": max(1, firms * park.service // 100),
        "FIRMS_ABOVE": firms * 17 // 100,
        "JOBS": firms * 23 + wobble(30, park.code, quarter.code, "jobs"),
    }
    areas = {"AREA_BUILT": f"{park.built}.00", "AREA_LET": f"{park.built * let // 100}.00"}
    typed = {
        code: f"{value}.{abs(wobble(49, park.code, quarter.code, code)):02d}" for code, value in money.items()
    }
    return typed | {code: str(value) for code, value in counts.items()} | areas


def size_of(park: DemoPark, year: int) -> int:
    """The park's yearly measure, 万元."""
    years = year - 2024
    if years < 0:
        return park.size * 100**-years // (100 + park.growth) ** -years
    return park.size * (100 + park.growth) ** years // 100**years


def _year_to_date(park: DemoPark, quarter: Period) -> int:
    """The park's measure from January to the quarter's end, growing every year."""
    year = size_of(park, quarter.year)
    share = SHARE_OF_YEAR[quarter.last] * 10 + wobble(9, park.code, quarter.code, "season")
    return year * share // 1000


def district_cells(quarter: Period) -> dict[str, str]:
    """What the bureaus report for the whole district, 万元."""
    parks = [cells(park, quarter) for park in PARKS if park.reports_in(quarter)]
    tax = sum(Decimal(each["TAX"]) for each in parks)
    trade = sum(Decimal(each.get("TRADE", "0")) for each in parks)
    share = 27 + (quarter.year - 2024) + wobble(1, quarter.code, "district")
    return {
        "D_TAX": str((tax * 100 / share).quantize(Decimal("0.01"))),
        "D_TRADE": str((trade * 100 / (share + 26)).quantize(Decimal("0.01"))),
    }


def all_quarters() -> list[Period]:
    return quarters(FIRST, LAST)
