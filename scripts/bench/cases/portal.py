"""The portal's own roll-up of one quarter, on its own tables, against the sums alone in SQL.

100 parks × the plan's twelve park cells. The floor only adds up; the portal also finds memberships,
measures, ratios, shares and counts, and tells reported from expected.
"""

from datetime import date

from scripts.bench.harness import Case
from scripts.bench.orm import start_orm

QUARTER = "2026Q3"
_FLOOR = """
SELECT v.indicator_id, p.chain_id, p.street_id, sum(v.units)::bigint, count(*)
FROM targets_certifiedvalue v
JOIN parks_park k ON k.code = v.subject_code
JOIN parks_placement p ON p.park_id = k.id AND p.valid_to IS NULL
WHERE v.period = %s AND v.superseded_at IS NULL AND v.subject_kind = 'park'
GROUP BY GROUPING SETS ((v.indicator_id), (v.indicator_id, p.chain_id), (v.indicator_id, p.street_id))
"""


class PortalRollUp(Case):
    """From 核定值 to figures with the code that the job runs."""

    name = "portal"
    title = "the portal's roll-up of one quarter, 100 parks × 12 cells"
    floor = "sums alone, SQL"
    others = ("read and compute", "read, compute and store")

    def prepare(self) -> int:
        start_orm(self.world.url)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        with open("/dev/null", "w", encoding="utf-8") as nowhere:
            call_command("load_plan", stdout=nowhere)
        self._fill()
        return len(self.values)

    def _fill(self) -> None:
        from guandu.accounts.models import Unit
        from guandu.core import clock
        from parks.models import Chain, Park, Placement
        from targets.models import CertifiedValue, Indicator

        if Park.objects.filter(code=self.world.parks[0].code).exists():  # of a case before
            self.values = list(CertifiedValue.objects.current().filter(period=QUARTER).order_by("pk"))
            return
        chains, streets = list(Chain.objects.all()), list(Unit.objects.filter(kind="street"))
        opened = date(2020, 1, 1)
        self.parks = Park.objects.bulk_create(
            Park(code=park.code, name=f"演示 {park.code}", opened_on=opened) for park in self.world.parks
        )
        Placement.objects.bulk_create(
            Placement(
                park=park, chain=chains[n % len(chains)], street=streets[n % len(streets)], valid_from=opened
            )
            for n, park in enumerate(self.parks)
        )
        quarterly = Indicator.objects.filter(level="park", frequency="季")
        cells = quarterly.filter(versions__definition={}).prefetch_related("versions")
        self.values = CertifiedValue.objects.bulk_create(
            CertifiedValue(
                indicator=indicator,
                indicator_version=indicator.versions.all()[0],
                subject_kind="park",
                subject_code=park.code,
                period=QUARTER,
                units=int(self.world.random.integers(1, 10**9)),
                source="operator",
                certified_by="bench",
                certified_at=clock.now(),
            )
            for indicator in cells
            for park in self.parks
        )

    def mutate(self, round_number: int) -> None:
        """Supersede one value in fifty by another, as a correction does."""
        from guandu.core import clock
        from targets.models import CertifiedValue

        for position in range(round_number % 50, len(self.values), 50):
            old = self.values[position]
            CertifiedValue.objects.filter(pk=old.pk).update(superseded_at=clock.now())
            fields = {
                f.attname: getattr(old, f.attname)
                for f in CertifiedValue._meta.concrete_fields
                if f.name not in {"id", "superseded_at"}
            }
            fields["units"] = int(self.world.random.integers(1, 10**9))
            self.values[position] = CertifiedValue.objects.create(**fields)

    def oracle(self) -> dict[int, int]:
        sums: dict[int, int] = {}
        for value in self.values:
            sums[value.indicator_id] = sums.get(value.indicator_id, 0) + value.units
        return sums

    def run(self, candidate: str) -> object:
        if candidate == self.floor:
            return self.world.fetch(_FLOOR, (QUARTER,))
        from guandu.core.actors import ROLL_UP
        from guandu.core.periods import Period
        from targets.actions import figures
        from targets.actions.figure_building import building, lay_out
        from targets.queries.rollup import compute, read_inputs

        quarter = Period.parse(QUARTER)
        if not candidate.endswith("store"):
            inputs = read_inputs(quarter)
            return inputs, compute(inputs)
        with building() as built:
            lay_out(built, quarter)
            return figures.store(building=built, run=1, by=ROLL_UP)

    def observe(self, candidate: str, result: object) -> dict[int, int]:
        if candidate == self.floor:
            return {indicator: total for indicator, chain, street, total, _ in result if chain is street is None}
        filed = {value.indicator_id for value in self.values}
        if candidate.endswith("store"):
            from targets.models import Figure

            rows = Figure.objects.filter(scope_kind="district", basis="certified", of_year=False, indicator__in=filed)
            return dict(rows.values_list("indicator", "numerator"))
        inputs, rows = result
        number_of = {d.code: d.indicator_id for d in inputs.definitions.values()}
        return {
            number_of[row.indicator]: row.numerator
            for row in rows
            if row.scope_kind == "district" and number_of[row.indicator] in filed and not row.of_year
        }
