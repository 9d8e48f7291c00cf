"""Whom the office's own workbook names already: picked before anybody ticks a box."""

from targets.dispatch_layout import Layout
from targets.enums_dispatch import ColumnKind
from targets.queries.dispatch import Offered, names_of, same_name


def named_in(layout: Layout, offered: Offered) -> dict[str, list[str]]:
    """Codes of the offered units and parks that stand in the column that names who fills in."""
    named = {same_name(name) for name in _named(layout)}
    units = [unit.code for _, those in offered.units for unit in those if named & names_of(unit)]
    return {"units": units, "parks": [park.code for park in offered.parks if named & names_of(park)]}


def not_offered(layout: Layout, offered: Offered) -> list[str]:
    """Names in that column that are nobody's who may be picked: a slip of writing, or somebody outside one's scope."""
    units = [unit for _, those in offered.units for unit in those]
    known = set().union(*(names_of(each) for each in (*units, *offered.parks)))
    return [name for name in _named(layout) if same_name(name) not in known]


def _named(layout: Layout) -> list[str]:
    letter = layout.written(ColumnKind.RECEIVER)
    names = [cells.get(letter, "") for _, cells in layout.filled] if letter else []
    return list(dict.fromkeys(name for name in names if name))
