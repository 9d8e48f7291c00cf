"""A line of a workbook of accounts, and what stands in the way of it now."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Case, Count, IntegerField, Value, When
from django.db.models.functions import Lower

from guandu.accounts import scopes
from guandu.accounts.models import AccountBatch, AccountRequest, Grant, Unit, User
from guandu.accounts.roles import ADMINISTRATORS, ROLES, ScopeKind
from guandu.core import clock

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,59}")
# What one workbook may ask for at most.
MOST_LINES = 300


@dataclass(frozen=True)
class Line:
    """A person and the duty he is to have; codes as the portal keeps them."""

    row: int
    username: str
    name: str
    unit_code: str
    role: str
    scope_kind: str
    scope_code: str = ""
    staff_no: str = ""
    duty: str = ""
    phone: str = ""
    email: str = ""
    seat: str = ""


@dataclass(frozen=True, order=True)
class Wrong:
    """What is wrong with a line: its row, the field of it, the sentence."""

    row: int
    field: str
    sentence: str

    def __str__(self) -> str:
        return f"第 {self.row} 行：{self.sentence}"


class Standing:
    """What is there already, read once for all lines. A fixed number of queries."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines

    @cached_property
    def taken_names(self) -> set[str]:
        wanted = [line.username.lower() for line in self.lines]
        names = User.objects.annotate(lower=Lower("username")).filter(lower__in=wanted)
        return set(names.values_list("lower", flat=True))

    @cached_property
    def taken_numbers(self) -> dict[str, str]:
        wanted = [line.staff_no.lower() for line in self.lines if line.staff_no]
        known = User.objects.annotate(lower=Lower("staff_no")).filter(lower__in=wanted)
        return dict(known.values_list("lower", "username"))

    @cached_property
    def units(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in Unit.objects.filter(code__in=[line.unit_code for line in self.lines])}

    @cached_property
    def scope_codes(self) -> dict[str, set[str]]:
        kinds = {line.scope_kind for line in self.lines} & set(ScopeKind.values) - {ScopeKind.DISTRICT}
        return {ScopeKind.DISTRICT: {""}} | {kind: set(scopes.options(kind)) for kind in kinds}

    @cached_property
    def seats(self) -> dict[tuple, str]:
        """(unit, role, kind, code, seat) → who has it today."""
        held = Grant.objects.on(clock.today()).filter(user__is_active=True).exclude(seat="")
        names = ("user__unit__code", "role", "scope_kind", "scope_code", "seat", "user__name")
        return {tuple(row[:5]): row[5] for row in held.values_list(*names)}


def wrong_lines(lines: Sequence[Line]) -> list[Wrong]:
    """Everything that stands in the way of opening these accounts, by row."""
    standing = Standing(lines)
    found = [Wrong(line.row, field, text) for line in lines for field, text in _wrong(line, standing)]
    return sorted([*found, *_twice(lines, "username", "账号"), *_twice(lines, "staff_no", "人员编号"), *_seats(lines)])


def _wrong(line: Line, standing: Standing) -> Iterator[tuple[str, str]]:
    if not USERNAME.fullmatch(line.username):
        yield "username", "账号用 2 至 60 位字母、数字、点、横线或下划线，以字母或数字开头"
    elif line.username.lower() in standing.taken_names:
        yield "username", f"账号“{line.username}”已被使用，请换一个"
    if line.staff_no.lower() in standing.taken_numbers:
        known = standing.taken_numbers[line.staff_no.lower()]
        yield "staff_no", f"人员编号“{line.staff_no}”已有账号“{known}”，同一个人只设一个账号"
    if line.unit_code not in standing.units:
        yield "unit", "没有这个单位，请从下拉列表中选择"
    yield from _wrong_duty(line, standing)
    yield from _wrong_texts(line)


def _wrong_duty(line: Line, standing: Standing) -> Iterator[tuple[str, str]]:
    if line.role in ADMINISTRATORS:
        yield "role", "三类管理员不经批量申请设立"
    elif line.role not in ROLES:
        yield "role", "没有这个角色，请从下拉列表中选择"
    elif line.scope_kind not in ROLES[line.role].scopes:
        fitting = "、".join(kind.label for kind in ScopeKind if kind in ROLES[line.role].scopes)
        yield "scope", f"“{ROLES[line.role].name}”的范围只能是{fitting}"
    elif line.scope_code not in standing.scope_codes[line.scope_kind]:
        yield "scope", "没有这个范围，请从下拉列表中选择"
    taken = standing.seats.get((line.unit_code, line.role, line.scope_kind, line.scope_code, line.seat))
    if line.seat and taken:
        yield "seat", f"这项岗位已由{taken}担任{Grant.Seat(line.seat).label}"


def _wrong_texts(line: Line) -> Iterator[tuple[str, str]]:
    """What the account itself would refuse: too long, not an address."""
    given = User(name=line.name, staff_no=line.staff_no, duty=line.duty, phone=line.phone, email=line.email)
    fields = {"name", "staff_no", "duty", "phone", "email"}
    try:
        given.clean_fields(exclude={field.name for field in User._meta.fields} - fields)
    except ValidationError as refusal:
        for name, texts in refusal.message_dict.items():
            yield name, f"{User._meta.get_field(name).verbose_name}：{''.join(texts)}"


def _twice(lines: Sequence[Line], field: str, label: str) -> list[Wrong]:
    values = {line.row: getattr(line, field).lower() for line in lines}
    counts = Counter(value for value in values.values() if value)
    return [Wrong(row, field, f"{label}在文件中出现了 {counts[value]} 次") for row, value in values.items() if counts[value] > 1]


def _seats(lines: Sequence[Line]) -> list[Wrong]:
    places = {
        line.row: (line.unit_code, line.role, line.scope_kind, line.scope_code, line.seat)
        for line in lines if line.seat
    }  # fmt: skip
    counts = Counter(places.values())
    return [Wrong(row, "seat", "同一岗位的这个AB角在文件中不止一人") for row, place in places.items() if counts[place] > 1]


def lines_of(requests: Iterable[AccountRequest]) -> list[Line]:
    """The lines that a batch asked for. Expects `unit` to be selected."""
    return [
        Line(
            row=each.row, username=each.username, name=each.name, unit_code=each.unit.code, role=each.role,
            scope_kind=each.scope_kind, scope_code=each.scope_code, staff_no=each.staff_no, duty=each.duty,
            phone=each.phone, email=each.email, seat=each.seat,
        )
        for each in requests
    ]  # fmt: skip


def requests_of(batch: AccountBatch) -> list[AccountRequest]:
    """Grain: one per line, in the file's order, each with `scope_known`, its scope's name."""
    rows = batch.requests.select_related("unit", "user", "grant").annotate(scope_known=scopes.name_expression())
    return list(rows.order_by("row"))


def batches_for(user: User) -> list[AccountBatch]:
    """Grain: one per batch that `user` may see, those that wait first; `line_count` with each."""
    waiting = Case(
        When(state__in=["requested", "created"], then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = AccountBatch.objects.visible_to(user).select_related("requested_by__unit", "created_by", "granted_by", "refused_by")
    return list(rows.annotate(line_count=Count("requests"), waiting=waiting).order_by("waiting", "-pk")[:200])

