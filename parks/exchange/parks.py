"""园区: what a park is; where it belongs and who sponsors it are tables of their own."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.exchange.cells import DayWidget, ReferenceWidget
from guandu.exchange.columns import ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import parks
from parks.exchange import offered
from parks.exchange.beside import BesideColumn
from parks.filters import ParkFilter
from parks.models import Park, Placement
from parks.queries.lists import parks_on

AREA_SCALE = 2
SQUARE_METRES = "平方米"
ONE_CHAIN = "每个园区必须且只能属于一条产业链，请填写产业链。"
NO_DAY = "没有开园日期的园区，请填写归属起始日期。"
_column = ColumnsOf(Park)


def _area(name: str):
    return _column.units(name, AREA_SCALE, SQUARE_METRES)


def _placement(key: str, title: str, make, prompt: str = "新登记的园区填写") -> BesideColumn:
    return BesideColumn(
        key, title, make, width=20, prompt=prompt, kept_in="present_placements",
        elsewhere="与登记的归属不一致；已登记的园区请在“园区归属”表中办理",
    )  # fmt: skip


class ParkResource(RegisterResource):
    """Grain: one row per park, with where it belongs today."""

    columns = (
        _column("code", required=True, prompt="字母、数字和横线，登记后不变；例如 P-Y01"),
        _column("name", required=True),
        _column("short_name"),
        _column("aliases", prompt="几个写法之间用顿号分开"),
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
        _placement("chain", "产业链", lambda: ReferenceWidget(offered.chains)),
        _placement("on", "归属起始日期", DayWidget, "新登记的园区填写；留空按开园日期"),
        _placement("area", "片区", lambda: ReferenceWidget(offered.areas)),
        _placement("street", "街道", lambda: ReferenceWidget(offered.streets)),
        _placement("operator", "运营方", lambda: ReferenceWidget(offered.operators)),
        _column("clause"),
        _column("note"),
    )

    class Meta(RegisterResource.Meta):
        model = Park
        name = "园区"

    def get_queryset(self) -> QuerySet:
        day = clock.today()
        places = Placement.objects.on(day).select_related("chain", "area", "street", "operator")
        return (
            super()
            .get_queryset()
            .placed_on(day)
            .prefetch_related(Prefetch("placements", places, to_attr="present_placements"))
        )

    def create(self, values: dict[str, Any], by: Actor) -> Park:
        """In its one chain, from the day that is said or else from its opening."""
        since = values.pop("on") or values["opened_on"]
        if values["chain"] is None:
            raise Invalid(ONE_CHAIN, errors=[("chain", ONE_CHAIN)])
        if since is None:
            raise Invalid(NO_DAY, errors=[("on", NO_DAY)])
        return parks.create(on=since, by=by, **values)

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
           "新登记的园区须填产业链；归属以后的变动在“园区归属”表中登记，包保在“包保”表中登记。"),
)  # fmt: skip
