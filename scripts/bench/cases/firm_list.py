"""Pages of a register of 300,000 firms, asked for as the portal asks, against the bare query by the index.

Written against `Enterprise.objects.visible_to` with pages by (name, id). Every answer is checked against
names drawn in Python.
"""

from collections.abc import Callable
from typing import Any

from scripts.bench.harness import Case
from scripts.bench.orm import start_orm

FIRMS = 300_000
PAGE = 50
STREETS = 11
_BARE = "SELECT id, code, name, credit_code FROM parks_enterprise ORDER BY name, id LIMIT %s"


class ListFirms(Case):
    name = "firm-list"
    title = "a page of 50 of the register's firms"
    floor = "first page, bare SQL by the index"
    others = ("first page", "a page in the middle", "one street", "one kind", "a credit code", "part of a name", "a street's own")

    def prepare(self) -> int:
        start_orm(self.world.url)
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        self._people()
        self._fill()
        return len(self.names)

    def _people(self) -> None:
        from datetime import date

        from guandu.accounts.models import Grant, Unit, User
        from guandu.core import clock
        from scripts.bench.cases.import_firms import office

        self.office = office()
        self.streets = [Unit.objects.get_or_create(code=f"B-S{n}", defaults={"name": f"演示街道{n}", "kind": "street"})[0]
                        for n in range(STREETS)]  # fmt: skip
        self.clerk, is_new = User.objects.get_or_create(
            username="bench-street", defaults={"name": "演示", "unit": self.streets[0], "created_at": clock.now()}
        )
        if is_new:
            Grant.objects.create(
                user=self.clerk, role="street", scope_kind="street", scope_code="B-S0", valid_from=date(2024, 1, 1)
            )

    def _fill(self) -> None:
        from guandu.core.bulk_rows import put

        count = max(1000, round(FIRMS * self.world.firms / 20_000))
        drawn = self.world.random.permutation(count)
        self.names = [f"演示{number:07}昆明官渡科技发展有限公司" for number in drawn.tolist()]
        self.kinds = ["household" if number % 10 == 0 else "company" for number in range(count)]
        self.street_of = [number % STREETS for number in range(count)]
        self.credits = [f"9153{number:014}" for number in range(count)]
        values = {
            "code": [f"L-{number}" for number in range(count)], "name": self.names, "credit_code": self.credits,
            "credit_code_state": ["verified"] * count, "kind": self.kinds, "is_service_body": [False] * count,
            "registered_street_id": [self.streets[street].pk for street in self.street_of],
            "registered_address": [""] * count, "operating_address": [""] * count, "note": [""] * count,
            "loaded_digest": [""] * count, "is_demo": [True] * count, "version": [1] * count,
        }  # fmt: skip
        self.world.execute("DELETE FROM parks_tenancy; DELETE FROM parks_enterprisename; DELETE FROM parks_enterprise")
        put("parks_enterprise", list(values), list(values.values()))
        self.world.execute("VACUUM ANALYZE parks_enterprise")

    def mutate(self, round_number: int) -> None:
        """One firm in a thousand is called otherwise."""
        places = range(round_number % 1000, len(self.names), 1000)
        for place in places:
            self.names[place] = f"演示{round_number}{self.names[place][2:]}"
        with self.world.connection.cursor() as cursor:
            rows = [(self.names[place], f"L-{place}") for place in places]
            cursor.executemany("UPDATE parks_enterprise SET name = %s WHERE code = %s", rows)
        self.asked = int(self.world.random.integers(len(self.names)))
        self.ordered = sorted(range(len(self.names)), key=lambda place: (self.names[place], place))
        self.expected = {candidate: self._right(candidate) for candidate in (self.floor, *self.others)}

    def _right(self, candidate: str) -> list[str]:
        part = self.names[self.asked][2:8]
        wanted: dict[str, Callable[[int], bool]] = {
            "one street": lambda place: self.street_of[place] == 3,
            "one kind": lambda place: self.kinds[place] == "household",
            "a credit code": lambda place: place == self.asked,
            "part of a name": lambda place: part in self.names[place],
            "a street's own": lambda place: self.street_of[place] == 0,
        }
        chosen = wanted.get(candidate, lambda place: True)
        places = self.ordered[len(self.ordered) // 2 :] if candidate == "a page in the middle" else self.ordered
        found = []
        for place in places:
            if chosen(place):
                found.append(self.names[place])
            if len(found) == PAGE:
                break
        return found

    def oracle(self) -> str:
        return "right"

    def run(self, candidate: str) -> list[Any]:
        if candidate == self.floor:
            return [row[2] for row in self.world.fetch(_BARE, (PAGE,))]
        from django.db.models import Q

        from parks.models import Enterprise

        rows = Enterprise.objects.visible_to(self.clerk if candidate == "a street's own" else self.office)
        middle = self.names[self.ordered[len(self.ordered) // 2 - 1]]
        asked = {
            "a page in the middle": Q(name__gte=middle) & ~Q(name=middle),
            "one street": Q(registered_street=self.streets[3]),
            "one kind": Q(kind="household"),
            "a credit code": Q(credit_code=self.credits[self.asked]),
            "part of a name": Q(name__contains=self.names[self.asked][2:8]),
        }
        page = rows.filter(asked.get(candidate, Q())).order_by("name", "id")[:PAGE]
        return [firm.name for firm in page]

    def observe(self, candidate: str, result: list[Any]) -> str:
        return "right" if result == self.expected[candidate] else f"wrong: {result[:3]}"
