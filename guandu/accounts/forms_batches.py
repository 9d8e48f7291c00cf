"""The workbook of accounts: its template, and what an uploaded one says."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django import forms

from guandu.accounts import scopes
from guandu.accounts.models import Grant, Unit
from guandu.accounts.queries_batches import MOST_LINES, Line, Wrong, wrong_lines
from guandu.accounts.roles import ADMINISTRATORS, ROLES, RoleCode, ScopeKind
from guandu.core.digests import digest
from guandu.exchange.preflight import MOST_PACKED
from guandu.exchange.tables import Column, Fault, Record, read_table
from guandu.exchange.workbooks import read_workbook
from guandu.exchange.writer import WrittenColumn, write_workbook

SHEET = "账号申请"
FILE_NAME = "账号申请模板.xlsx"
WHOLE = str(ScopeKind.DISTRICT.label)

COLUMNS = (
    Column("username", "账号", required=True, longest=60),
    Column("name", "姓名", required=True, longest=40),
    Column("staff_no", "人员编号", longest=40),
    Column("unit", "所在单位", required=True, longest=150),
    Column("duty", "职务", longest=60),
    Column("phone", "工作电话", longest=40),
    Column("email", "工作邮箱", longest=254),
    Column("role", "角色", required=True, longest=20),
    Column("scope", "范围", required=True, longest=200),
    Column("seat", "AB角", longest=4),
)
NOTES = (
    "每人一行，表头不要改动，不要合并单元格。带 * 的列必须填写。",
    "账号：2 至 60 位字母、数字、点、横线或下划线，以字母或数字开头，不能与已有账号相同（不分大小写）。",
    "人员编号：工号或本单位编号。同一个人只设一个账号。",
    "所在单位、角色、范围、AB角从下拉列表中选择。园区发展办的范围是全区，区级部门选部门，专班选产业链，街道选街道，运营方选园区。",
    "系统、安全、审计管理员不经批量申请设立。",
    f"一份文件最多 {MOST_LINES} 人。工作电话、工作邮箱只填办公用的，不填私人联系方式。",
    "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密。",
)


@dataclass(frozen=True)
class Reading:
    """An uploaded workbook: what may be asked for, and every fault with its cell."""

    file_name: str
    file_digest: str
    lines: tuple[Line, ...]
    names: Mapping[int, tuple[str, str, str]]  # row → unit, role and scope as written
    faults: tuple[Fault, ...]
    seen: int
    blank: int

    @property
    def rejected_rows(self) -> set[int]:
        return {fault.row for fault in self.faults}

    @property
    def fine(self) -> int:
        return sum(line.row not in self.rejected_rows for line in self.lines)

    @property
    def rejected(self) -> int:
        return self.seen - self.blank - self.fine

    @property
    def shown(self) -> list[tuple[Line, str, str, str, bool]]:
        """(line, unit, role, scope, whether it may be asked for), in the file's order."""
        return [(line, *self.names[line.row], line.row not in self.rejected_rows) for line in self.lines]


def template() -> bytes:
    """The workbook to fill in, with today's units, roles and scopes to choose from."""
    choices = {
        "unit": list(_unit_choices()),
        "role": [RoleCode(code).label for code in ROLES if code not in ADMINISTRATORS],
        "scope": list(_scope_choices()),
        "seat": [str(label) for label in Grant.Seat.labels],
    }
    prompts = {
        "username": "2 至 60 位字母、数字、点、横线或下划线",
        "staff_no": "工号或本单位编号，同一个人只设一个账号",
        "phone": "办公电话",
        "email": "办公邮箱",
        "scope": "运营方选园区，专班选产业链，街道选街道，部门选部门，其余选全区",
        "seat": "同一岗位一名A角、一名B角；不分的留空",
    }
    widths = {"unit": 34, "scope": 34, "email": 24}
    columns = [
        WrittenColumn(
            column.title, widths.get(column.key, 14), prompts.get(column.key, ""), choices.get(column.key, ()),
            column.required,
        )
        for column in COLUMNS
    ]  # fmt: skip
    return write_workbook(SHEET, columns, open_rows=MOST_LINES, notes=NOTES)


def read_accounts(data: bytes, name: str) -> Reading:
    """The workbook `data`. Raises Invalid when it is not one, or not this one."""
    table = read_table(read_workbook(data, name), SHEET, COLUMNS, most=MOST_LINES)
    units, ranges = _unit_choices(), _scope_choices()
    found = {record.row: _line(record, units, ranges) for record in table.records}
    records = {record.row: record for record in table.records}
    wrong = [_fault(records[each.row], each) for each in wrong_lines(list(found.values()))]
    names = {record.row: (record.values["unit"], record.values["role"], record.values["scope"]) for record in table.records}
    faults = tuple(sorted({*table.faults, *wrong}))
    return Reading(name[:120], digest(data), tuple(found.values()), names, faults, table.seen, table.blank)


def _line(record: Record, units: Mapping[str, str], ranges: Mapping[str, tuple[str, str]]) -> Line:
    value = record.values
    roles = {str(label): str(code) for code, label in RoleCode.choices}
    kind, code = ranges.get(value["scope"], ("", ""))
    seats = {str(label): str(seat) for seat, label in Grant.Seat.choices} | {"A": "A", "B": "B"}
    return Line(
        row=record.row, username=value["username"], name=value["name"], staff_no=value["staff_no"],
        unit_code=units.get(value["unit"], ""), duty=value["duty"], phone=value["phone"], email=value["email"],
        role=roles.get(value["role"], value["role"]), scope_kind=kind, scope_code=code,
        seat=seats.get(value["seat"], value["seat"]),
    )  # fmt: skip


def _fault(record: Record, wrong: Wrong) -> Fault:
    return record.fault(wrong.field, wrong.sentence)


def _unit_choices() -> dict[str, str]:
    """What the list says → the unit's code."""
    return _told_apart((unit.name, unit.code) for unit in Unit.objects.order_by("kind", "code"))


def _scope_choices() -> dict[str, tuple[str, str]]:
    """What the list says → (kind, code)."""
    found = {WHOLE: (ScopeKind.DISTRICT.value, "")}
    for kind in list(ScopeKind)[1:]:
        told = _told_apart((f"{kind.label} {name}", code) for code, name in scopes.options(kind).items())
        found |= {text: (kind.value, code) for text, code in told.items()}
    return found


def _told_apart(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Text → code; a name that several have carries its code."""
    pairs = [(" ".join(name.split()), code) for name, code in pairs]
    counts = Counter(name for name, _ in pairs)
    return {name if counts[name] == 1 else f"{name}（{code}）": code for name, code in pairs}


def _input(kind: type[forms.Widget] = forms.TextInput, **attributes) -> forms.Widget:
    return kind(attrs={"class": "form-control", **attributes})


class UploadForm(forms.Form):
    """What the office says of a workbook of accounts."""

    title = forms.CharField(label="事由", max_length=120, widget=_input(), help_text="例如：云上小镇数字产业园新任填报人员开户")
    document = forms.CharField(
        label="依据", max_length=120, required=False, widget=_input(), help_text="来函文号、会议；没有可不填"
    )
    file = forms.FileField(
        label="申请文件", widget=_input(forms.FileInput, accept=".xlsx"), help_text="在模板中填写，.xlsx，不超过 20 MB"
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_PACKED:
            raise forms.ValidationError("文件超过 20 MB，请拆分后再上传。")
        return file


class RefusalForm(forms.Form):
    reason = forms.CharField(label="退回原因", max_length=200, widget=_input())
