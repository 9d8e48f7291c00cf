"""园区归属 and 包保: dated rows, one after another."""

from typing import Any

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.exchange.cells import DayWidget
from guandu.exchange.columns import ColumnsOf, shown
from guandu.exchange.registers import Table
from guandu.exchange.resources import RegisterResource
from guandu.exchange.tables import Record
from parks.actions import placements
from parks.exchange import offered
from parks.models import Placement, Sponsorship

_EDITED_PARKS = offered.parks_for(Permission.PARK_EDIT)
_SINCE = "自该日起；原有的到前一日为止"
_place, _duty = ColumnsOf(Placement), ColumnsOf(Sponsorship)


class _DatedResource(RegisterResource):
    """Saved from the earliest day on, so that each ends the one before."""

    keys = ("park", "valid_from")
    told_as = {"on": "valid_from"}

    def order(self, records: list[Record]) -> list[Record]:
        return sorted(records, key=lambda record: (record.values["park"], _day(record)))

    def change(self, row: Any, values: dict[str, Any], by: Actor) -> Any:
        """A row with the same first day is corrected by saying it anew."""
        said = {name: getattr(row, name) for name in self._names()}
        return self.create({**said, **values, "park": row.park, "valid_from": row.valid_from}, by)

    def _names(self) -> list[str]:
        return [name for name in self._settable() if name not in self.keys]


def _day(record: Record) -> str:
    """Sorts as the day does; what is no day is told by its cell anyway."""
    try:
        return str(DayWidget().clean(record.values["valid_from"]) or "")
    except ValueError:
        return ""


class PlacementResource(_DatedResource):
    """Grain: a park from a day on."""

    columns = (
        _place.reference("park", _EDITED_PARKS, required=True),
        _place("valid_from", required=True, prompt=_SINCE),
        shown("valid_to", "终止日期", make=DayWidget),
        _place.reference("chain", offered.chains, required=True),
        _place.reference("area", offered.areas),
        _place.reference("street", offered.streets),
        _place.reference("operator", offered.operators),
    )

    class Meta(RegisterResource.Meta):
        model = Placement
        name = "园区归属"

    def create(self, values: dict[str, Any], by: Actor) -> Placement:
        return placements.place(on=values.pop("valid_from"), by=by, **values)


class SponsorshipResource(_DatedResource):
    """Grain: a park's sponsors from a day on."""

    columns = (
        _duty.reference("park", _EDITED_PARKS, required=True),
        _duty("valid_from", required=True, prompt=_SINCE),
        shown("valid_to", "终止日期", make=DayWidget),
        _duty.reference("department", offered.departments, required=True),
        _duty("leader"),
        _duty("deputy_head"),
        _duty("staff_member"),
        _duty("deputy_staff"),
        _duty("document"),
    )

    class Meta(RegisterResource.Meta):
        model = Sponsorship
        name = "包保"

    def create(self, values: dict[str, Any], by: Actor) -> Sponsorship:
        return placements.sponsor(on=values.pop("valid_from"), by=by, **values)


_RIGHTS = {"view": Permission.PARK_VIEW, "enter": Permission.PARK_EDIT, "change": Permission.PARK_EDIT}
_NOTE = ("同一园区按起始日期一条接一条，后一条的起始日期就是前一条的终止日期。已经终止的不能再改。",)
PLACEMENTS = Table("placements", "园区归属", PlacementResource, **_RIGHTS, notes=_NOTE, position=20)
SPONSORSHIPS = Table("sponsorships", "包保", SponsorshipResource, **_RIGHTS, notes=_NOTE, position=30)
