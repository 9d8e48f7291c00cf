"""Rolling one quarter of firm lines up to every scope, exactly."""

import io
import json
from collections import defaultdict

import numpy as np
import pandas as pd

from scripts.bench.harness import Case
from scripts.bench.orm import model_for, start_orm
from scripts.bench.tables import JSONB, LONG, SLOT_NAMES, SLOTS, TEXT, load_lines, rewrite_lines
from scripts.bench.world import CODES, LINES_PER_PARK, MISSING

SCOPES = ("park", "chain", "street", "area", "department")
INDICATORS = range(len(CODES))
Sums = dict[
    tuple[str, str, int], tuple[int, int]
]  # (scope kind, code, indicator) -> sum, lines that reported


class RollUpQuarter(Case):
    """The answer is the sum and the number of reported lines of every indicator in every scope."""

    name = "rollup"
    title = "roll one quarter up to park, chain, street, area, department and district"
    floor = "slot columns, GROUPING SETS"
    others = (
        "slot columns, pandas from COPY",
        "jsonb, pandas",
        "json text, pandas",
        "jsonb, GROUPING SETS",
        "jsonb, ORM aggregate by park",
        "row per value, SQL by park",
        "row per value, pandas from COPY",
    )

    def prepare(self) -> int:
        load_lines(self.world)
        start_orm(self.world.url)
        self.model = model_for(JSONB, whole=["version_id", "subject_id"], objects=["values"])
        runs = (
            self._slots_in_sql,
            self._slots_in_pandas,
            lambda: self._json_in_pandas(JSONB),
            lambda: self._json_in_pandas(TEXT),
            self._jsonb_in_sql,
            self._jsonb_in_orm,
            self._long_in_sql,
            self._long_in_pandas,
        )
        self.runs = dict(zip((self.floor, *self.others), runs, strict=True))
        return self.world.firms

    def mutate(self, round_number: int) -> None:
        quarter = self.world.last_quarter
        firms = self.world.random.choice(self.world.firms, self.world.firms // 50, replace=False).tolist()
        self.world.change_lines(quarter, firms)
        rewrite_lines(self.world, quarter, firms)

    def oracle(self) -> Sums:
        sums, reported = defaultdict(int), defaultdict(int)
        for firm, values in enumerate(self.world.truth[self.world.last_quarter].tolist()):
            park = self.world.parks[firm // LINES_PER_PARK]
            for kind, code in [("district", "")] + [(kind, _code(park, kind)) for kind in SCOPES]:
                for indicator, value in enumerate(values):
                    if value != MISSING:
                        sums[kind, code, indicator] += value
                        reported[kind, code, indicator] += 1
        return {key: (sums[key], reported[key]) for key in sums}

    def run(self, candidate: str) -> Sums:
        return self.runs[candidate]()

    def _slots_in_sql(self) -> Sums:
        return self._grouping_sets(f"SELECT version_id, {', '.join(SLOT_NAMES)} FROM {SLOTS}")

    def _jsonb_in_sql(self) -> Sums:
        pairs = zip(CODES, SLOT_NAMES, strict=True)
        cells = ", ".join(f"(\"values\" ->> '{code}')::bigint AS {slot}" for code, slot in pairs)
        return self._grouping_sets(f"SELECT version_id, {cells} FROM {JSONB}")

    def _jsonb_in_orm(self) -> Sums:
        """One expression for both databases; a missing key is NULL, so it is neither added nor counted."""
        from django.db.models import BigIntegerField, Count, Sum
        from django.db.models.fields.json import KT
        from django.db.models.functions import Cast

        cells = [Cast(KT(f"values__{code}"), BigIntegerField()) for code in CODES]
        first = self.world.version_id(self.world.last_quarter, 0)
        versions = self.model.objects.filter(version_id__range=(first, first + len(self.world.parks) - 1))
        rows = versions.values("version_id").annotate(
            **{f"sum_{number}": Sum(cell) for number, cell in enumerate(cells)},
            **{f"count_{number}": Count(cell) for number, cell in enumerate(cells)},
        )
        frame = pd.DataFrame(list(rows)).set_index("version_id").fillna(0).astype(np.int64)
        frame.index = [self.world.parks[version - first].code for version in frame.index]
        frame.columns = range(2 * len(CODES))
        return self._from_park_rows(frame)

    def _grouping_sets(self, lines: str) -> Sums:
        cells = ", ".join(f"sum({slot})::bigint, count({slot})" for slot in SLOT_NAMES)
        sets = ", ".join(f"({kind})" for kind in SCOPES)
        rows = self.world.fetch(
            f"SELECT {', '.join(SCOPES)}, {cells} FROM ({lines}) AS line"
            " JOIN version ON version.id = line.version_id WHERE quarter = %s"
            f" GROUP BY GROUPING SETS ({sets}, ())",
            (self.world.last_quarter,),
        )
        return {
            (*_scope(row), indicator): row[len(SCOPES) + 2 * indicator : len(SCOPES) + 2 * indicator + 2]
            for row in rows
            for indicator in INDICATORS
            if row[len(SCOPES) + 2 * indicator + 1]
        }

    def _slots_in_pandas(self) -> Sums:
        cells = ", ".join(f"coalesce({slot}, {MISSING})" for slot in SLOT_NAMES)
        frame = self._copied(f"SELECT park, {cells} FROM {SLOTS}")
        return self._from_matrix(frame[0], frame.iloc[:, 1:].to_numpy())

    def _json_in_pandas(self, table: str) -> Sums:
        rows = self.world.fetch(
            f'SELECT park, "values" FROM {table} AS line JOIN version ON version.id = line.version_id'
            " WHERE quarter = %s",
            (self.world.last_quarter,),
        )
        lines = (json.loads(text) for _, text in rows)
        matrix = np.array([[values.get(code, MISSING) for code in CODES] for values in lines], dtype=np.int64)
        return self._from_matrix(pd.Series([park for park, _ in rows]), matrix)

    def _from_matrix(self, parks: pd.Series, matrix: np.ndarray) -> Sums:
        """Sums of int64 cells; a missing cell is neither added nor counted, so nothing turns to float."""
        present = matrix != MISSING
        columns = np.hstack([np.where(present, matrix, 0), present.astype(np.int64)])
        return self._from_park_rows(pd.DataFrame(columns).groupby(parks.to_numpy()).sum())

    def _from_park_rows(self, by_park: pd.DataFrame) -> Sums:
        """Every other scope as a sum over park rows; columns are the sums, then the counts, by indicator."""
        parks = {park.code: park for park in self.world.parks}
        sums: Sums = {}
        for kind in ("district", *SCOPES):
            codes = [_code(parks[code], kind) for code in by_park.index]
            grouped = by_park.groupby(codes).sum()
            for code, cells in zip(grouped.index, grouped.to_numpy().tolist(), strict=True):
                for indicator in INDICATORS:
                    if cells[len(CODES) + indicator]:
                        sums[kind, code, indicator] = (cells[indicator], cells[len(CODES) + indicator])
        return sums

    def _long_in_sql(self) -> Sums:
        rows = self.world.fetch(
            f"SELECT park, indicator_id, sum(value)::bigint, count(*) FROM {LONG} line"
            " JOIN version ON version.id = line.version_id WHERE quarter = %s GROUP BY park, indicator_id",
            (self.world.last_quarter,),
        )
        return self._from_long_sums(pd.DataFrame(rows, columns=["park", "indicator", "sum", "count"]))

    def _long_in_pandas(self) -> Sums:
        frame = self._copied(f"SELECT park, indicator_id, value FROM {LONG}")
        frame.columns = ["park", "indicator", "value"]
        sums = frame.groupby(["park", "indicator"])["value"].agg(["sum", "count"]).reset_index()
        return self._from_long_sums(sums)

    def _from_long_sums(self, frame: pd.DataFrame) -> Sums:
        wide = frame.pivot(index="park", columns="indicator", values=["sum", "count"])
        return self._from_park_rows(wide.fillna(0).astype(np.int64))

    def _copied(self, select: str) -> pd.DataFrame:
        buffer = io.BytesIO()
        with self.world.connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY ({select} line JOIN version ON version.id = line.version_id"
                f" WHERE quarter = {self.world.last_quarter}) TO STDOUT",
                buffer,
            )
        buffer.seek(0)
        return pd.read_csv(buffer, sep="\t", header=None, engine="c")


def _code(park: object, kind: str) -> str:
    if kind == "district":
        return ""
    return park.code if kind == "park" else getattr(park, kind)


def _scope(row: tuple) -> tuple[str, str]:
    return next(
        ((kind, code) for kind, code in zip(SCOPES, row, strict=False) if code is not None), ("district", "")
    )
