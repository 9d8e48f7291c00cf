"""A crossing (chain × street) over all quarters: from park figures, or from the lines below them."""

from psycopg2.extras import execute_values

from scripts.bench.harness import Case
from scripts.bench.orm import model_for, start_orm
from scripts.bench.tables import JSONB, LONG, POSITION, load_lines, rewrite_lines
from scripts.bench.world import CODES, LINES_PER_PARK, MISSING, QUARTERS

SHOWN = "tax_paid"
BATCH = 1000
Sums = dict[tuple[int, str, str], tuple[int, int]]  # (quarter, chain, street) -> sum, lines that reported


class CrossChainsAndStreets(Case):
    """Park figures carry the codes of the period's last day, so a crossing needs no other table."""

    name = "crossing"
    title = f"one indicator by chain × street for {QUARTERS} quarters"
    floor = "park figures, SQL"
    others = ("park figures, ORM", "jsonb lines, SQL", "row per value, SQL")

    def prepare(self) -> int:
        load_lines(self.world)
        start_orm(self.world.url)
        self.model = model_for(
            "park_figure",
            text=["park", "chain", "street"],
            whole=["quarter", "indicator", "value", "reported"],
        )
        self.world.execute(
            "CREATE TABLE park_figure (id bigserial PRIMARY KEY, quarter integer NOT NULL, park text NOT NULL,"
            " chain text NOT NULL, street text NOT NULL, indicator integer NOT NULL, value bigint NOT NULL,"
            " reported integer NOT NULL, UNIQUE (indicator, quarter, park))"
        )
        for quarter in range(QUARTERS):
            self._write_figures(quarter)
        self.world.execute("VACUUM ANALYZE park_figure")
        return self.world.firms * QUARTERS

    def _write_figures(self, quarter: int) -> None:
        rows = [
            (quarter, park.code, park.chain, park.street, indicator, sum(reported), len(reported))
            for number, park in enumerate(self.world.parks)
            for indicator in range(len(CODES))
            if (reported := self._reported(quarter, number, indicator))
        ]
        self.world.execute("DELETE FROM park_figure WHERE quarter = %s", (quarter,))
        columns = "quarter, park, chain, street, indicator, value, reported"
        with self.world.connection.cursor() as cursor:
            execute_values(cursor, f"INSERT INTO park_figure ({columns}) VALUES %s", rows, page_size=BATCH)

    def _reported(self, quarter: int, park: int, indicator: int) -> list[int]:
        first = park * LINES_PER_PARK
        cells = self.world.truth[quarter, first : first + LINES_PER_PARK, indicator].tolist()
        return [value for value in cells if value != MISSING]

    def mutate(self, round_number: int) -> None:
        quarter = self.world.last_quarter
        firms = self.world.random.choice(self.world.firms, self.world.firms // 50, replace=False).tolist()
        self.world.change_lines(quarter, firms)
        rewrite_lines(self.world, quarter, firms)
        self._write_figures(quarter)

    def oracle(self) -> Sums:
        sums: Sums = {}
        for quarter, values in enumerate(self.world.truth[:QUARTERS, :, POSITION[SHOWN]].tolist()):
            for firm, value in enumerate(values):
                if value != MISSING:
                    park = self.world.parks[firm // LINES_PER_PARK]
                    key = (quarter, park.chain, park.street)
                    total, reported = sums.get(key, (0, 0))
                    sums[key] = (total + value, reported + 1)
        return sums

    def run(self, candidate: str) -> Sums:
        rows = self._by_orm() if candidate.endswith("ORM") else self.world.fetch(_STATEMENTS[candidate])
        return {(quarter, chain, street): (total, count) for quarter, chain, street, total, count in rows}

    def _by_orm(self) -> list[tuple]:
        from django.db.models import Sum

        figures = self.model.objects.filter(indicator=POSITION[SHOWN])
        sums = figures.values_list("quarter", "chain", "street").annotate(Sum("value"), Sum("reported"))
        return list(sums)


_FROM_LINES = (
    "SELECT quarter, chain, street, sum({value})::bigint, count({value}) FROM {table} AS line"
    " JOIN version ON version.id = line.version_id {where} GROUP BY 1, 2, 3"
)
_STATEMENTS = {
    "park figures, SQL": (
        "SELECT quarter, chain, street, sum(value)::bigint, sum(reported) FROM park_figure"
        f" WHERE indicator = {POSITION[SHOWN]} GROUP BY 1, 2, 3"
    ),
    "jsonb lines, SQL": _FROM_LINES.format(
        value=f"(\"values\" ->> '{SHOWN}')::bigint", table=JSONB, where=""
    ),
    "row per value, SQL": _FROM_LINES.format(
        value="value", table=LONG, where=f"WHERE indicator_id = {POSITION[SHOWN]}"
    ),
}
