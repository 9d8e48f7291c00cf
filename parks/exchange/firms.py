"""Firms as rows of a file, with the park that a new one is entered into."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Prefetch, Q, QuerySet

from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.exchange.cells import DayWidget, ReferenceWidget, RegisterWidget
from guandu.exchange.columns import Column, ColumnsOf
from guandu.exchange.resources import AT_ONCE, RegisterResource
from guandu.exchange.tables import Fault, Record
from parks.actions import enterprises, tenancies
from parks.enums import CodeState
from parks.exchange import offered
from parks.exchange.beside import BesideColumn
from parks.models import Enterprise, Tenancy
from parks.validators import credit_code

CODE_PREFIX = "Q-"
CORRECTED = "按导入文件订正"
NEEDS_A_CODE = "没有统一社会信用代码的企业，请填写编码"
_column = ColumnsOf(Enterprise)


class CreditCodeWidget(RegisterWidget):
    """Normalised as the register keeps it, and checked."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        try:
            return credit_code(value)
        except Invalid as refusal:
            raise ValueError(refusal.message.removesuffix("。")) from refusal


class FirmWidget(ReferenceWidget):
    """Another firm by its credit code or its code; looked up one by one, for the register has many."""

    def __init__(self) -> None:
        super().__init__(Enterprise.objects.visible_to, offered=False)
        self.found: dict[str, Model] = {}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Model | None:
        if value and value not in self.found:
            self.found[value] = self._find(value)
        return self.found.get(value)

    def _find(self, value: str) -> Model:
        rows = self.rows(self.actor)
        firm = rows.filter(credit_code=value).first() or rows.filter(code=value).first()
        if firm is None:
            raise ValueError(f"没有“{value}”这家企业，或不在您的工作范围内，请填统一社会信用代码或编码")
        return firm

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else value.credit_code or value.code


def _tenancy(key: str, title: str, make, width: int = 16) -> BesideColumn:
    return BesideColumn(
        key, title, make, width=width, prompt="新登记的企业填写", kept_in="present_tenancies",
        elsewhere="与登记的入驻情况不一致；已登记的企业请在“入驻”表中办理",
    )  # fmt: skip


class EnterpriseResource(RegisterResource):
    """Grain: one row per firm, with the park that it has been a tenant of longest.

    A firm is known again by its code where the cell is filled, else by its credit code.
    """

    columns = (
        _column("code", prompt="门户中的固定编号；新登记的可以留空，由统一社会信用代码得出"),
        _column("name", required=True),
        Column("credit_code", "统一社会信用代码", CreditCodeWidget, width=22, prompt="18 位；暂未核实的留空"),
        _column("credit_code_state"),
        _column("kind"),
        Column(
            "head_office", "总公司", FirmWidget, width=22, prompt="分支机构填写总公司的统一社会信用代码或编码"
        ),
        _column.reference("industry", offered.industries, prompt="填行业名称或代码"),
        _column("is_service_body"),
        _column.reference("registered_street", offered.streets),
        _column("registered_address"),
        _column.reference("operating_street", offered.streets),
        _column("operating_address"),
        _column("established_on"),
        _column("closed_on"),
        _column("note"),
        _tenancy("park", "入驻园区", lambda: ReferenceWidget(offered.parks), 24),
        _tenancy("on", "入驻日期", DayWidget),
    )

    class Meta(RegisterResource.Meta):
        model = Enterprise
        name = "企业"

    def get_queryset(self) -> QuerySet:
        tenancies = Tenancy.objects.visible_to(self.by).on(clock.today()).select_related("park")
        ordered = tenancies.order_by("valid_from", "park__code")
        return (
            super()
            .get_queryset()
            .prefetch_related(Prefetch("tenancies", ordered, to_attr="present_tenancies"))
        )

    def load(self, records: Sequence[Record]) -> dict[Hashable, Model]:
        """By code and by credit code."""
        codes = [record.values["code"] for record in records if record.values["code"]]
        credits = [readable_credit_code(record.values["credit_code"]) for record in records]
        found: dict[Hashable, Model] = {}
        for start in range(0, len(records), AT_ONCE):
            named = Q(code__in=codes[start : start + AT_ONCE]) | Q(credit_code__in=filter(None, credits[start : start + AT_ONCE]))
            for firm in self.get_queryset().filter(named):
                found |= {("code", firm.code): firm, ("credit", firm.credit_code): firm}
        return found

    def get_instance(self, instance_loader, row: Mapping[str, str]) -> Model | None:
        """By code, or by credit code where the code is left open."""
        code, credit = row[self.fields["code"].column_name], row[self.fields["credit_code"].column_name]
        if code:
            return self.known.get(("code", code))
        known = readable_credit_code(credit)
        return self.known.get(("credit", known)) if known else None

    def import_instance(self, instance: Enterprise, row: Mapping[str, str], **kwargs: Any) -> None:
        """Where its code is left open, a known firm keeps the one it has and a new one gets its own."""
        code = instance.code
        title = self.fields["code"].column_name
        given = (
            row[title] or code or new_code(readable_credit_code(row[self.fields["credit_code"].column_name]))
        )
        super().import_instance(instance, {**row, title: given}, **kwargs)

    def validate_instance(
        self, instance: Enterprise, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """A code that nobody typed is not missed: it follows from the credit code, whose fault is told."""
        try:
            super().validate_instance(instance, import_validation_errors, validate_unique)
        except ValidationError as found:
            told = {name: said for name, said in found.message_dict.items() if name != "code" or instance.code}
            raise ValidationError(told) from found

    def check(self, records: Sequence[Record]) -> Iterator[Fault]:
        yield from super().check(records)
        for record in records:
            yield from faults_between_cells(record)

    def order(self, records: Sequence[Record]) -> Sequence[Record]:
        """A branch after what may be its head office."""
        return sorted(records, key=lambda record: bool(record.values["head_office"]))

    def key_of(self, record: Record) -> Hashable | None:
        return record.values["code"] or readable_credit_code(record.values["credit_code"]) or None

    def create(self, values: dict[str, Any], by: Actor) -> Enterprise:
        own = {name: value for name, value in values.items() if name not in {"park", "on"}}
        firm = enterprises.create(by=by, **own)
        if values["park"] and values["on"]:
            tenancies.enter(park=values["park"], enterprise=firm, on=values["on"], by=by)
        return firm

    def change(self, row: Enterprise, values: dict[str, Any], by: Actor) -> Enterprise:
        return enterprises.update(enterprise=row, values=values, reason=CORRECTED, by=by)


def readable_credit_code(text: str) -> str:
    """As the register keeps it; "" where it is none."""
    try:
        return credit_code(text)
    except Invalid:
        return ""


def new_code(credit: str) -> str:
    """The code of a firm that is entered without one."""
    return f"{CODE_PREFIX}{credit}" if credit else ""


def faults_between_cells(record: Record) -> Iterator[Fault]:
    value = record.values
    if not value["code"] and not value["credit_code"]:
        yield record.fault("code", NEEDS_A_CODE)
    if not value["credit_code"] and value["credit_code_state"] == CodeState.VERIFIED.label:
        yield record.fault("credit_code_state", "没有代码的企业不能标为已核实")
    if bool(value["park"]) != bool(value["on"]):
        yield record.fault("park" if value["on"] else "on", "入驻园区和入驻日期必须一并填写")
