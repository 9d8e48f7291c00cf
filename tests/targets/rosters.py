"""Rosters of parks, a bureau that matches them, and its workbook as it comes back. Invented firms (演示数据)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from guandu.accounts.models import User
from guandu.core.periods import Period
from guandu.exchange.workbooks import read_workbook
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from parks.models import Enterprise, Park, Tenancy
from targets.actions import matches
from targets.forms_match import FEEDBACK, read_filled, write_rosters
from targets.models import Return
from targets.queries.match_rosters import Fed, issued_of, rosters_of
from tests.targets.factories import make_cast, make_cycle, make_park, make_reviewer
from tests.targets.test_lines import make_template_for_bureau

MARK = "内部资料。测试导出。"
LONG_AGO = date(2024, 1, 1)
UGLY = "=HYPERLINK(\"http://x\",\"云上小镇数字产业园运营管理（集团）股份有限公司昆明第一分公司\")"


@dataclass
class Matching:
    office: User
    filer: User
    return_: Return
    mark: str = MARK

    def fresh(self) -> Return:
        related = ("cycle__template", "draft", "filed", "filer")
        return Return.objects.select_related(*related).get(pk=self.return_.pk)

    def workbook(self) -> bytes:
        return write_rosters(self.fresh(), rosters_of(self.fresh()), self.mark)

    def put(self, *, reason: str = "", **parks: tuple[int, int, str]) -> Return:
        """P1=(matched, unmatched, revenue), through the action."""
        rows = [Fed(park, found, lost, {"REV": revenue}) for park, (found, lost, revenue) in parks.items()]
        issued = issued_of(rosters_of(self.fresh()))
        file = check(self.workbook(), "回填.xlsx", (XLSX,))
        return matches.match(return_=self.fresh(), rows=rows, issued=issued, file=file, reason=reason, by=self.filer)

    def read(self, data: bytes):
        return read_filled(data, "回填.xlsx", self.fresh())


def add_firm(park: Park, number: int, *, known: bool = True, name: str = "", until: date | None = None) -> Enterprise:
    firm = Enterprise.objects.create(
        code=f"E-{park.code}-{number}", name=name or f"演示企业{park.code}-{number}",
        credit_code=f"91530100{park.code}{number:08d}"[:18] if known else "", credit_code_state="verified" if known else "pending",
    )  # fmt: skip
    Tenancy.objects.create(
        park=park, enterprise=firm, valid_from=LONG_AGO, valid_to=until, leaving_reason="other" if until else ""
    )
    return firm


def make_matching() -> Matching:
    """Two parks: three firms and one whose code is 待核, and one firm under an ugly name."""
    cast = make_cast(checks=[])
    second = make_park("P2")
    for number in (1, 2, 3):
        add_firm(cast.park, number)
    add_firm(cast.park, 4, known=False)
    add_firm(second, 1, name=UGLY)
    return_ = make_cycle("2026Q2", make_template_for_bureau(cast)).returns.get()
    return Matching(cast.office, make_reviewer("U-TAX", "tax"), return_)


def filled(data: bytes, fill: Callable | None = None, **cells) -> bytes:
    """The workbook as a person fills it in: E2=2 on 汇总回填, and whatever `fill` does to the book."""
    book = load_workbook(BytesIO(data))
    for address, value in cells.items():
        book[FEEDBACK][address] = value
    if fill:
        fill(book)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheets_of(data: bytes) -> dict[str, list[list[str]]]:
    """Sheet → rows of texts, as the portal's own reader sees them."""
    return {sheet.name: [[c.text for c in row.cells.values()] for row in sheet.rows] for sheet in read_workbook(data)}


PERIOD = Period.parse("2026Q2")
