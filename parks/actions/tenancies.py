"""Firms in a park and the spaces they use: half-open stretches of days that never overlap.

Every step takes the park's row first; what is read after that still holds when it is written.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, edit, enter as enter_row, removed, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.core.numbers import from_units
from parks.actions.locks import locked_park
from parks.enums import LeavingReason
from parks.models import Enterprise, Occupancy, Park, Space, Tenancy

CORRECTABLE = frozenset({"valid_from", "valid_to", "leaving_reason", "in_leading_industry"})
AHEAD = timedelta(days=366)
AREA_SCALE = 2


@action("tenancy.enter")
def enter(
    *, park: Park, enterprise: Enterprise, on: date, in_leading_industry: bool | None = None, by: Actor
) -> Tenancy:
    """The firm is a tenant of the park from `on`. It may be one of another park as well: that is shown to
    both, not refused. Raises NotAllowed, Invalid."""
    require(by, Permission.TENANCY_EDIT, park, to="登记企业入驻")
    park = locked_park(park.pk)
    _refuse_far(on)
    _refuse_ended("园区", park.closed_on, on, "关闭")
    _refuse_ended("企业", Enterprise.objects.get(pk=enterprise.pk).closed_on, on, "注销")
    _refuse_second(park, enterprise, on, None)
    row = Tenancy(park=park, enterprise=enterprise, valid_from=on, in_leading_industry=in_leading_industry)
    return enter_row(row)


@action("tenancy.leave")
def leave(*, tenancy: Tenancy, on: date, reason: str, by: Actor) -> Tenancy:
    """The firm's last day in the park is the one before `on`; it gives back its spaces with it, and what
    it was to use later comes to nothing. Raises NotAllowed, Invalid, NotReady."""
    require(by, Permission.TENANCY_EDIT, tenancy, to="登记企业离园")
    locked_park(tenancy.park_id)
    row = Tenancy.objects.select_related("enterprise", "park").get(pk=tenancy.pk)
    about(row)
    _refuse_far(on)
    if row.valid_to is not None:
        raise NotReady(f"{row.enterprise.name}已登记自 {row.valid_to} 起离园。日期有误请办理更正。")
    if reason not in LeavingReason.values:
        raise Invalid("请选择离园原因。", errors=[("reason", "请选择离园原因。")])
    _refuse_before(row.valid_from, on, "入驻", "离园")
    _end(row, on, leaving_reason=reason)
    for occupancy in row.occupancies.filter(_in_force_after(on)).order_by("valid_from"):
        _give_back(occupancy, on)
    return row


@action("tenancy.correct")
def correct(
    *, tenancy: Tenancy, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Tenancy:
    """Put right what CORRECTABLE names; without a last day there is no reason for leaving either.

    Raises NotAllowed, Invalid, NotReady, Conflict.
    """
    require(by, Permission.TENANCY_EDIT, tenancy, to="更正企业入驻")
    locked_park(tenancy.park_id)
    row = Tenancy.objects.select_related("enterprise", "park").get(pk=tenancy.pk)
    first, last = values.get("valid_from", row.valid_from), values.get("valid_to", row.valid_to)
    if first is not None and {"valid_from", "valid_to"} & set(values):
        _refuse_far(first)
        _refuse_second(row.park, row.enterprise, first, last, besides=row)
        _refuse_spaces_outside(row, first, last)
    if last is None:
        values = {**values, "leaving_reason": ""}
    return edit(row, values, editable=CORRECTABLE, seen=seen)


@action("tenancy.strike")
def strike(*, tenancy: Tenancy, reason: str, by: Actor) -> None:
    """What was entered by mistake: the firm never was a tenant. Raises NotAllowed, Invalid, NotReady."""
    require(by, Permission.TENANCY_EDIT, tenancy, to="撤销入驻登记")
    locked_park(tenancy.park_id)
    row = Tenancy.objects.select_related("enterprise", "park").get(pk=tenancy.pk)
    if not reason.strip():
        raise Invalid("请写明撤销的原因。", errors=[("reason", "请写明撤销的原因。")])
    about(row, reason=reason.strip())
    uses = [_stretch(each) for each in row.occupancies.select_related("space__building")]
    if uses:
        raise NotReady(f"{row.enterprise.name}登记过使用空间，不能撤销入驻。请先撤销下列使用。", missing=uses)
    removed(row)
    row.delete()


@action("occupancy.take")
def take(
    *,
    tenancy: Tenancy,
    space: Space,
    on: date,
    area: int | None = None,
    rent: int | None = None,
    by: Actor,
) -> Occupancy:
    """The tenant uses the space from `on` to the end of its tenancy or until released. `area` is in hundredths
    of a square metre (None: the whole space), `rent` in 分 per square metre and month.

    Raises NotAllowed, Invalid.
    """
    require(by, Permission.TENANCY_EDIT, tenancy, to="登记使用空间")
    locked_park(tenancy.park_id)
    row = Tenancy.objects.select_related("enterprise", "park").get(pk=tenancy.pk)
    space = Space.objects.select_for_update(of=("self",)).select_related("building").get(pk=space.pk)
    _refuse_far(on)
    if space.building.park_id != row.park_id:
        raise Invalid("企业只能使用其所在园区的空间。", errors=[("space", "请选择本园区的空间。")])
    _refuse_outside(row, on)
    _refuse_not_offered(space, on, row.valid_to)
    _refuse_taken(space, on, row.valid_to)
    _refuse_numbers(space, area, rent)
    return enter_row(
        Occupancy(tenancy=row, space=space, valid_from=on, valid_to=row.valid_to, area=area, rent=rent)
    )


@action("occupancy.release")
def release(*, occupancy: Occupancy, on: date, by: Actor) -> Occupancy | None:
    """The last day of use is the one before `on`; None where that was the first one, so that the space was
    never used. An end already entered may be moved forward. Raises NotAllowed, Invalid, NotReady."""
    require(by, Permission.TENANCY_EDIT, occupancy, to="登记退出空间")
    locked_park(occupancy.tenancy.park_id)
    row = Occupancy.objects.select_related("space__building", "tenancy__enterprise").get(pk=occupancy.pk)
    about(row)
    _refuse_far(on)
    if row.valid_to is not None and on >= row.valid_to:
        raise NotReady(f"{row.space}已登记自 {row.valid_to} 起退出，退出日期只能提前。")
    if on < row.valid_from:
        sentence = f"使用自 {row.valid_from} 开始，退出日期不能比它早；自始未使用的，填同一天。"
        raise Invalid(sentence, errors=[("on", sentence)])
    return _give_back(row, on)


def _in_force_after(day: date) -> Q:
    """In force on `day` or on some day after it."""
    return Q(valid_to__isnull=True) | Q(valid_to__gt=day)


def _overlapping(rows: QuerySet, first: date, last: date | None) -> QuerySet:
    """Those of `rows` in force on a day of [first, last)."""
    found = rows.filter(_in_force_after(first))
    return found if last is None else found.filter(valid_from__lt=last)


def _stretch(occupancy: Occupancy) -> str:
    end = f"至 {occupancy.valid_to}（不含当日）" if occupancy.valid_to else "起"
    return f"{occupancy.space}：{occupancy.valid_from} {end}"


def _end(row: Any, on: date, **more: Any) -> None:
    before = snapshot(row)
    row.valid_to = on
    for name, value in more.items():
        setattr(row, name, value)
    checked(row).save()
    updated(row, before)


def _give_back(occupancy: Occupancy, on: date) -> Occupancy | None:
    """It ends on `on`; one that had not begun by then is struck out."""
    if occupancy.valid_from >= on:
        removed(occupancy)
        occupancy.delete()
        return None
    _end(occupancy, on)
    return occupancy


def _wrong_day(sentence: str) -> Invalid:
    return Invalid(sentence, errors=[("on", sentence)])


def _refuse_far(on: date) -> None:
    latest = clock.today() + AHEAD
    if on > latest:
        raise _wrong_day(f"{on} 在一年以后，请核对日期；最多提前一年登记。")


def _refuse_before(first: date, on: date, begun: str, ended: str) -> None:
    if on <= first:
        raise _wrong_day(f"{begun}日期是 {first}，{ended}日期必须晚于它；登记错了请办理更正或撤销。")


def _refuse_ended(word: str, ended_on: date | None, on: date, how: str) -> None:
    if ended_on and on >= ended_on:
        raise _wrong_day(f"该{word}已于 {ended_on} {how}，不能自 {on} 起入驻。")


def _refuse_second(
    park: Park, enterprise: Enterprise, first: date, last: date | None, besides: Tenancy | None = None
) -> None:
    """The same firm twice in one park on one day."""
    others = Tenancy.objects.filter(park=park, enterprise=enterprise)
    others = others.exclude(pk=besides.pk) if besides else others
    there = _overlapping(others, first, last).order_by("valid_from").first()
    if there is None:
        return
    stands = (
        f"{there.valid_from} 起"
        if there.valid_to is None
        else f"{there.valid_from} 至 {there.valid_to}（不含当日）"
    )
    todo = (
        "不需要再登记；换空间请登记使用空间"
        if there.valid_to is None
        else "请改用其后的日期，或先更正原来的记录"
    )
    raise _wrong_day(f"{enterprise.name}在{park.name}已有 {stands}的入驻记录，{todo}。")


def _refuse_spaces_outside(row: Tenancy, first: date, last: date | None) -> None:
    outside = Q(valid_from__lt=first)
    if last is not None:
        outside |= _in_force_after(last)
    uses = row.occupancies.filter(outside).select_related("space__building").order_by("valid_from")
    names = [_stretch(each) for each in uses]
    if names:
        raise NotReady("下列空间使用不在更正后的入驻时间之内，请先办理退出或撤销。", missing=names)


def _refuse_outside(tenancy: Tenancy, on: date) -> None:
    if on < tenancy.valid_from:
        raise _wrong_day(
            f"{tenancy.enterprise.name}自 {tenancy.valid_from} 起入驻，不能从更早的日期使用空间。"
        )
    if tenancy.valid_to is not None and on >= tenancy.valid_to:
        raise _wrong_day(f"{tenancy.enterprise.name}自 {tenancy.valid_to} 起离园，此后不能使用空间。")


def _refuse_not_offered(space: Space, first: date, last: date | None) -> None:
    """The space is not yet to be had, or it or its building closes before the use ends."""
    if space.available_from and first < space.available_from:
        raise _wrong_day(f"{space}自 {space.available_from} 起可以入驻，请改用其后的日期或先修改可招商日期。")
    closings = [day for day in (space.closed_on, space.building.closed_on) if day]
    if closings and (last is None or last > min(closings)):
        raise _wrong_day(f"{space}自 {min(closings)} 起停用，请选择其他空间。")


def _refuse_taken(space: Space, first: date, last: date | None) -> None:
    there = _overlapping(space.occupancies.select_related("tenancy__enterprise"), first, last)
    other = there.order_by("valid_from").first()
    if other is None:
        return
    name = other.tenancy.enterprise.name
    if other.valid_to is None:
        raise _wrong_day(
            f"{space}自 {other.valid_from} 起由{name}使用，尚未退出。请先登记退出，或选择其他空间。"
        )
    stands = f"{other.valid_from} 至 {other.valid_to}（不含当日）"
    raise _wrong_day(f"{space}在 {stands}由{name}使用，请改用其后的日期或选择其他空间。")


def _refuse_numbers(space: Space, area: int | None, rent: int | None) -> None:
    errors = []
    if area is not None and area <= 0:
        errors.append(("area", "使用面积必须大于零；使用整个空间的请留空。"))
    if area is not None and space.area is not None and area > space.area:
        errors.append(("area", f"使用面积不能大于空间面积 {from_units(space.area, AREA_SCALE)} 平方米。"))
    if rent is not None and rent < 0:
        errors.append(("rent", "租金不能是负数；免租金的填 0。"))
    if errors:
        raise Invalid("；".join(sentence.rstrip("。") for _, sentence in errors) + "。", errors=errors)
