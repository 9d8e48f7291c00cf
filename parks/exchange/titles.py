"""园区称号."""

from typing import Any

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.exchange.columns import ColumnsOf
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from parks.actions import titles
from parks.exchange import offered
from parks.models import Title

_column = ColumnsOf(Title)


class TitleResource(RegisterResource):
    """Grain: one title of one park."""

    keys = ("park", "level", "name")
    columns = (
        _column.reference("park", offered.parks_for(Permission.PARK_EDIT), required=True),
        _column("level", required=True),
        _column("name", required=True),
        _column("state", required=True),
        _column("awarded_on"),
        _column("lapsed_on"),
        _column("document"),
        _column("clause"),
    )

    class Meta(RegisterResource.Meta):
        model = Title
        name = "园区称号"

    def create(self, values: dict[str, Any], by: Actor) -> Title:
        return titles.record(by=by, **values)

    def change(self, row: Title, values: dict[str, Any], by: Actor) -> Title:
        return titles.record(park=row.park, level=row.level, name=row.name, by=by, **values)


TITLES = Table(
    "titles", "园区称号", TitleResource, Permission.PARK_VIEW, enter=Permission.PARK_EDIT, change=Permission.PARK_EDIT,
    notes=("同一园区、同一级别、同一称号是同一条。",), position=40,
)  # fmt: skip
