"""Buildings and spaces of a park: entered, described, closed. None is ever removed, so no code comes twice."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F, Max, Q

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.core.numbers import from_units
from parks.actions.locks import locked_park
from parks.models import Building, Occupancy, Park, Space

BUILDING_EDITABLE = frozenset(
    {
        "name", "address", "use", "floors_above", "floors_below", "built_area", "completed_on", "closed_on",
        "idle_since", "reuse_plan", "reused_on", "note",
    }
)  # fmt: skip
SPACE_EDITABLE = frozenset(
    {"name", "floor", "use", "area", "height", "rent", "available_from", "closed_on", "note"}
)
AREA_SCALE = 2
MOST_NAMED = 20


@action("building.create")
def create_building(
    *, park: Park, name: str, code: str = "", is_demo: bool = False, by: Actor, **values: Any
) -> Building:
    """A new building; without a `code` it gets the park's next one. Raises NotAllowed, Invalid."""
    require(by, Permission.SPACE_EDIT, park, to="登记楼宇")
    _known(values, BUILDING_EDITABLE, "楼宇")
    park = locked_park(park.pk)
    code = code or _next_code(f"{park.code}-B", park.buildings)
    return enter(Building(park=park, code=code, name=name, is_demo=is_demo, **values))


@action("building.update")
def update_building(
    *, building: Building, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Building:
    """Change what BUILDING_EDITABLE names. A building closes after its spaces.

    Raises NotAllowed, Invalid, NotReady with what stands in the way, Conflict when somebody was faster.
    """
    require(by, Permission.SPACE_EDIT, building, to="修改楼宇")
    locked_park(building.park_id)
    if values.get("closed_on"):
        _refuse_open_spaces(building, values["closed_on"])
    return edit(building, values, editable=BUILDING_EDITABLE, seen=seen)


@action("space.create")
def create_space(
    *, building: Building, name: str, code: str = "", is_demo: bool = False, by: Actor, **values: Any
) -> Space:
    """A new space of the building; without a `code` it gets the building's next one.

    Raises NotAllowed, Invalid.
    """
    require(by, Permission.SPACE_EDIT, building, to="登记空间")
    _known(values, SPACE_EDITABLE, "空间")
    locked_park(building.park_id)
    building = Building.objects.get(pk=building.pk)
    _refuse_outliving(building, values.get("closed_on"))
    code = code or _next_code(f"{building.code}-", building.spaces)
    return enter(Space(building=building, code=code, name=name, is_demo=is_demo, **values))


@action("space.update")
def update_space(
    *, space: Space, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Space:
    """Change what SPACE_EDITABLE names. A space closes after its last user has left it.

    Raises NotAllowed, Invalid, NotReady with what stands in the way, Conflict when somebody was faster.
    """
    require(by, Permission.SPACE_EDIT, space, to="修改空间")
    locked_park(space.building.park_id)
    if values.get("closed_on"):
        _refuse_users(space, values["closed_on"])
    if "closed_on" in values:
        _refuse_outliving(Building.objects.get(pk=space.building_id), values["closed_on"])
    if values.get("area") is not None:
        _refuse_too_small(space, values["area"])
    return edit(space, values, editable=SPACE_EDITABLE, seen=seen)


def _known(values: Mapping[str, Any], editable: frozenset[str], word: str) -> None:
    unknown = sorted(set(values) - editable)
    if unknown:
        raise Invalid(f"{word}没有这些内容：{'、'.join(unknown)}。")


def _next_code(start: str, siblings: Any) -> str:
    """The first code after those given so far; siblings are never removed, so none comes back."""
    taken = set(siblings.filter(code__startswith=start).values_list("code", flat=True))
    number = len(taken) + 1
    while f"{start}{number:02d}" in taken:
        number += 1
    return f"{start}{number:02d}"


def _refuse_open_spaces(building: Building, day: date) -> None:
    still_open = building.spaces.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))
    names = _first(f"{space.name}（{_until(space.closed_on)}）" for space in still_open.order_by("code"))
    if names:
        raise NotReady(
            f"{building.name}还有没停用的空间，不能自 {day} 起停用。请先停用下列空间。", missing=names
        )


def _until(closed_on: date | None) -> str:
    return f"{closed_on} 停用" if closed_on else "未停用"


def _refuse_users(space: Space, day: date) -> None:
    users = Occupancy.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), space=space)
    names = _first(_user(each) for each in users.select_related("tenancy__enterprise").order_by("valid_from"))
    if names:
        raise NotReady(f"{space}还有企业使用，不能自 {day} 起停用。请先登记下列企业退出。", missing=names)


def _user(occupancy: Occupancy) -> str:
    end = f"至 {occupancy.valid_to}（不含当日）" if occupancy.valid_to else "起，未登记退出"
    return f"{occupancy.tenancy.enterprise.name}，{occupancy.valid_from} {end}"


def _refuse_outliving(building: Building, closed_on: date | None) -> None:
    if building.closed_on and (closed_on is None or closed_on > building.closed_on):
        sentence = f"{building.name}自 {building.closed_on} 起停用，其中的空间最迟在同一天停用。"
        raise Invalid(sentence, errors=[("closed_on", sentence)])


def _refuse_too_small(space: Space, area: int) -> None:
    largest = Occupancy.objects.filter(space=space).aggregate(most=Max(F("area")))["most"]
    if largest is not None and largest > area:
        used = from_units(largest, AREA_SCALE)
        sentence = f"已登记的使用面积有 {used} 平方米，空间面积不能比它小。"
        raise Invalid(sentence, errors=[("area", sentence)])


def _first(names: Any) -> list[str]:
    """As many as a person can read; the rest as a number."""
    found = list(names)
    more = [f"等共 {len(found)} 项"] if len(found) > MOST_NAMED else []
    return [*found[:MOST_NAMED], *more]
