"""What the pages of 报表套填 ask for, the names found in an uploaded layout, and the filled workbook."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms

from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.exchange.edited import Edits, edit_workbook
from guandu.exchange.formats import FORMULA, read_formats
from guandu.exchange.workbooks import read_workbook
from guandu.files import storage
from guandu.files.forms import AttachedFileField
from guandu.files.kinds import XLSX
from targets.layout_names import LONGEST, is_name
from targets.models import LayoutVersion, ReportLayout
from targets.queries.layouts import KEPT, Resolved

NOTES = "填充说明"
WIDTHS = (22, 34, 14, 44, 10, 10, 20, 40, 44)
HEAD = ("单元格", "名称", "填入", "数据", "单位", "已核定", "计算时间", "来源", "说明")
_ADDRESS = re.compile(r"[A-Z]{1,2}[1-9][0-9]{0,4}")
MOST_COLUMNS, MOST_ROWS = 200, 50_000


@dataclass(frozen=True)
class Found:
    """What an uploaded layout holds: its sheets, and its cells with a name (LayoutVersion.cells)."""

    sheets: list[str]
    cells: list[dict]


def read_layout(data: bytes, name: str) -> Found:
    """Raises Invalid where the file cannot be read. A layout without names may be named on its page."""
    sheets = read_workbook(data, name)
    texts = {
        (sheet.name, cell.address): cell.text
        for sheet in sheets
        for row in sheet.rows
        for cell in row.cells.values()
        if cell.kind == "text" and len(cell.text) <= LONGEST * 4 and is_name(cell.text)
    }
    formats = read_formats(data, list(texts)) if texts else {}
    cells = [
        {"sheet": sheet, "address": address, "text": text[:LONGEST], "format": formats.get((sheet, address), "")}
        for (sheet, address), text in texts.items()
    ]
    return Found([sheet.name for sheet in sheets], cells)


def original(version: LayoutVersion) -> bytes:
    """The file as it was uploaded. Raises StorageAway."""
    with storage.opened(version.file.file.digest, version.file.file.size) as file:
        return file.read()


def format_at(version: LayoutVersion, sheet: str, address: str) -> str:
    """The number format of a cell that is to be named on the page. Raises Invalid where there is no such cell to
    write to: beyond the sheet's bounds, covered by a merged cell, or a formula."""
    if sheet not in version.sheets:
        raise Invalid("请选择工作表。", errors=[("sheet", "文件中没有这张工作表，请从列表中选择。")])
    if not _ADDRESS.fullmatch(address) or _column(address) > MOST_COLUMNS or int(address.lstrip(_LETTERS)) > MOST_ROWS:
        raise Invalid("单元格写成 B7 的样子。", errors=[("address", "请写单元格位置，例如 B7。")])
    formats = read_formats(original(version), [(sheet, address)])
    if (sheet, address) not in formats:
        raise Invalid("这个单元格已被合并。", errors=[("address", "请写合并单元格左上角的位置。")])
    if formats[sheet, address] == FORMULA:
        raise Invalid("这个单元格是公式。", errors=[("address", "这个单元格是公式，请另选单元格。")])
    return formats[sheet, address]


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _column(address: str) -> int:
    number = 0
    for letter in address.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number


def filled(
    version: LayoutVersion, rows: Sequence[Resolved], period: Period, at: str, link: Callable[[Resolved], str]
) -> bytes:
    """The layout with its numbers, and a sheet that says where each is from. `at` is when, in words; `link`
    gives the address of a cell's figure. Raises Invalid, StorageAway."""
    cells = [(row.sheet, row.address, row.kind, row.text) for row in rows if row.kind != KEPT]
    head = [
        [f"{version.layout.name}（第 {version.number} 版）套填说明"],
        [f"报告期：{period.label}；口径：核定；生成时间：{at}；内部资料"],
        ["数按单元格显示的小数位一次舍入；没有数的填“—”，不是 0。含公式的单元格请用 WPS 或 Excel 打开后重新计算。"],
        list(HEAD),
    ]
    sheet = (NOTES, WIDTHS, [*head, *(_note(row, link(row) if row.figure else "") for row in rows)])
    return edit_workbook(original(version), Edits(cells=cells, sheets=[sheet]))


def _note(row: Resolved, link: str) -> list[str]:
    figure = row.figure
    said = f"{figure.indicator.name} · {figure.scope_name} · {row.period_label}" if figure else ""
    counted = f"{figure.reported}/{figure.expected}" if figure else ""
    computed = f"{figure.computed_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}" if figure else ""
    return [row.place, row.name, row.reads, said, row.unit, counted, computed, link, row.remark]


def _input(**attributes) -> forms.Widget:
    return forms.TextInput(attrs={"class": "form-control", **attributes})


class NewLayoutForm(forms.ModelForm):
    """A layout and its first file."""

    file = AttachedFileField((XLSX,), label="版式文件")

    class Meta:
        model = ReportLayout
        fields = ("name", "is_shared")

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["name"].widget.attrs["class"] = "form-control"
        self.fields["name"].error_messages["required"] = "请填写报表名称。"
        self.fields["is_shared"].widget.attrs["class"] = "form-check-input"


class LayoutForm(NewLayoutForm):
    """What may be changed of a layout without another file."""

    file = None


class ReplaceForm(forms.Form):
    file = AttachedFileField((XLSX,), label="新的版式文件")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class NameForm(forms.Form):
    """A cell of the present file, and the name that it gets here."""

    sheet = forms.ChoiceField(label="工作表", error_messages={"invalid_choice": "文件中没有这张工作表，请从列表中选择。"})
    address = forms.CharField(label="单元格", max_length=8, widget=_input(placeholder="B7", autocomplete="off"))
    text = forms.CharField(
        label="名称", max_length=LONGEST, required=False, help_text="如 {营业收入|本期|全区|亿元}；清空即取消命名",
        widget=_input(autocomplete="off"),
    )  # fmt: skip
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, sheets: Sequence[str] = (), **options) -> None:
        super().__init__(*args, **options)
        self.fields["sheet"].choices = [(each, each) for each in sheets]
        self.fields["sheet"].widget.attrs["class"] = "form-select"
