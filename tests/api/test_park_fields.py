"""What other systems read of a park's type, areas and services."""

import pytest

from parks.models import ParkType

pytestmark = pytest.mark.django_db
FIELDS = (
    "park_type",
    "park_type_label",
    "land_area",
    "floor_area",
    "built_area",
    "lettable_area",
    "let_area",
)


def test_a_park_tells_its_type_its_areas_and_its_services(park, office, sign_in):
    whole = ParkType.objects.create(code="HQ", name="总部基地")
    park.park_type = ParkType.objects.create(code="HQ-SETTLE", name="结算经济", parent=whole)
    park.land_area, park.let_area = 12_345_678_901, 0
    park.address, park.leading_industry, park.other_services = "东三环", "数字经济", "人才公寓"
    park.save()
    told = sign_in(office).get(f"/api/v1/parks/{park.code}/").json()
    assert [told[name] for name in FIELDS] == [
        "HQ-SETTLE", "总部基地 · 结算经济", "123456789.01", None, None, None, "0.00"
    ]  # fmt: skip
    assert (told["address"], told["leading_industry"], told["other_services"]) == (
        "东三环",
        "数字经济",
        "人才公寓",
    )


def test_a_park_without_a_type_says_null(park, office, sign_in):
    told = sign_in(office).get(f"/api/v1/parks/{park.code}/").json()
    assert (told["park_type"], told["park_type_label"]) == (None, "")
