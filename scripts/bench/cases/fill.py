"""Writing one quarter of firm lines in bulk, from checked Python values to committed rows."""

from psycopg2.extras import execute_values

from scripts.bench.harness import Case
from scripts.bench.tables import (
    JSONB,
    LONG,
    SLOTS,
    TEXT,
    WRITTEN,
    as_json,
    copy_lines,
    lines_of,
    load_lines,
    read_lines,
)
from scripts.bench.world import QUARTERS

NEW_QUARTER = QUARTERS
BATCH = 1000


class FillQuarter(Case):
    name = "fill"
    title = "write one quarter of firm lines beside the stored ones"
    floor = "slot columns, COPY"
    others = ("jsonb, COPY", "jsonb, INSERT by batches", "json text, COPY", "row per value, COPY")
    designs = {
        "slot columns, COPY": SLOTS,
        "jsonb, COPY": JSONB,
        "jsonb, INSERT by batches": JSONB,
        "json text, COPY": TEXT,
        "row per value, COPY": LONG,
    }

    def prepare(self) -> int:
        load_lines(self.world)
        return self.world.firms

    def mutate(self, round_number: int) -> None:
        self.world.change_lines(NEW_QUARTER, list(range(self.world.firms)))
        self.lines = lines_of(self.world, NEW_QUARTER)

    def oracle(self) -> dict:
        return {(version, subject): values for version, subject, values in self.lines}

    def run(self, candidate: str) -> None:
        design = self.designs[candidate]
        if "INSERT" in candidate:
            self._insert(design)
        else:
            copy_lines(self.world, design, design, self.lines)

    def _insert(self, design: str) -> None:
        rows = [(version, subject, as_json(values)) for version, subject, values in self.lines]
        with self.world.connection.cursor() as cursor:
            statement = f"INSERT INTO {design} ({', '.join(WRITTEN[design])}) VALUES %s"
            execute_values(cursor, statement, rows, page_size=BATCH)

    def observe(self, candidate: str, result: object) -> dict:
        design = self.designs[candidate]
        return read_lines(self.world, design, design, "version_id >= %s", self._first_version())

    def clean(self, candidate: str) -> None:
        design = self.designs[candidate]
        self.world.execute(f"DELETE FROM {design} WHERE version_id >= %s", self._first_version())
        self.world.execute(f"VACUUM {design}")

    def _first_version(self) -> tuple[int]:
        return (self.world.version_id(NEW_QUARTER, 0),)
