"""Parks: entered in the register once, edited field by field by those who saw the latest version."""

from typing import Any

from django.db.models import F

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from parks.models import Park

EDITABLE = frozenset(
    {
        "name", "short_name", "aliases", "carrier", "operating_model", "approved_on", "opened_on", "closed_on",
        "lettable_area", "has_service_station", "has_one_stop", "note",
    }
)  # fmt: skip


@action("park.create")
def create(*, code: str, name: str, is_demo: bool = False, by: Actor, **values: Any) -> Park:
    """A new park under an immutable code. Raises Invalid for a code that is or was used."""
    require(by, Permission.PARK_EDIT, to="新增园区")
    _only_editable(values)
    if Park.objects.filter(code=code).exists():
        raise Invalid(f"园区编码 {code} 已经使用，编码不重复使用，请换一个。", errors=[("code", "编码已经使用")])
    park = Park(code=code, name=name, is_demo=is_demo, **values)
    park.full_clean()
    park.save(force_insert=True)
    created(park)
    return park


@action("park.update")
def update(*, park: Park, values: dict[str, Any], version: int, by: Actor) -> Park:
    """Set the fields of `values`. `version` is the one the person saw: Conflict lists what another
    changed since. Raises Invalid for a field that is not edited here."""
    require(by, Permission.PARK_EDIT, park, to="修改这个园区")
    _only_editable(values)
    fresh = Park.objects.select_for_update().get(pk=park.pk)
    about(fresh)
    if fresh.version != version:
        raise Conflict("这个园区刚刚有人修改过，请核对后再保存。", changes=_differences(fresh, values))
    before = snapshot(fresh)
    for name, value in values.items():
        setattr(fresh, name, value)
    fresh.full_clean()
    fresh.version += 1
    moved = Park.objects.filter(pk=fresh.pk, version=version).update(
        version=F("version") + 1, **{name: getattr(fresh, name) for name in values}
    )
    if not moved:
        raise Conflict("这个园区刚刚有人修改过，请刷新后再保存。")
    updated(fresh, before)
    return fresh


def _only_editable(values: dict[str, Any]) -> None:
    other = sorted(set(values) - EDITABLE)
    if other:
        raise Invalid(f"这些项目不能在这里修改：{'、'.join(other)}。", errors=[(name, "不能在这里修改") for name in other])


def _differences(fresh: Park, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    fields = {field.name: field.verbose_name for field in Park._meta.concrete_fields}
    return [
        (str(fields[name]), str(getattr(fresh, name)), str(value))
        for name, value in values.items()
        if getattr(fresh, name) != value
    ]
