"""Confirming one quarter: keeping the approved values as 核定值, with source version and who."""

import json
from collections.abc import Iterable

from psycopg2.extras import execute_values

from scripts.bench.harness import Case
from scripts.bench.tables import JSONB, POSITION, load_lines, rewrite_lines
from scripts.bench.world import MISSING

CONFIRMED_BY = 7
BATCH = 1000
LINE, VALUE, TOTAL = "certified_line", "certified_value", "certified_total"
CREATED = {
    LINE: ('subject_id bigint, "values" jsonb NOT NULL', "subject_id, quarter"),
    VALUE: (
        "subject_id bigint, indicator_id integer, value bigint NOT NULL",
        "subject_id, quarter, indicator_id",
    ),
    TOTAL: (
        "indicator_id integer, value bigint NOT NULL, reported integer NOT NULL",
        "version_id, indicator_id",
    ),
}
LINES_OF_QUARTER = f"{JSONB} AS line JOIN version ON version.id = line.version_id WHERE quarter = %s"

Totals = dict[tuple[int, int], tuple[int, int]]  # (version id, indicator) -> sum, lines that reported


class ConfirmQuarter(Case):
    """The approved return lines are jsonb; the question is in which shape the confirmation keeps them."""

    name = "confirm"
    title = "keep one quarter's approved firm values as 核定值"
    floor = "dense copy of the lines, SQL"
    others = ("row per value of a park, Python", "row per value of a firm, SQL")
    slow = ("row per value of a firm, batches",)
    tables = {floor: LINE, others[0]: TOTAL, others[1]: VALUE, slow[0]: VALUE}

    def prepare(self) -> int:
        load_lines(self.world)
        for table, (columns, key) in CREATED.items():
            self.world.execute(
                f"CREATE TABLE {table} (id bigserial PRIMARY KEY, quarter integer NOT NULL, {columns},"
                " version_id bigint NOT NULL, by_id bigint NOT NULL, at timestamptz NOT NULL,"
                f" UNIQUE ({key}))"
            )
        pairs = ", ".join(f"({number}, '{code}')" for code, number in POSITION.items())
        self.world.execute(f"CREATE TEMP TABLE indicator AS SELECT * FROM (VALUES {pairs}) AS _ (id, code)")
        return self.world.firms

    def mutate(self, round_number: int) -> None:
        quarter = self.world.last_quarter
        firms = self.world.random.choice(self.world.firms, self.world.firms // 50, replace=False).tolist()
        self.world.change_lines(quarter, firms)
        rewrite_lines(self.world, quarter, firms)

    def oracle(self) -> Totals:
        """Totals by park; the truth's own lines, added one by one."""
        quarter = self.world.last_quarter
        cells = (
            (self.world.version_id(quarter, firm), indicator, value)
            for firm, values in enumerate(self.world.truth[quarter].tolist())
            for indicator, value in enumerate(values)
            if value != MISSING
        )
        return _totals(cells)

    def run(self, candidate: str) -> None:
        if candidate in self.others[:1]:
            self._park_totals()
        elif candidate in self.slow:
            self._firm_values_by_batches()
        else:
            self.world.execute(
                _LINE_COPY if candidate == self.floor else _VALUE_COPY,
                (CONFIRMED_BY, self.world.last_quarter),
            )

    def _park_totals(self) -> None:
        """The frozen lines stay the drill below each total, so nothing of theirs is copied."""
        totals: dict[tuple[int, str], list[int]] = {}
        for version, text in self.world.fetch(
            f'SELECT version_id, "values" FROM {LINES_OF_QUARTER}', (self.world.last_quarter,)
        ):
            for code, value in json.loads(text).items():
                total = totals.setdefault((version, code), [0, 0])
                total[0] += value
                total[1] += 1
        rows = [
            (self.world.last_quarter, POSITION[code], *total, version, CONFIRMED_BY)
            for (version, code), total in totals.items()
        ]
        self._insert(TOTAL, "quarter, indicator_id, value, reported, version_id, by_id, at", rows)

    def _firm_values_by_batches(self) -> None:
        """What bulk_create would send, without the cost of its objects."""
        quarter = self.world.last_quarter
        lines = self.world.fetch(
            f'SELECT subject_id, version_id, "values" FROM {LINES_OF_QUARTER}', (quarter,)
        )
        rows = [
            (subject, quarter, POSITION[code], value, version, CONFIRMED_BY)
            for subject, version, text in lines
            for code, value in json.loads(text).items()
        ]
        self._insert(VALUE, "subject_id, quarter, indicator_id, value, version_id, by_id, at", rows)

    def _insert(self, table: str, columns: str, rows: list[tuple]) -> None:
        template = "(" + "%s, " * (columns.count(",")) + "now())"
        with self.world.connection.cursor() as cursor:
            execute_values(
                cursor, f"INSERT INTO {table} ({columns}) VALUES %s", rows, template, page_size=BATCH
            )

    def observe(self, candidate: str, result: object) -> Totals:
        table = self.tables[candidate]
        if table == TOTAL:
            rows = self.world.fetch(f"SELECT version_id, indicator_id, value, reported FROM {TOTAL}")
            return {(version, indicator): (value, reported) for version, indicator, value, reported in rows}
        if table == VALUE:
            return _totals(self.world.fetch(f"SELECT version_id, indicator_id, value FROM {VALUE}"))
        return _totals(
            (version, POSITION[code], value)
            for version, text in self.world.fetch(f'SELECT version_id, "values" FROM {LINE}')
            for code, value in json.loads(text).items()
        )

    def clean(self, candidate: str) -> None:
        self.world.execute(f"TRUNCATE {self.tables[candidate]}")


_LINE_COPY = (
    f'INSERT INTO {LINE} (subject_id, quarter, "values", version_id, by_id, at)'
    f' SELECT subject_id, quarter, "values", version_id, %s, now() FROM {LINES_OF_QUARTER}'
)
_VALUE_COPY = (
    f"INSERT INTO {VALUE} (subject_id, quarter, indicator_id, value, version_id, by_id, at)"
    " SELECT subject_id, quarter, indicator.id, cell.value::bigint, version_id, %s, now()"
    f" FROM {JSONB} AS line JOIN version ON version.id = line.version_id,"
    ' LATERAL jsonb_each_text(line."values") AS cell (code, value)'
    " JOIN indicator ON indicator.code = cell.code WHERE quarter = %s"
)


def _totals(cells: Iterable[tuple[int, int, int]]) -> Totals:
    """Sum and count of (version id, indicator, value) cells."""
    totals: Totals = {}
    for version, indicator, value in cells:
        before, reported = totals.get((version, indicator), (0, 0))
        totals[version, indicator] = (before + value, reported + 1)
    return totals
