"""P-03 (g), (h), (j) on the database in use: approvals one by one leave what a rebuild from nothing leaves."""

from datetime import timedelta
from random import Random

import pytest
from django.db import transaction

from guandu.core.periods import Period
from targets.enums import IndicatorKind
from targets.models import Figure, FigureDue, FigureState
from tests.factories import make_chain, make_indicator, make_park, make_unit
from tests.targets.rolling import certify, numbers, rebuild, roll_up

pytestmark = [pytest.mark.django_db, pytest.mark.feature("C8")]
QUARTERS = [Period.parse(code) for code in ("2025Q4", "2026Q1", "2026Q2", "2026Q3")]
FEW, MANY = 6, 400


class District:
    """Some parks, indicators of every kind that reads others, and what happens to them, from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.places = [(make_chain(), make_unit("street")) for _ in range(2)]
        self.parks = [self._park(n) for n in range(self.random.randint(2, 5))]
        self.filed = [make_indicator(code="REV"), make_indicator(code="JOBS", kind="stock", unit="人", scale=0)]
        self.whole = make_indicator(code="D_TAX", level="district")
        for code, kind, definition in (
            ("PER", IndicatorKind.RATIO, {"op": "ratio", "num": "REV", "den": "JOBS"}),
            ("SHARE", IndicatorKind.SHARE, {"op": "share", "num": "REV", "den": "D_TAX"}),
            ("BIG", IndicatorKind.COUNT, {"op": "count_over_line", "of": "REV", "at_least": "5"}),
            ("GROWN", IndicatorKind.GROWTH, {"op": "growth", "of": "REV", "base": "year_before"}),
            ("SINGLE", IndicatorKind.SINGLE, {"op": "single", "of": "REV"}),
            ("MEAN", IndicatorKind.AVERAGE, {"op": "average", "of": "JOBS"}),
        ):
            make_indicator(code=code, kind=kind, level="park", definition=definition)

    def _park(self, number: int):
        chain, street = self.random.choice(self.places)
        return make_park(code=f"P{number}", chain=chain, street=street)

    def happen(self) -> None:
        """One thing that a quarter's figures depend on, followed by the roll-up that it asks for."""
        self.random.choice([self.approve, self.approve, self.approve, self.correct_the_whole, self.move])()

    def approve(self) -> None:
        park, quarter = self.random.choice(self.parks), self.random.choice(QUARTERS)
        for indicator in self.filed[: self.random.randint(1, 2)]:
            certify(indicator, park, self.random.choice([0, 1, 499, 500, 501, 10**12]), period=quarter.code)
        roll_up(quarter, park)

    def correct_the_whole(self) -> None:
        quarter = self.random.choice(QUARTERS)
        certify(self.whole, None, self.random.choice([0, 1, 10**9]), period=quarter.code)
        roll_up(quarter)

    def move(self) -> None:
        """A park changes its chain within a quarter; the next approval of that quarter finds it there."""
        park, quarter = self.random.choice(self.parks), self.random.choice(QUARTERS)
        place = park.placements.filter(valid_to=None).get()
        day = quarter.last_day - timedelta(days=self.random.randint(0, 5))
        if place.valid_from < day:
            place.valid_to = day
            place.save()
            chain, street = self.random.choice(self.places)
            park.placements.create(chain=chain, street=street, valid_from=day)
        for later in QUARTERS:
            if later.last_day >= day:
                certify(self.filed[0], park, self.random.randint(1, 1000), period=later.code)
                roll_up(later, park)


def lived_through(seed: int) -> None:
    with transaction.atomic():
        district = District(seed)
        for _ in range(8):
            district.happen()
        assert not FigureDue.objects.exists()
        left = numbers()
        Figure.objects.all().delete()
        FigureState.objects.all().delete()
        rebuild()
        assert numbers() == left, seed
        rebuild()
        assert numbers() == left, seed
        transaction.set_rollback(True)


def test_approvals_one_by_one_leave_what_a_rebuild_leaves(prove_figure):
    for seed in range(FEW):
        lived_through(seed)
    prove_figure("districts whose approvals one by one equal a rebuild", FEW)


@pytest.mark.prove
def test_so_do_those_of_many_districts(prove_figure):
    for seed in range(FEW, MANY):
        lived_through(seed)
    prove_figure("districts whose approvals one by one equal a rebuild", MANY - FEW)


def test_a_quarter_without_values_is_not_made_by_one_that_it_would_read():
    """Seed 31 found it: the second quarter alone reads the first, and had nothing of its own."""
    lived_through(31)


@pytest.mark.feature("C9")
def test_an_approval_writes_no_other_parks_rows(prove_figure):
    """Whatever the number of other parks: the park, what it belongs to, and the district."""
    written = {}
    for count in (3, 12):
        with transaction.atomic():
            chain, street = make_chain(), make_unit("street")
            parks = [make_park(code=f"P{n}", chain=chain, street=street) for n in range(count)]
            revenue, whole = make_indicator(code="REV"), make_indicator(code="D_TAX", level="district")
            make_indicator(
                code="SHARE", kind=IndicatorKind.SHARE, level="park", definition={"op": "share", "num": "REV", "den": "D_TAX"}
            )
            certify(whole, None, 10_000)
            for park in parks:
                certify(revenue, park, 10)
            rebuild()
            certify(revenue, parks[0], 11)
            roll_up(QUARTERS[-1], parks[0])
            written[count] = FigureState.objects.get(quarter="2026Q3").changed
            transaction.set_rollback(True)
    assert written[3] == written[12] == 8  # the park, its chain, its street and the district, each with its share
    prove_figure("rows that one approval writes, of 3 parks or of 12", written[12])
