"""Every quarter's figures made anew, and those that one approval concerns, on the portal's own tables.

100 parks × 20 indicators × 11 quarters of 核定值, which is what 20,000 firms' lines come to when their parks'
returns are confirmed. The floor is one GROUPING SETS statement over the same rows that writes the same figures into a
bare copy of the table, keys and indexes included; the portal reads the register of each quarter, computes, lays the
rows beside what stands, swaps them in, and leaves a sealed event and the standing of every target.
"""

from datetime import date
from typing import Any

from scripts.bench.harness import Case
from scripts.bench.orm import start_orm
from scripts.bench.world import CODES

BARE = "bench_figure"
QUARTERS = tuple(f"{year}Q{n}" for year in (2024, 2025, 2026) for n in (1, 2, 3, 4))[:11]
SHOWN = "indicator_id, scope_kind, scope_code, period, numerator, expected, reported"
MEMBERSHIPS = ("park", "chain", "street", "area", "department")
_FLOOR = f"""
INSERT INTO {BARE} (indicator_id, indicator_version_id, basis, period, scope_kind, scope_code, scope_name,
                    numerator, expected, reported, backfilled, park_code, chain_code, street_code, area_code,
                    department_code, facts, run, computed_at, gap, of_year)
SELECT v.indicator_id, v.indicator_version_id, 'certified', m.to_date,
       CASE WHEN GROUPING(m.park) = 0 THEN 'park' WHEN GROUPING(m.chain) = 0 THEN 'chain'
            WHEN GROUPING(m.street) = 0 THEN 'street' WHEN GROUPING(m.area) = 0 THEN 'area'
            WHEN GROUPING(m.department) = 0 THEN 'department' ELSE 'district' END,
       coalesce(m.park, m.chain, m.street, m.area, m.department, ''), '',
       sum(v.units), count(*), count(*), 0, coalesce(m.park, ''), '', '', '', '', '[]', 1, now(), '', false
FROM targets_certifiedvalue v
JOIN bench_member m ON m.park = v.subject_code AND m.quarter = v.period
WHERE v.superseded_at IS NULL AND v.subject_kind = 'park'
GROUP BY GROUPING SETS (
    (v.indicator_id, v.indicator_version_id, m.to_date, m.park),
    (v.indicator_id, v.indicator_version_id, m.to_date, m.chain),
    (v.indicator_id, v.indicator_version_id, m.to_date, m.street),
    (v.indicator_id, v.indicator_version_id, m.to_date, m.area),
    (v.indicator_id, v.indicator_version_id, m.to_date, m.department),
    (v.indicator_id, v.indicator_version_id, m.to_date))
"""  # noqa: S608 - names of ours


