"""楼宇 and 空间."""

from typing import Any

from django.db.models import QuerySet

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.exchange.columns import ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import spaces
from parks.exchange import offered
from parks.models import Building, Space

SQUARE_METRES = "平方米"
_building, _space = ColumnsOf(Building), ColumnsOf(Space)


def buildings(by: Actor) -> QuerySet:
    """Buildings of the parks whose space the person keeps."""
    return Building.objects.visible_to(by, Permission.SPACE_EDIT).order_by("code")


class BuildingResource(RegisterResource):
    columns = (
        _building("code", required=True, prompt="字母、数字和横线，登记后不变；例如 P-Y01-B01"),
        _building.reference("park", offered.parks_for(Permission.SPACE_EDIT), required=True),
        _building("name", required=True),
        _building("address"),
        _building("use"),
        _building("floors_above"),
        _building("floors_below"),
        _building.units("built_area", 2, SQUARE_METRES),
        _building("completed_on"),
        _building("closed_on"),
        _building("idle_since"),
        _building("reuse_plan"),
        _building("reused_on"),
        _building("note"),
    )

    class Meta(RegisterResource.Meta):
        model = Building
        name = "楼宇"

    def create(self, values: dict[str, Any], by: Actor) -> Building:
        return spaces.create_building(by=by, **values)

    def change(self, row: Building, values: dict[str, Any], by: Actor) -> Building:
        return spaces.update_building(building=row, values=values, by=by)


class SpaceResource(RegisterResource):
    columns = (
        _space("code", required=True, prompt="字母、数字和横线，登记后不变；例如 P-Y01-B01-01"),
        _space.reference("building", buildings, required=True),
        shown("park", "园区", "building__park__name"),
        _space("name", required=True),
        _space("floor"),
        _space("use"),
        _space.units("area", 2, SQUARE_METRES),
        _space.units("height", 2, "米"),
        _space.units("rent", 2, "元/平方米·月"),
        _space("available_from"),
        _space("closed_on"),
        _space("note"),
    )

    class Meta(RegisterResource.Meta):
        model = Space
        name = "空间"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("building__park")

    def create(self, values: dict[str, Any], by: Actor) -> Space:
        return spaces.create_space(by=by, **values)

    def change(self, row: Space, values: dict[str, Any], by: Actor) -> Space:
        return spaces.update_space(space=row, values=values, by=by)


_RIGHTS = {"view": Permission.PARK_VIEW, "enter": Permission.SPACE_EDIT, "change": Permission.SPACE_EDIT}
BUILDINGS = Table("buildings", "楼宇", BuildingResource, **_RIGHTS, position=60)
SPACES = Table("spaces", "空间", SpaceResource, **_RIGHTS, position=70)
