"""A workbook of new firms with their tenancies, from the uploaded bytes to the register.

The floor gets the file's texts into the database and nothing else: calamine in this very process, COPY into
a bare table. The portal reads in a guarded child process, counts twice, checks every cell and the
register, shows what would come of it, checks again, stores firms and tenancies behind their keys and
constraints, and seals a change for each. Between the two stands COPY into the register's own tables.
"""

from io import BytesIO
from typing import Any

from scripts.bench.harness import Case
from scripts.bench.orm import start_orm

LAID = "bench_firms"
SHEET = "企业"
PARKS = 100
LABELS = {"verified": "已核实", "pending": "待核", "company": "企业法人", "household": "个体工商户"}


class ImportFirms(Case):
    """20,000 firms of the world's scale."""

    name = "import-firms"
    title = "new firms from a workbook"
    floor = "calamine, COPY into a bare table"
    others = ("calamine, COPY into the register", "the portal")
    slow = ("the portal, row by row", "django-import-export, plain")

    def count(self) -> int:
        return self.world.firms

    def prepare(self) -> int:
        start_orm(self.world.url)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        self._fill()
        columns = ", ".join(f"{column.key}_ text" for column in self.table.resource.columns)
        self.world.execute(f"DROP TABLE IF EXISTS {LAID}; CREATE TABLE {LAID} ({columns})")
        return self.count()

    def _fill(self) -> None:
        """Whoever uploads, and what a firm names."""
        from guandu.accounts.models import Unit
        from guandu.exchange.registers import table_of
        from parks.models import Industry, Park

        self.table = table_of("enterprises")
        self.office = office()
        self.streets = [Unit.objects.get_or_create(code=f"B-S{n}", defaults={"name": f"演示街道{n}", "kind": "street"})[0]
                        for n in range(11)]  # fmt: skip
        section, _ = Industry.objects.get_or_create(code="I", defaults={"name": "信息", "level": "section", "section": "I"})
        self.industry, _ = Industry.objects.get_or_create(
            code="65", defaults={"name": "软件业", "level": "division", "parent": section, "section": "I"}
        )
        self.parks = [Park.objects.get_or_create(code=f"B-P{n}", defaults={"name": f"演示园区 B{n}"})[0] for n in range(PARKS)]

    def mutate(self, round_number: int) -> None:
        from guandu.exchange.written_rows import as_workbook

        self.firms = [self._firm(round_number, number) for number in range(self.count())]
        cells = [[firm.get(column.key, "") for column in self.table.resource.columns] for firm in self.firms]
        self.data = as_workbook(SHEET, self.table.plain_heads(), cells).read()

    def _firm(self, round_number: int, number: int) -> dict[str, str]:
        street = self.streets[number % len(self.streets)].name
        return {
            "name": f"演示{round_number}·昆明官渡科技发展有限公司第{number}号",
            "credit_code": credit_code(f"9153{round_number:03}{number:010}"),
            "credit_code_state": LABELS["verified" if number % 3 else "pending"],
            "kind": LABELS["company" if number % 4 else "household"],
            "industry": self.industry.name,
            "is_service_body": "否" if number % 5 else "是",
            "registered_street": street,
            "registered_address": f"春城路 {number} 号",
            "operating_street": street,
            "operating_address": f"昌宏路 {number} 号",
            "established_on": f"2019-03-{number % 28 + 1:02}",
            "note": "备注" if number % 7 == 0 else "",
            "park": self.parks[number % PARKS].name,
            "on": f"2024-{number % 12 + 1:02}-01",
        }

    def oracle(self) -> set[tuple]:
        return {(f["credit_code"], f["name"], f["kind"], f["registered_street"], f["note"], f["park"], f["on"]) for f in self.firms}

    def run(self, candidate: str) -> None:
        runs = {
            self.floor: self._laid,
            "calamine, COPY into the register": self._copied,
            "the portal": lambda: self._imported(by_sets=True),
            "the portal, row by row": lambda: self._imported(by_sets=False),
            "django-import-export, plain": self._plain,
        }
        runs[candidate]()

    def _read(self) -> list[list[Any]]:
        from python_calamine import CalamineWorkbook

        return CalamineWorkbook.from_filelike(BytesIO(self.data)).get_sheet_by_name(SHEET).to_python()[1:]

    def _laid(self) -> None:
        from guandu.core.bulk_rows import put

        columns = [f"{column.key}_" for column in self.table.resource.columns]
        put(LAID, columns, list(zip(*self._read(), strict=True)))

    def _copied(self) -> None:
        """The shortest honest way into the register: values looked up in dicts, no check and no trail."""
        from django.db import transaction

        from guandu.core.bulk_rows import put
        from parks.models import Enterprise

        keys = [column.key for column in self.table.resource.columns]
        said = dict(zip(keys, zip(*self._read(), strict=True), strict=True))
        count = len(said["name"])
        streets, codes = {s.name: s.pk for s in self.streets}, {label: code for code, label in LABELS.items()}
        parks = {park.name: park.pk for park in self.parks}
        street = [streets[name] for name in said["registered_street"]]
        values = {
            "code": [f"Q-{credit}" for credit in said["credit_code"]], "name": said["name"],
            "credit_code": said["credit_code"], "credit_code_state": [codes[text] for text in said["credit_code_state"]],
            "kind": [codes[text] for text in said["kind"]], "industry_id": [self.industry.pk] * count,
            "is_service_body": [text == "是" for text in said["is_service_body"]],
            "registered_street_id": street, "registered_address": said["registered_address"],
            "operating_street_id": street, "operating_address": said["operating_address"],
            "established_on": said["established_on"], "note": said["note"], "loaded_digest": [""] * count,
            "is_demo": [False] * count, "version": [1] * count,
        }  # fmt: skip
        with transaction.atomic():
            put("parks_enterprise", list(values), list(values.values()))
            ids = dict(Enterprise.objects.values_list("credit_code", "pk"))
            tenancies = {
                "enterprise_id": [ids[credit] for credit in said["credit_code"]],
                "park_id": [parks[name] for name in said["park"]], "valid_from": said["on"], "leaving_reason": [""] * count,
            }  # fmt: skip
            put("parks_tenancy", list(tenancies), list(tenancies.values()))

    def _imported(self, *, by_sets: bool) -> None:
        """What the pages and the job do: read, look, keep, and write what was kept."""
        from guandu.exchange import actions
        from guandu.exchange.received import receive

        actions.BULK_ROWS = 0 if by_sets else 10**9
        file = receive(self.table, self.data, "firms.xlsx")
        report = actions.look(table=self.table, rows=file.rows, by=self.office)
        upload = actions.keep(table=self.table, file=file, report=report, by=self.office)
        actions.import_rows(upload=upload, by=self.office)

    def _plain(self) -> None:
        """The package as it comes: openpyxl, a ModelResource a table, no preview and no trail."""
        from django.db import transaction
        from import_export.formats.base_formats import XLSX

        data = XLSX().create_dataset(self.data)
        with transaction.atomic():
            for resource in _plain_resources():
                resource.import_data(data, raise_errors=True)

    def observe(self, candidate: str, result: object) -> set[tuple]:
        if candidate == self.floor:
            return set(self.world.fetch(
                f"SELECT credit_code_, name_, kind_, registered_street_, note_, park_, on_ FROM {LAID}"
            ))  # fmt: skip
        rows = self.world.fetch(
            "SELECT e.credit_code, e.name, e.kind, s.name, e.note, p.name, t.valid_from::text FROM parks_enterprise e "
            "JOIN accounts_unit s ON s.id = e.registered_street_id JOIN parks_tenancy t ON t.enterprise_id = e.id "
            "JOIN parks_park p ON p.id = t.park_id"
        )
        return {(credit, name, LABELS[kind], *rest) for credit, name, kind, *rest in rows}

    def clean(self, candidate: str) -> None:
        self.world.execute(f"TRUNCATE {LAID}")
        for table in ("parks_tenancy", "parks_enterprisename", "parks_enterprise"):
            self.world.execute(f"DELETE FROM {table}")
            self.world.execute(f"VACUUM {table}")


