"""Parks of the register: entered in one chain, described, closed. Where they belong later is in placements."""

from datetime import date
from typing import Any

from django.db.models import Q

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from parks.actions.naming import follow_correction
from parks.actions.placements import place
from parks.models import Area, Chain, Park

EDITABLE = frozenset(
    {
        "name", "short_name", "aliases", "park_type", "carrier", "operating_model", "approved_on", "opened_on",
        "closed_on", "land_area", "floor_area", "built_area", "lettable_area", "let_area", "address",
        "leading_industry", "has_service_station", "has_one_stop", "other_services", "clause", "note",
    }
)  # fmt: skip


# One of each, and no way back to none.
CHOSEN = {"carrier": "载体形式", "operating_model": "运营模式"}
MOST_NAMED = 20


@action("park.create")
def create(
    *,
    code: str,
    name: str,
    chain: Chain,
    on: date,
    area: Area | None = None,
    street: Unit | None = None,
    operator: Unit | None = None,
    is_demo: bool = False,
    by: Actor,
    **values: Any,
) -> Park:
    """A new park, in its one chain from `on`. Raises NotAllowed, Invalid."""
    require(by, Permission.PARK_EDIT, to="登记园区")
    unknown = sorted(set(values) - EDITABLE)
    if unknown:
        raise Invalid(f"园区没有这些内容：{'、'.join(unknown)}。")
    if chain is None:
        raise Invalid("每个园区必须且只能属于一条产业链。", errors=[("chain", "请选择园区所属的产业链。")])
    park = enter(Park(code=code, name=name, is_demo=is_demo, **values))
    place(park=park, chain=chain, on=on, area=area, street=street, operator=operator, by=by)
    return park


@action("park.update")
def update(
    *,
    park: Park,
    values: dict[str, Any],
    version: int | None = None,
    seen: dict[str, Any] | None = None,
    by: Actor,
) -> Park:
    """Change what EDITABLE names. `version` or `seen` is what the person was shown. A park closes after its
    buildings, and when its last firm has left.

    Raises NotAllowed, Invalid, NotReady with what stands in the way, and Conflict when somebody else was
    faster.
    """
    require(by, Permission.PARK_EDIT, park, to="修改园区")
    row = Park.objects.select_for_update(of=("self",)).get(pk=park.pk)
    if version is not None and row.version != version:
        raise Conflict("您填写期间，他人已修改这个园区，请刷新后核对再保存。")
    errors = [
        (field, f"{label}必须且只能选一项，不能清空。")
        for field, label in CHOSEN.items()
        if getattr(row, field) and values.get(field, "unchanged") == ""
    ]
    if errors:
        raise Invalid("填写内容有误，请按提示修改。", errors=errors)
    if values.get("closed_on"):
        _refuse_children(row, values["closed_on"])
    row = edit(row, values, editable=EDITABLE, seen=seen)
    follow_correction(row)
    return row


def _refuse_children(park: Park, day: date) -> None:
    buildings = park.buildings.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day)).order_by("code")
    firms = park.tenancies.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day)).order_by("valid_from", "pk")
    blockers = [
        *(f"楼宇：{each.name}" for each in buildings),
        *(f"企业：{each.enterprise.name}" for each in firms.select_related("enterprise")),
    ]
    if blockers:
        more = [f"等共 {len(blockers)} 项"] if len(blockers) > MOST_NAMED else []
        raise NotReady(
            f"{park.name}还有没停用的楼宇或没离园的企业，不能自 {day} 起关闭。请先办理下列各项。",
            missing=[*blockers[:MOST_NAMED], *more],
        )
