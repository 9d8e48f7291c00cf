"""How the register's stored numbers read in a comparison: with their decimals and their unit."""

from guandu.audit.changes import read_as
from guandu.core.numbers import from_units

SCALE = 2
AREA_FIELDS = ("land_area", "floor_area", "built_area", "lettable_area", "let_area")


def _with_unit(unit: str):
    return lambda units: f"{from_units(int(units), SCALE):,f} {unit}"


def register_words() -> None:
    area, rent = _with_unit("平方米"), _with_unit("元/平方米·月")
    read_as("parks.park", AREA_FIELDS, area)
    read_as("parks.building", ("built_area",), area)
    read_as("parks.space", ("area",), area)
    read_as("parks.space", ("height",), _with_unit("米"))
    read_as("parks.space", ("rent",), rent)
    read_as("parks.occupancy", ("area",), area)
    read_as("parks.occupancy", ("rent",), rent)
    read_as("parks.cultivation", ("revenue",), _with_unit("万元"))
    read_as("parks.threshold", ("revenue",), _with_unit("万元"))
