"""The market bureau's register as it hands it out: any sheet, any order of columns, titles as they come.

Lines that cannot be used are listed with their cell; nothing is dropped in silence.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django import forms

from guandu.core.digests import digest
from guandu.core.errors import Invalid
from guandu.exchange.preflight import MOST_PACKED
from guandu.exchange.tables import Fault
from guandu.exchange.workbooks import Sheet, SheetRow, read_workbook
from parks.forms_enterprises import chosen, dated
from parks.queries.comparisons import RegistryLine
from parks.validators import credit_code, normalised_code

# key → the titles that bureaus give it; the first is the one asked for.
TITLES: Mapping[str, tuple[str, ...]] = {
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "统一社会信用代码/注册号"),
    "name": ("名称", "企业名称", "市场主体名称", "经营主体名称", "主体名称"),
    "status": ("登记状态", "经营状态", "主体状态", "状态", "企业状态"),
    "address": ("住所", "住所(经营场所)", "注册地址", "地址", "经营场所"),
    "street": ("登记街道", "所属街道", "街道", "所在街道", "管辖街道"),
    "changed_on": ("变动日期", "核准日期", "变更日期", "注销日期", "注吊销日期"),
}
NEEDED = ("credit_code", "name", "status")
LONGEST = {"name": 120, "status": 60, "address": 150, "street": 30}
# A title may stand below the name of the table and a line of notes.
HEADER_WITHIN = 10
SCOPES = [("whole", "本区全部登记主体"), ("part", "部分登记主体")]


@dataclass(frozen=True)
class RegistryReading:
    """`seen` = lines used + lines at fault + blank ones; `unread` are columns that nothing is taken from."""

    file_name: str
    file_digest: str
    sheet: str
    lines: tuple[RegistryLine, ...]
    spoiled: frozenset[str]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...]
    seen: int
    blank: int

    @property
    def at_fault(self) -> int:
        return self.seen - self.blank - len(self.lines)


def read_register(data: bytes, name: str) -> RegistryReading:
    """The workbook `data`. Raises Invalid when no sheet of it is a register."""
    for sheet in read_workbook(data, name):
        for header in [row for row in sheet.rows if row.cells][:HEADER_WITHIN]:
            letters = _letters(header)
            if set(NEEDED) <= set(letters):
                return _read(sheet, header, letters, data, name)
    asked = "、".join(titles[0] for titles in TITLES.values())
    raise Invalid(
        f"文件中没有找到登记名单：表头至少要有统一社会信用代码、名称、登记状态三列（可用的列：{asked}）。"
    )


def _letters(header: SheetRow) -> dict[str, str]:
    """Column key → letters, for the titles that are known; the first of two is taken."""
    by_title = {
        _plain(cell.text).removesuffix("*"): letters for letters, cell in reversed(header.cells.items())
    }
    found = {}
    for key, titles in TITLES.items():
        known = [by_title[_plain(title)] for title in titles if _plain(title) in by_title]
        if known:
            found[key] = known[0]
    return found


def _read(
    sheet: Sheet, header: SheetRow, letters: Mapping[str, str], data: bytes, name: str
) -> RegistryReading:
    below = [row for row in sheet.rows if row.number > header.number]
    filled = [row for row in below if any(cell.text.strip() for cell in row.cells.values())]
    found = [_line(row, letters) for row in filled]
    faults = [fault for _, each in found for fault in each]
    lines = _without_doubles(
        [(row, line) for row, (line, _) in zip(filled, found, strict=True) if line], letters, faults
    )
    used = {line.credit_code for line in lines}
    spoiled = {normalised_code(_text(row, letters, "credit_code")) for row in filled} - used
    unread = tuple(
        cell.text.strip()[:20]
        for place, cell in header.cells.items()
        if place not in letters.values() and cell.text.strip()
    )
    return RegistryReading(
        name[:120], digest(data), sheet.name, tuple(lines), frozenset(spoiled), tuple(sorted(faults)), unread,
        len(below), len(below) - len(filled),
    )  # fmt: skip


def _line(row: SheetRow, letters: Mapping[str, str]) -> tuple[RegistryLine | None, list[Fault]]:
    texts = {key: _text(row, letters, key) for key in TITLES}
    faults = [
        _fault(row, letters, key, f"{TITLES[key][0]}最多 {most} 个字")
        for key, most in LONGEST.items()
        if len(texts[key]) > most
    ]
    faults += [_fault(row, letters, key, f"没有{TITLES[key][0]}") for key in NEEDED if not texts[key]]
    code = day = None
    try:
        code = credit_code(texts["credit_code"])
    except Invalid as refusal:
        faults.append(_fault(row, letters, "credit_code", refusal.message.rstrip("。")))
    try:
        day = _day(texts["changed_on"])
    except ValueError:
        faults.append(_fault(row, letters, "changed_on", f"“{texts['changed_on'][:20]}”不是日期"))
    if faults:
        return None, faults
    given = {key: texts[key] for key in ("name", "status", "address", "street")}
    return RegistryLine(credit_code=code, changed_on=day, **given), []


def _without_doubles(
    pairs: Sequence[tuple[SheetRow, RegistryLine]], letters: Mapping[str, str], faults: list[Fault]
) -> list[RegistryLine]:
    """A code that stands twice and says the same counts once; one that says two things is not used."""
    said: dict[str, set[RegistryLine]] = {}
    for _, line in pairs:
        said.setdefault(line.credit_code, set()).add(replace(line, changed_on=None))
    counts = Counter(line.credit_code for _, line in pairs)
    lines, met = [], set()
    for row, line in pairs:
        code = line.credit_code
        if len(said[code]) > 1:
            faults.append(
                _fault(row, letters, "credit_code", f"{code} 在文件中有 {counts[code]} 行，内容不一致")
            )
        elif code in met:
            faults.append(_fault(row, letters, "credit_code", f"{code} 与前面的行重复"))
        else:
            met.add(code)
            lines.append(line)
    return lines


def _fault(row: SheetRow, letters: Mapping[str, str], key: str, sentence: str) -> Fault:
    return Fault(row.number, f"{letters[key]}{row.number}" if key in letters else "", sentence)


def _text(row: SheetRow, letters: Mapping[str, str], key: str) -> str:
    cell = row.cells.get(letters.get(key, ""))
    text = " ".join(cell.text.split()) if cell else ""
    return text.replace("\x00", "")


def _day(text: str) -> date | None:
    """2026-09-01, 2026/9/1, 2026.9.1, 20260901 or 2026年9月1日, with or without a time. Raises ValueError."""
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).split()[0]
    for mark in ("年", "月", "/", "."):
        plain = plain.replace(mark, "-")
    plain = plain.removesuffix("日")
    return datetime.strptime(plain, "%Y%m%d" if plain.isdigit() else "%Y-%m-%d").date()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", "".join(text.split()))


class RegisterUploadForm(forms.Form):
    """What the office says of the bureau's file."""

    as_of = dated("登记数据日期", help_text="市场监管局导出数据的日期")
    scope = chosen("文件范围", SCOPES, help_text="全部的，文件中没有的代码列为登记中查无；部分的不查")
    file = forms.FileField(
        label="登记名单", widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx"}),
        help_text=".xlsx，不超过 20 MB、5 万行；列：统一社会信用代码、名称、登记状态、住所、登记街道、变动日期",
    )  # fmt: skip

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_PACKED:
            raise forms.ValidationError("文件超过 20 MB，请拆分后再上传。")
        return file

    @property
    def is_whole(self) -> bool:
        return self.cleaned_data["scope"] == "whole"
