"""Confirming one quarter: keeping the approved values as 核定值, with source version and who."""

import json

from psycopg2.extras import execute_values

from scripts.bench.harness import Case
from scripts.bench.tables import JSONB, POSITION, load_lines, pivot, rewrite_lines

CONFIRMED_BY = 7
BATCH = 1000
LINE, VALUE = "certified_line", "certified_value"
LINE_WRITTEN = 'subject_id, quarter, "values", version_id, by_id, at'
VALUE_WRITTEN = "subject_id, quarter, indicator_id, value, version_id, by_id, at"


class ConfirmQuarter(Case):
    """The approved return lines are jsonb; the question is in which shape the confirmation keeps them."""

    name = "confirm"
    title = "keep one quarter's approved firm values as 核定值"
    floor = "row per line, INSERT … SELECT"
    others = ("row per value, INSERT … SELECT", "row per value, INSERT by batches")
    tables = {floor: LINE, others[0]: VALUE, others[1]: VALUE}

    def prepare(self) -> int:
        load_lines(self.world)
        self._create(LINE, '"values" jsonb NOT NULL', key="subject_id, quarter")
        self._create(
            VALUE,
            "indicator_id integer NOT NULL, value bigint NOT NULL",
            key="subject_id, quarter, indicator_id",
        )
        pairs = ", ".join(f"({number}, '{code}')" for code, number in POSITION.items())
        self.world.execute(
            f"CREATE TEMP TABLE indicator AS SELECT * FROM (VALUES {pairs}) AS pair (id, code)"
        )
        return self.world.firms

    def _create(self, table: str, cells: str, key: str) -> None:
        self.world.execute(
            f"CREATE TABLE {table} (id bigserial PRIMARY KEY, subject_id bigint NOT NULL, quarter integer NOT NULL,"
            f" {cells}, version_id bigint NOT NULL, by_id bigint NOT NULL, at timestamptz NOT NULL, UNIQUE ({key}))"
        )

    def mutate(self, round_number: int) -> None:
        quarter = self.world.last_quarter
        firms = self.world.random.choice(self.world.firms, self.world.firms // 50, replace=False).tolist()
        self.world.change_lines(quarter, firms)
        rewrite_lines(self.world, quarter, firms)

    def oracle(self) -> dict:
        quarter = self.world.last_quarter
        return {
            (self.world.version_id(quarter, firm), firm + 1): self.world.cells(quarter, firm)
            for firm in range(self.world.firms)
        }

    def run(self, candidate: str) -> None:
        parameters = (CONFIRMED_BY, self.world.last_quarter)
        if candidate == self.floor:
            self.world.execute(
                f"INSERT INTO {LINE} ({LINE_WRITTEN})"
                f' SELECT subject_id, quarter, "values", version_id, %s, now() FROM {JSONB} line'
                " JOIN version ON version.id = line.version_id WHERE quarter = %s",
                parameters,
            )
        elif candidate.endswith("SELECT"):
            self.world.execute(
                f"INSERT INTO {VALUE} ({VALUE_WRITTEN})"
                " SELECT subject_id, quarter, indicator.id, cell.value::bigint, version_id, %s, now()"
                f" FROM {JSONB} line JOIN version ON version.id = line.version_id,"
                ' LATERAL jsonb_each_text(line."values") AS cell (code, value)'
                " JOIN indicator ON indicator.code = cell.code WHERE quarter = %s",
                parameters,
            )
        else:
            self._insert_by_batches()

    def _insert_by_batches(self) -> None:
        """What bulk_create would send, without the cost of its objects."""
        quarter = self.world.last_quarter
        lines = self.world.fetch(
            f'SELECT subject_id, version_id, "values" FROM {JSONB} line'
            " JOIN version ON version.id = line.version_id WHERE quarter = %s",
            (quarter,),
        )
        rows = [
            (subject, quarter, POSITION[code], value, version, CONFIRMED_BY)
            for subject, version, text in lines
            for code, value in json.loads(text).items()
        ]
        with self.world.connection.cursor() as cursor:
            execute_values(
                cursor,
                f"INSERT INTO {VALUE} ({VALUE_WRITTEN}) VALUES %s",
                rows,
                template="(%s, %s, %s, %s, %s, %s, now())",
                page_size=BATCH,
            )

    def observe(self, candidate: str, result: object) -> dict:
        if self.tables[candidate] == LINE:
            rows = self.world.fetch(f'SELECT version_id, subject_id, "values" FROM {LINE}')
            return {(version, subject): json.loads(text) for version, subject, text in rows}
        return pivot(self.world.fetch(f"SELECT version_id, subject_id, indicator_id, value FROM {VALUE}"))

    def clean(self, candidate: str) -> None:
        self.world.execute(f"TRUNCATE {self.tables[candidate]}")