def credit_code(body: str) -> str:
    """`body`, seventeen digits, with its check character; each number has its own."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(int(digit) * pow(3, place, 31) for place, digit in enumerate(body))
    return body + letters[(31 - total % 31) % 31]


def office() -> Any:
    from datetime import date

    from guandu.accounts.models import Grant, Unit, User
    from guandu.core import clock

    unit, _ = Unit.objects.get_or_create(code="B-OFFICE", defaults={"name": "演示园区办", "kind": "office"})
    user, is_new = User.objects.get_or_create(
        username="bench", defaults={"name": "演示", "unit": unit, "created_at": clock.now()}
    )
    if is_new:
        Grant.objects.create(user=user, role="office", scope_kind="district", scope_code="", valid_from=date(2024, 1, 1))
    return user


def _plain_resources() -> list[Any]:
    from import_export import fields, resources, widgets

    from guandu.accounts.models import Unit
    from parks.models import Enterprise, Industry, Park, Tenancy

    class Label(widgets.Widget):
        def clean(self, value, row=None, **kwargs):
            return next(code for code, label in LABELS.items() if label == value)

    def of(model, column, by="name"):
        return fields.Field(column, _TITLES[column], widgets.ForeignKeyWidget(model, by))

    def text(column, widget=None):
        return fields.Field(column, _TITLES[column], widget or widgets.CharWidget())

    class Firms(resources.ModelResource):
        credit_code, name, note = text("credit_code"), text("name"), text("note")
        credit_code_state, kind = text("credit_code_state", Label()), text("kind", Label())
        is_service_body = text("is_service_body", widgets.BooleanWidget())
        industry, registered_street, operating_street = (
            of(Industry, "industry"), of(Unit, "registered_street"), of(Unit, "operating_street"),
        )  # fmt: skip
        registered_address, operating_address = text("registered_address"), text("operating_address")
        established_on = text("established_on", widgets.DateWidget())

        class Meta:
            model = Enterprise
            import_id_fields = ("credit_code",)
            fields = ("credit_code", "name", "note", "credit_code_state", "kind", "is_service_body", "industry",
                      "registered_street", "operating_street", "registered_address", "operating_address", "established_on")  # fmt: skip

        def before_save_instance(self, instance, row, **kwargs):
            instance.code = f"Q-{instance.credit_code}"

    class Tenancies(resources.ModelResource):
        enterprise = fields.Field("enterprise", _TITLES["credit_code"], widgets.ForeignKeyWidget(Enterprise, "credit_code"))
        park = fields.Field("park", _TITLES["park"], widgets.ForeignKeyWidget(Park, "name"))
        valid_from = fields.Field("valid_from", _TITLES["on"], widgets.DateWidget())

        class Meta:
            model = Tenancy
            import_id_fields = ("enterprise", "park")
            fields = ("enterprise", "park", "valid_from")

    return [Firms(), Tenancies()]


_TITLES = {
    "credit_code": "统一社会信用代码", "name": "企业名称", "note": "说明", "credit_code_state": "代码核实", "kind": "主体类型",
    "is_service_body": "服务机构", "industry": "行业", "registered_street": "注册街道", "operating_street": "经营街道",
    "registered_address": "注册地址", "operating_address": "经营地址", "established_on": "成立日期", "park": "入驻园区",
    "on": "入驻日期",
}  # fmt: skip


class ImportFewFirms(ImportFirms):
    """The same at a size where the slow ways end within seconds."""

    name = "import-firms-100"
    title = "100 new firms from a workbook"
    others = (*ImportFirms.others, *ImportFirms.slow)
    slow = ()

    def count(self) -> int:
        return 100
