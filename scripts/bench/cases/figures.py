"""Reading a page of 1,000 figures as the API would, from query to JSON bytes."""

import itertools
import json
from functools import partial

from psycopg2.extras import execute_values

from scripts.bench.harness import Case
from scripts.bench.orm import model_for, start_orm
from scripts.bench.world import CODES, QUARTERS

PAGE = 1000
PAGES = 10  # per run: one alone is over in less than the clock's noise
SHOWN = ("id", "indicator", "scope_kind", "scope", "period", "basis", "numerator", "denominator",
         "expected", "reported")  # fmt: skip
COLUMNS = ", ".join(SHOWN)
BASIS, NUMERATOR = SHOWN.index("basis"), SHOWN.index("numerator")


class ReadFigures(Case):
    """Park figures of the approved basis, a keyset page from a changing place in the table."""

    name = "figures"
    title = f"read {PAGES} pages of {PAGE} figures as JSON"
    floor = "SQL, json.dumps"
    others = ("values_list, json.dumps", "values_list, DRF renderer", "values, json.dumps",
              "model instances, json.dumps")  # fmt: skip

    def prepare(self) -> int:
        start_orm(self.world.url)
        self.model = model_for("figure", text=SHOWN[1:6], whole=SHOWN[6:])
        self.world.execute(
            "CREATE TABLE figure (id bigint PRIMARY KEY, indicator text NOT NULL, scope_kind text NOT NULL,"
            " scope text NOT NULL, period text NOT NULL, basis text NOT NULL, numerator bigint NOT NULL,"
            " denominator bigint, expected integer NOT NULL, reported integer NOT NULL,"
            " UNIQUE (indicator, scope_kind, scope, period, basis))"
        )
        self.figures = self._draw()
        with self.world.connection.cursor() as cursor:
            execute_values(cursor, "INSERT INTO figure VALUES %s", self.figures, page_size=PAGE)
        self.world.execute("CREATE INDEX ON figure (scope_kind, basis, id)")
        self.world.execute("VACUUM ANALYZE figure")
        return PAGES * PAGE

    def _draw(self) -> list[tuple]:
        keys = [
            (code, "park", park.code, f"{2024 + quarter // 4}Q{quarter % 4 + 1}", basis)
            for quarter in range(QUARTERS)
            for park in self.world.parks
            for code in CODES
            for basis in ("filed", "approved")
        ]
        amounts = self.world.random.lognormal(14, 2, len(keys)).astype("int64").tolist()
        return [(number, *key, amount, None if number % 3 else amount * 3 + 1, 200, 190 + number % 10)
                for number, (key, amount) in enumerate(zip(keys, amounts, strict=True), start=1)]  # fmt: skip

    def mutate(self, round_number: int) -> None:
        self.starts = self.world.random.integers(0, max(1, len(self.figures) - 2 * PAGE), PAGES).tolist()
        for start in self.starts:
            number = min(start + PAGE, len(self.figures))
            row = list(self.figures[number - 1])
            row[NUMERATOR] += round_number + 1
            self.figures[number - 1] = tuple(row)
            self.world.execute("UPDATE figure SET numerator = %s WHERE id = %s", (row[NUMERATOR], number))

    def oracle(self) -> list[list[dict]]:
        return [self._page_after(start) for start in self.starts]

    def _page_after(self, start: int) -> list[dict]:
        wanted = (row for row in self.figures[start:] if row[BASIS] == "approved")
        return [dict(zip(SHOWN, row, strict=True)) for row in itertools.islice(wanted, PAGE)]

    def run(self, candidate: str) -> list[bytes]:
        rows_of = self._rows_by_sql if candidate == self.floor else partial(self._rows_by_orm, candidate)
        encode = self._render if "renderer" in candidate else _dump
        return [encode(rows_of(start)) for start in self.starts]

    def _rows_by_sql(self, start: int) -> list[dict]:
        rows = self.world.fetch(
            f"SELECT {COLUMNS} FROM figure WHERE scope_kind = 'park' AND basis = 'approved' AND id > %s"
            f" ORDER BY id LIMIT {PAGE}",
            (start,),
        )
        return [dict(zip(SHOWN, row, strict=True)) for row in rows]

    def _rows_by_orm(self, candidate: str, start: int) -> list[dict]:
        found = self.model.objects.filter(scope_kind="park", basis="approved", id__gt=start)
        page = found.order_by("id")[:PAGE]
        if candidate.startswith("values_list"):
            return [dict(zip(SHOWN, row, strict=True)) for row in page.values_list(*SHOWN)]
        if candidate.startswith("values"):
            return list(page.values(*SHOWN))
        return [{name: getattr(figure, name) for name in SHOWN} for figure in page]

    def _render(self, rows: list[dict]) -> bytes:
        from rest_framework.renderers import JSONRenderer

        return JSONRenderer().render(rows)

    def observe(self, candidate: str, result: list[bytes]) -> list[list[dict]]:
        return [json.loads(page) for page in result]


def _dump(rows: list[dict]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
