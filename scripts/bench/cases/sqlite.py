"""The same roll-up on SQLite, where JSON is text: park sums of one quarter of firm lines."""

import json
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from scripts.bench.harness import Case
from scripts.bench.tables import SLOT_NAMES, as_json
from scripts.bench.world import CODES, LINES_PER_PARK, MISSING, QUARTERS

NEW_QUARTER = QUARTERS  # in the truth, but not among the quarters that the server stores
CREATED = (
    f"CREATE TABLE slots (park, firm, {', '.join(SLOT_NAMES)}, PRIMARY KEY (park, firm))",
    "CREATE TABLE lines (park, firm, cells TEXT CHECK (json_valid(cells)), PRIMARY KEY (park, firm))",
    "CREATE TABLE cells (park, firm, indicator, value, PRIMARY KEY (park, firm, indicator))",
)
Sums = dict[tuple[int, int], tuple[int, int]]  # (park, indicator) -> sum, lines that reported


class RollUpOnSqlite(Case):
    name = "sqlite"
    title = "roll one quarter up to parks on SQLite"
    floor = "slot columns, SQL"
    others = (
        "json text, int64 matrix",
        "json text, json_extract",
        "json text, json_each",
        "row per value, SQL",
    )

    def prepare(self) -> int:
        self.folder = tempfile.TemporaryDirectory(prefix="bench-sqlite-")
        self.database = sqlite3.connect(Path(self.folder.name) / "bench.sqlite3")
        self.database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + ";".join(CREATED))
        self._write(range(self.world.firms))
        self.runs = dict(
            zip(
                (self.floor, *self.others),
                (self._slots, self._matrix, self._json_extract, self._json_each, self._cells),
                strict=True,
            )
        )
        return self.world.firms

    def _write(self, firms: Iterable[int]) -> None:
        lines = [(firm // LINES_PER_PARK, firm, self.world.cells(NEW_QUARTER, firm)) for firm in firms]
        cells = [
            (park, firm, n, values[c])
            for park, firm, values in lines
            for n, c in enumerate(CODES)
            if c in values
        ]
        marks = ", ".join("?" * (2 + len(CODES)))
        with self.database as open_transaction:
            open_transaction.executemany(
                "DELETE FROM cells WHERE park = ? AND firm = ?", [line[:2] for line in lines]
            )
            open_transaction.executemany(
                f"INSERT OR REPLACE INTO slots VALUES ({marks})",
                [(park, firm, *map(values.get, CODES)) for park, firm, values in lines],
            )
            open_transaction.executemany(
                "INSERT OR REPLACE INTO lines VALUES (?, ?, ?)",
                [(park, firm, as_json(values)) for park, firm, values in lines],
            )
            open_transaction.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", cells)

    def mutate(self, round_number: int) -> None:
        firms = self.world.random.choice(self.world.firms, self.world.firms // 50, replace=False).tolist()
        self.world.change_lines(NEW_QUARTER, firms)
        self._write(firms)

    def oracle(self) -> Sums:
        sums: Sums = {}
        for firm, values in enumerate(self.world.truth[NEW_QUARTER].tolist()):
            for indicator, value in enumerate(values):
                if value != MISSING:
                    key = (firm // LINES_PER_PARK, indicator)
                    total, reported = sums.get(key, (0, 0))
                    sums[key] = (total + value, reported + 1)
        return sums

    def run(self, candidate: str) -> Sums:
        return self.runs[candidate]()

    def _slots(self) -> Sums:
        return self._wide("slots", SLOT_NAMES)

    def _json_extract(self) -> Sums:
        return self._wide("lines", [f"json_extract(cells, '$.{code}')" for code in CODES])

    def _wide(self, table: str, expressions: list[str]) -> Sums:
        columns = ", ".join(f"sum({expression}), count({expression})" for expression in expressions)
        rows = self.database.execute(f"SELECT park, {columns} FROM {table} GROUP BY park")
        return {
            (row[0], indicator): row[1 + 2 * indicator : 3 + 2 * indicator]
            for row in rows
            for indicator in range(len(CODES))
            if row[2 + 2 * indicator]
        }

    def _json_each(self) -> Sums:
        rows = self.database.execute(
            "SELECT park, cell.key, sum(cell.value), count(*) FROM lines, json_each(lines.cells) AS cell"
            " GROUP BY park, cell.key"
        )
        return {(park, CODES.index(code)): (total, reported) for park, code, total, reported in rows}

    def _cells(self) -> Sums:
        rows = self.database.execute("SELECT park, indicator, sum(value), count(*) FROM cells GROUP BY 1, 2")
        return {(park, indicator): (total, reported) for park, indicator, total, reported in rows}

    def _matrix(self) -> Sums:
        rows = self.database.execute("SELECT park, cells FROM lines").fetchall()
        lines = (json.loads(text) for _, text in rows)
        matrix = np.array([[values.get(code, MISSING) for code in CODES] for values in lines], dtype=np.int64)
        present = matrix != MISSING
        parks = np.array([park for park, _ in rows])
        sums = pd.DataFrame(np.where(present, matrix, 0)).groupby(parks).sum()
        counts = pd.DataFrame(present.astype(np.int64)).groupby(parks).sum()
        return {
            (park, indicator): (total, reported)
            for park, totals, reports in zip(
                sums.index, sums.to_numpy().tolist(), counts.to_numpy().tolist(), strict=True
            )
            for indicator, (total, reported) in enumerate(zip(totals, reports, strict=True))
            if reported
        }
