"""A workbook of old numbers, 历史补录, from the uploaded bytes to stored lines that wait for their signature.

The floor gets the file's cells into the database and nothing else: calamine in this very process, COPY into a
bare table of the same columns. The portal looks at the package in one child process, keeps the original on
disk, reads it in another, counts twice, checks every cell, adds the firms of every park up against its total,
lays the result down with what stands beside it, and stores it behind keys, index and guards with a sealed
event: two jobs, four transactions. A hundred parks and their firms, 20 indicators each.
"""

import atexit
import json
import shutil
import tempfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from scripts.bench.cases.import_firms import credit_code, office
from scripts.bench.harness import Case
from scripts.bench.orm import start_orm
from scripts.bench.world import CODES

LAID = "bench_history"
PARKS = 100
PERIOD = "2024"
FIXED = ("row", "scope_kind", "scope_code", "scope_name", "period", "credit_code", "firm_name", "document")


class LoadHistory(Case):
    """20,000 lines × 20 indicators at the world's scale."""

    name = "history"
    title = "a workbook of old numbers, checked and stored"
    floor = "calamine, COPY into a bare table"
    others = ("the portal",)
    slow = ("django-import-export, plain",)

    def count(self) -> int:
        return self.world.firms

    def prepare(self) -> int:
        start_orm(self.world.url)
        from django.conf import settings
        from django.core.management import call_command

        folder = tempfile.mkdtemp(prefix="guandu-bench-files-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        settings.FILES_DIR = Path(folder)
        call_command("migrate", verbosity=0)
        self._fill()
        self.world.execute(f"DROP TABLE IF EXISTS {LAID}; CREATE TABLE {LAID} (LIKE targets_historyline)")
        self.world.execute(f"ALTER TABLE {LAID} ALTER COLUMN id DROP NOT NULL, ALTER COLUMN batch_id DROP NOT NULL")
        return self.count()

    def _fill(self) -> None:
        """Whoever uploads, the parks, and the indicators."""
        from datetime import date

        from parks.models import Park
        from targets.models import Indicator, IndicatorVersion
        from targets.queries.history.context import Context

        self.office = office()
        since = date(2020, 1, 1)
        for n in range(PARKS):
            Park.objects.get_or_create(code=f"B-P{n}", defaults={"name": f"演示园区 B{n}", "opened_on": since})
        for place, code in enumerate(CODES):
            values = {"name": f"补录指标{code}", "kind": "flow", "level": "park", "frequency": "季", "position": 900 + place}
            indicator, is_new = Indicator.objects.get_or_create(code=f"B_{code.upper()}", defaults=values)
            if is_new:
                IndicatorVersion.objects.create(indicator=indicator, unit="万元", scale=2, display_decimals=2, valid_from=since)
        columns = [column for column in Context(self.office).columns if column.code.startswith("B_")]
        self.codes = [column.code for column in columns]
        self.titles = [column.title for column in columns]

    def mutate(self, round_number: int) -> None:
        """Firms of each park, and the park above them with as much as they have together; whole hundredths."""
        rounds = self.world.random.integers(1, 9_999_999, size=(self.count(), len(self.codes)))
        self.truth: dict[tuple[str, str], list[int]] = {}
        each = self.count() // PARKS
        for n in range(PARKS):
            part = rounds[n * each : (n + 1) * each]
            for number in range(1, each):
                self.truth[f"B-P{n}", credit_code(f"9153{round_number:03}{n * each + number:010}")] = part[number].tolist()
            self.truth[f"B-P{n}", ""] = part[1:].sum(axis=0).tolist()
        self.data = self._book()

    def _book(self) -> bytes:
        from guandu.exchange.writer import WrittenColumn
        from guandu.exchange.written_rows import as_workbook
        from targets.queries.history.context import FIXED as HEADS, SHEET

        heads = [*(WrittenColumn(column.title) for column in HEADS), *map(WrittenColumn, self.titles)]
        rows = (
            ["园区", park, PERIOD, "演示台账第 1 册", credit, f"演示企业 {credit}" if credit else "", *(Decimal(u) / 100 for u in units)]
            for (park, credit), units in self.truth.items()
        )
        return as_workbook(SHEET, heads, rows).read()

    def oracle(self) -> dict[tuple[str, str], list[int]]:
        return self.truth

    def run(self, candidate: str) -> None:
        {self.floor: self._laid, "the portal": self._loaded, "django-import-export, plain": self._plain}[candidate]()

    def _laid(self) -> None:
        from python_calamine import CalamineWorkbook

        from guandu.core.bulk_rows import put

        sheet = CalamineWorkbook.from_filelike(BytesIO(self.data)).get_sheet_by_name("历史补录")
        _, *rows = sheet.to_python()
        kind, park, period, document, credit, firm, *_ = zip(*rows, strict=True)
        heads = [f'"{code}":' for code in self.codes]
        values = ["{" + ",".join([f"{head}{cell}" for head, cell in zip(heads, row[6:], strict=True)]) + "}" for row in rows]
        columns = [range(2, len(rows) + 2), kind, park, park, period, credit, firm, document, values]
        put(LAID, [*FIXED, "values"], columns)

    def _loaded(self) -> None:
        """What the pages and the jobs do: look at the file, keep it, check it, confirm it, store it."""
        from guandu.files.inspection import check
        from guandu.files.kinds import XLSX
        from guandu.jobs.worker import run_waiting
        from targets.actions import history
        from targets.models import HistoryBatch

        batch = history.keep(name="演示台账", file=check(self.data, "演示台账.xlsx", (XLSX,)), by=self.office)
        run_waiting()
        history.confirm(batch=HistoryBatch.objects.get(pk=batch.pk), by=self.office)
        run_waiting()

    def _plain(self) -> None:
        """The package as it comes: openpyxl, one ModelResource, no preview, no second count and no trail."""
        from django.db import transaction
        from import_export.formats.base_formats import XLSX

        data = XLSX().create_dataset(self.data)
        with transaction.atomic():
            _plain_resource(self.office, dict(zip(self.titles, self.codes, strict=True))).import_data(data, raise_errors=True)

    def observe(self, candidate: str, result: object) -> dict[tuple[str, str], list[int]]:
        table, factor = (LAID, 100) if candidate == self.floor else ("targets_historyline", 1)
        rows = self.world.fetch(f'SELECT scope_code, credit_code, "values"::text FROM {table}')
        said = ((park, credit, json.loads(values)) for park, credit, values in rows)
        return {(park, credit): [round(values[code] * factor) for code in self.codes] for park, credit, values in said}

    def clean(self, candidate: str) -> None:
        self.world.execute(f"TRUNCATE {LAID}")
        for table in ("targets_historyline", "targets_historybatch"):
            self.world.execute(f"DELETE FROM {table}")
            self.world.execute(f"VACUUM {table}")


def _plain_resource(sender: Any, columns: dict[str, str]) -> Any:
    from import_export import fields, resources

    from guandu.core import clock
    from targets.models import HistoryBatch, HistoryLine

    batch = HistoryBatch.objects.create(
        name="演示", state="stored", owner=sender, unit=sender.unit, file_name="a.xlsx", file_digest="d", created_at=clock.now()
    )
    said = {
        "scope_code": "范围", "period": "报告期", "document": "来源文件", "credit_code": "统一社会信用代码", "firm_name": "企业名称"
    }  # fmt: skip

    class Lines(resources.ModelResource):
        scope_code, period, document, credit_code, firm_name = (fields.Field(name, title) for name, title in said.items())

        class Meta:
            model = HistoryLine
            import_id_fields = ("scope_code", "period", "credit_code")
            fields = tuple(said)

        def before_save_instance(self, instance, row, **kwargs):
            instance.batch, instance.row, instance.scope_kind = batch, kwargs.get("row_number") or 0, "park"
            instance.scope_name = instance.scope_code
            instance.values = {code: int(round(Decimal(str(row[title])) * 100)) for title, code in columns.items()}

        def before_import_row(self, row, **kwargs):
            for title in said.values():
                row[title] = row[title] or ""

    return Lines()


class LoadFewLines(LoadHistory):
    """The same at a size where the plain way ends within seconds."""

    name = "history-1000"
    title = "a workbook of 1,000 lines of old numbers"
    others = (*LoadHistory.others, *LoadHistory.slow)
    slow = ()

    def count(self) -> int:
        return 1000


class LoadHistoryOnce(LoadHistory):
    """One, four and sixteen times as many lines, the last as many as one workbook may have."""

    name = "history-3100"
    slow = ()
    lines = 3_100

    def count(self) -> int:
        return self.lines


class LoadHistoryFourTimes(LoadHistoryOnce):
    name = "history-12400"
    lines = 12_400


class LoadHistorySixteenTimes(LoadHistoryOnce):
    name = "history-49600"
    lines = 49_600


GROWTH = (LoadHistoryOnce, LoadHistoryFourTimes, LoadHistorySixteenTimes)
