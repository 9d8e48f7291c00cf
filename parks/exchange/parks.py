"""园区: what a park is; where it belongs and who sponsors it are tables of their own."""

from typing import Any

from django.db.models import QuerySet

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.exchange.columns import ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import parks
from parks.exchange import offered
from parks.filters import ParkFilter
from parks.models import Park
from parks.queries.lists import parks_on

AREA_SCALE = 2
SQUARE_METRES = "平方米"
_column = ColumnsOf(Park)


def _area(name: str):
    return _column.units(name, AREA_SCALE, SQUARE_METRES)


class ParkResource(RegisterResource):
    """Grain: one row per park, with where it belongs today."""

    columns = (
        _column("code", required=True),
        _column("name", required=True),
        _column("short_name"),
        _column("aliases", prompt="几个写法之间用顿号分开"),
        shown("chain", "产业链", "chain_name"),
        shown("area", "片区", "area_name"),
        shown("street", "街道", "street_name"),
        shown("operator", "运营方", "operator_name"),
        shown("department", "包保部门", "department_name"),
        _column.reference("park_type", offered.park_types),
        _column("carrier"),
        _column("operating_model"),
        _column("approved_on"),
        _column("opened_on"),
        _column("closed_on"),
        *(_area(name) for name in ("land_area", "floor_area", "built_area", "lettable_area", "let_area")),
        _column("address"),
        _column("leading_industry"),
        _column("has_service_station"),
        _column("has_one_stop"),
        _column("other_services"),
        _column("clause"),
        _column("note"),
    )

    class Meta(RegisterResource.Meta):
        model = Park
        name = "园区"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().placed_on(clock.today())

    def create(self, values: dict[str, Any], by: Actor) -> Park:
        return parks.create(by=by, **values)

    def change(self, row: Park, values: dict[str, Any], by: Actor) -> Park:
        return parks.update(park=row, values=values, by=by)


def _as_listed(user, query) -> QuerySet:
    """The list of parks, narrowed as its page is."""
    day = clock.today()
    return ParkFilter(query, parks_on(user, day), user=user, day=day).qs


PARKS = Table(
    "parks", "园区", ParkResource, Permission.PARK_VIEW, enter=Permission.PARK_EDIT, change=Permission.PARK_EDIT,
    narrowed=_as_listed, position=10,
    notes=("编码是园区在门户中的固定编号，登记后不变，也不再给别的园区使用。",
           "产业链、片区、街道、运营方、包保部门在“园区归属”“包保”两张表中登记。"),
)  # fmt: skip
