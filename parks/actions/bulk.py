"""One change of many parks or firms, with a reason: one event, and under it what became of each."""

from collections.abc import Iterable, Mapping
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, concerning
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from parks.actions import enterprises, parks
from parks.models import Enterprise, Park

MOST = 500
# What may be said of many at once: nothing that is each one's own, such as a name or an area.
PARK_FIELDS = (
    "park_type", "carrier", "operating_model", "leading_industry", "has_service_station", "has_one_stop",
    "other_services", "note",
)  # fmt: skip
ENTERPRISE_FIELDS = (
    "kind", "industry", "is_service_body", "credit_code_state", "registered_street", "operating_street", "note",
)  # fmt: skip
Versions = Mapping[int, int]


@action("park.change_many")
def change_parks(
    *,
    chosen: Iterable[Park],
    values: Mapping[str, Any],
    reason: str,
    versions: Versions | None = None,
    by: Actor,
) -> int:
    """Give every one of `chosen` the `values`; the number that changed. `versions` is what the person was
    shown, by primary key. Raises NotAllowed, Invalid, Conflict; then nothing is written."""
    rows = _checked(Park, chosen, values, PARK_FIELDS, reason, versions, by)
    after = [parks.update(park=row, values=dict(values), by=by) for row in rows]
    return _altered(rows, after)


@action("enterprise.change_many")
def change_enterprises(
    *,
    chosen: Iterable[Enterprise],
    values: Mapping[str, Any],
    reason: str,
    versions: Versions | None = None,
    by: Actor,
) -> int:
    """As `change_parks`, of firms."""
    rows = _checked(Enterprise, chosen, values, ENTERPRISE_FIELDS, reason, versions, by)
    after = [enterprises.update(enterprise=row, values=dict(values), by=by) for row in rows]
    return _altered(rows, after)


def _checked(
    model: type,
    chosen: Iterable,
    values: Mapping,
    fields: tuple,
    reason: str,
    versions: Versions | None,
    by: Actor,
) -> list:
    """The rows, locked in one order; the running event is about all of them, with the reason."""
    require(by, Permission.PARK_EDIT, to=f"批量修改{model._meta.verbose_name}")
    keys = [each.pk for each in chosen]
    concerning(
        model._meta.label_lower, "", f"{len(keys)} 个{model._meta.verbose_name}", reason=reason.strip()
    )
    _refuse_unclear(keys, values, fields, reason)
    rows = list(model.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    moved = [row.name for row in rows if versions is not None and versions.get(row.pk) != row.version]
    if moved:
        raise Conflict(f"您填写期间，他人已修改：{'、'.join(moved)}。请重新选择后再修改。")
    return rows


def _refuse_unclear(keys: list[int], values: Mapping, fields: tuple, reason: str) -> None:
    if not reason.strip():
        raise Invalid("请写明修改原因，它会记入每一条变更记录。", errors=[("reason", "请写明修改原因。")])
    if not values:
        raise Invalid("请勾选至少一项要修改的内容。")
    if len(keys) > MOST:
        raise Invalid(f"一次最多修改 {MOST} 个，请分批办理。")
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise Invalid(f"这些内容不能批量修改：{'、'.join(unknown)}。")


def _altered(before: list, after: list) -> int:
    return sum(old.version != new.version for old, new in zip(before, after, strict=True))