class RebuildFigures(Case):
    """The whole table from nothing."""

    name = "rebuild"
    title = f"every figure of {len(QUARTERS)} quarters from 核定值"
    floor = "one GROUPING SETS statement into a bare table"
    others = ("the portal's rebuild",)
    parks = 100

    def prepare(self) -> int:
        start_orm(self.world.url)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        # Only these indicators are in force, so that the floor can write the same figures.
        self.world.execute("UPDATE targets_indicatorversion SET valid_from = '2099-01-01', valid_to = NULL")
        self.world.execute("TRUNCATE targets_figure, targets_certifiedvalue CASCADE")
        # A value is changed in its place here, so that rounds begin alike; the portal lays another row.
        self.world.execute("ALTER TABLE targets_certifiedvalue DISABLE TRIGGER USER")
        self._fill()
        self.world.execute(f"DROP TABLE IF EXISTS {BARE}")
        self.world.execute(f"CREATE TABLE {BARE} (LIKE targets_figure INCLUDING ALL)")
        self.world.execute("VACUUM ANALYZE targets_certifiedvalue")
        return len(self.truth)

    def _fill(self) -> None:
        from guandu.accounts.models import Unit
        from guandu.core.periods import Period
        from parks.models import Area, Chain, Park, Placement, Sponsorship
        from targets.models import Indicator, IndicatorVersion

        # Cases share one database.
        since, tag = date(2020, 1, 1), self.name.replace("-", "").upper()
        force = Unit.objects.create(code=f"{tag}-TF", name="演示专班", kind="task_force")
        Placement.objects.all().delete()
        Sponsorship.objects.all().delete()
        Park.objects.update(closed_on=date(2021, 1, 1))
        made = {
            "chain": [Chain.objects.create(code=f"{tag}-C{n}", name=f"演示产业链{n}", task_force=force) for n in range(5)],
            "street": [Unit.objects.create(code=f"{tag}-S{n}", name=f"演示街道{n}", kind="street") for n in range(8)],
            "area": [Area.objects.create(code=f"{tag}-A{n}", name=f"演示片区{n}") for n in range(12)],
            "department": [Unit.objects.create(code=f"{tag}-D{n}", name=f"演示部门{n}", kind="department") for n in range(20)],
        }
        parks = [Park.objects.create(code=f"{tag}-R{n}", name=f"演示园区 R{n}", opened_on=since) for n in range(self.parks)]
        self.members = {
            park.code: {"park": park.code} | {kind: rows[n % len(rows)].code for kind, rows in made.items()}
            for n, park in enumerate(parks)
        }
        for n, park in enumerate(parks):
            own = {kind: rows[n % len(rows)] for kind, rows in made.items()}
            department = own.pop("department")
            Placement.objects.create(park=park, valid_from=since, **own)
            Sponsorship.objects.create(park=park, department=department, valid_from=since)
        self.versions = {}
        for code in CODES:
            indicator = Indicator.objects.create(
                code=f"{tag}_{code.upper()}", name=f"重算{code}", kind="flow", level="park", frequency="季"
            )
            version = IndicatorVersion.objects.create(indicator=indicator, unit="万元", scale=2, valid_from=since)
            self.versions[indicator.pk] = version.pk
        self.to_date = {quarter: Period.parse(quarter).to_date.code for quarter in QUARTERS}
        self._certify()

    def _certify(self) -> None:
        from guandu.core import clock
        from targets.models import CertifiedValue

        keys = [(i, park, quarter) for i in self.versions for park in self.members for quarter in QUARTERS]
        units = self.world.random.integers(1, 9_999_999, size=len(keys)).tolist()
        self.truth = dict(zip(keys, units, strict=True))
        now = clock.now()
        CertifiedValue.objects.bulk_create(
            [
                CertifiedValue(
                    indicator_id=i, indicator_version_id=self.versions[i], subject_kind="park", subject_code=park,
                    period=quarter, units=value, source="operator", certified_by="演示", certified_at=now,
                )
                for (i, park, quarter), value in self.truth.items()
            ],
            batch_size=5000,
        )  # fmt: skip
        columns = ", ".join(f"{kind} text" for kind in MEMBERSHIPS)
        self.world.execute(f"DROP TABLE IF EXISTS bench_member; CREATE TABLE bench_member (quarter text, to_date text, {columns})")
        rows = [
            (quarter, code, *(member[kind] for kind in MEMBERSHIPS))
            for quarter, code in self.to_date.items()
            for member in self.members.values()
        ]
        with self.world.connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO bench_member VALUES ({', '.join(['%s'] * 7)})", rows)  # noqa: S608 - names of ours

    def mutate(self, round_number: int) -> None:
        """Two values in a hundred."""
        keys = list(self.truth)
        picked = self.world.random.choice(len(keys), len(keys) // 50, replace=False).tolist()
        with self.world.connection.cursor() as cursor:
            for place in picked:
                i, park, quarter = keys[place]
                self.truth[keys[place]] += round_number + 1
                cursor.execute(
                    "UPDATE targets_certifiedvalue SET units = %s WHERE indicator_id = %s AND subject_code = %s AND period = %s",
                    (self.truth[keys[place]], i, park, quarter),
                )

    def oracle(self) -> set[tuple]:
        found: dict[tuple, list[int]] = {}
        for (i, park, quarter), value in self.truth.items():
            scopes = [("district", ""), *self.members[park].items()]
            for kind, code in scopes:
                found.setdefault((i, kind, code, self.to_date[quarter]), []).append(value)
        return {(*key, sum(values), len(values), len(values)) for key, values in found.items()}

    def run(self, candidate: str) -> Any:
        if candidate == self.floor:
            self.world.execute(_FLOOR)
        else:
            _rebuild()

    def observe(self, candidate: str, result: object) -> set[tuple]:
        table = BARE if candidate == self.floor else "targets_figure"
        return set(self.world.fetch(f"SELECT {SHOWN} FROM {table} WHERE basis = 'certified'"))  # noqa: S608 - names of ours

    def clean(self, candidate: str) -> None:
        self.world.execute(f"TRUNCATE {BARE}")
        self.world.execute("TRUNCATE targets_figure CASCADE")
        self.world.execute("DELETE FROM targets_figurestate")


class RebuildFourTimes(RebuildFigures):
    name = "rebuild-4"
    title = f"four times as many parks, {len(QUARTERS)} quarters"
    parks = 400


class RebuildSixteenTimes(RebuildFigures):
    name = "rebuild-16"
    title = f"sixteen times as many parks, {len(QUARTERS)} quarters"
    parks = 1600


class FollowOneApproval(RebuildFigures):
    """What one park's confirmed return moves, against making every figure anew where they stand already."""

    name = "approval"
    title = "the figures that one approval concerns"
    floor = "the portal's rebuild over what stands"
    others = ("the park and what it belongs to",)

    def prepare(self) -> int:
        rows = super().prepare()
        _rebuild()
        return rows

    def mutate(self, round_number: int) -> None:
        """One more in every cell of one park's quarter, over figures that are right."""
        if round_number:
            self._move_figures(1)
        self.quarter = QUARTERS[round_number % len(QUARTERS)]
        self.park = list(self.members)[round_number % self.parks]
        for i in self.versions:
            self.truth[i, self.park, self.quarter] += 1
        self.world.execute(
            "UPDATE targets_certifiedvalue SET units = units + 1 WHERE subject_code = %s AND period = %s",
            (self.park, self.quarter),
        )

    def run(self, candidate: str) -> Any:
        if candidate == self.floor:
            _rebuild()
        else:
            _roll_up(self.quarter, self.park)

    def observe(self, candidate: str, result: object) -> set[tuple]:
        return set(self.world.fetch(f"SELECT {SHOWN} FROM targets_figure WHERE basis = 'certified'"))  # noqa: S608 - names of ours

    def clean(self, candidate: str) -> None:
        """What the other candidate finds is as stale as what this one found."""
        self._move_figures(-1)

    def _move_figures(self, by: int) -> None:
        self.world.execute(
            "UPDATE targets_figure SET numerator = numerator + %s WHERE park_code = %s AND period = %s",
            (by, self.park, self.to_date[self.quarter]),
        )


def _rebuild() -> None:
    from guandu.core.actors import ROLL_UP
    from guandu.jobs.worker import run
    from targets.actions import figures

    run(figures.ask_rebuild(by=ROLL_UP).pk)


def _roll_up(quarter: str, park: str) -> None:
    from guandu.core.actors import ROLL_UP
    from guandu.core.periods import Period
    from guandu.jobs.worker import run
    from targets.actions import figures

    run(figures.ask_roll_up(period=Period.parse(quarter), parks=[park], by=ROLL_UP).pk)
