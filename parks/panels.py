"""What the register itself shows on a park's profile: its space and its firms."""

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from guandu.web.registry import Panel, park_panels
from parks.models import Park
from parks.queries.spaces import AREA_SCALE, buildings_of
from parks.queries.tenants import firm_counts, firm_rows, tenants

SHOWN = 8
AREAS = (
    ("land_area", "占地面积"),
    ("floor_area", "规划建筑面积"),
    ("built_area", "已建成建筑面积"),
    ("lettable_area", "可招商面积"),
    ("let_area", "已入驻面积"),
)


@park_panels.register(20)
def space_of_park(user: User, park: Park, quarter: Period) -> list[Panel]:
    """Areas, buildings and free spaces as they stand today."""
    areas = [(label, _square_metres(getattr(park, name))) for name, label in AREAS]
    context = {
        "park": park,
        "areas": areas,
        "buildings": buildings_of(park, clock.today()),
        "may_edit": user.may(Permission.SPACE_EDIT, park),
    }
    return [Panel("space", "空间", "parks/_space_panel.html", context)]


@park_panels.register(25)
def firms_of_park(user: User, park: Park, quarter: Period) -> list[Panel]:
    """How many firms are in the park, and the newest of them."""
    day = clock.today()
    present = tenants(user, park, day).on(day)[:SHOWN]
    context = {
        "park": park,
        "day": day,
        "counts": firm_counts(user, park, day),
        "rows": firm_rows(user, present, day),
        "may_edit": user.may(Permission.TENANCY_EDIT, park),
    }
    return [Panel("firms", "在园企业", "parks/_firms_panel.html", context)]


def _square_metres(units: int | None):
    return None if units is None else from_units(units, AREA_SCALE)
