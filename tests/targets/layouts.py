"""Report layouts as an office has them, and figures to fill them with. Invented numbers (演示数据)."""

from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from guandu.core import clock
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from targets.actions import layouts
from targets.forms_layouts import read_layout
from targets.models import Figure, Indicator, IndicatorVersion, LayoutVersion, ReportLayout


def make_book(cells: dict[str, object], formats: dict[str, str] | None = None, sheet: str = "表一") -> bytes:
    book = Workbook()
    page = book.active
    page.title = sheet
    for address, value in cells.items():
        page[address] = value
    for address, code in (formats or {}).items():
        page[address].number_format = code
        page[address].font = Font(bold=True, color="FFCC0000")
    page.column_dimensions["B"].width = 33
    page.merge_cells("D1:E1")
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_layout(office, cells: dict[str, object], formats=None, *, name: str = "省级园区统计表", shared: bool = False) -> ReportLayout:
    data = make_book(cells, formats)
    found = read_layout(data, "版式.xlsx")
    return layouts.create(
        name=name, is_shared=shared, file=check(data, "版式.xlsx", (XLSX,)), sheets=found.sheets, cells=found.cells,
        by=office,
    )  # fmt: skip


def version_of(layout: ReportLayout) -> LayoutVersion:
    return LayoutVersion.objects.select_related("file__file", "layout").get(layout=layout, number=layout.number)


def make_figure(
    indicator: Indicator, period: str, numerator: int | None, *, kind: str = "district", code: str = "", name: str = "全区",
    base: int | None = None, denominator: int | None = None, **members,
) -> Figure:  # fmt: skip
    if kind == "park":
        members = {"park_code": code} | members
    return Figure.objects.create(
        indicator=indicator, indicator_version=IndicatorVersion.objects.get(indicator=indicator), scope_kind=kind,
        scope_code=code, scope_name=name, period=period, numerator=numerator, denominator=denominator,
        base_numerator=base, expected=4, reported=3 if numerator is not None else 0, computed_at=clock.now(), **members,
    )  # fmt: skip


def opened(data: bytes):
    return load_workbook(BytesIO(data), rich_text=True)
