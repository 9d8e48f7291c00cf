"""What a merger would do, before it is done: what stands in its way, and its effects in words."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Model, Q, QuerySet

from guandu.core import clock
from parks.enums_requests import OPEN_REQUESTS
from parks.merging import followers
from parks.models import (
    Attribution,
    Building,
    Enterprise,
    Honour,
    Occupancy,
    Park,
    Placement,
    Proposal,
    ServiceRequest,
    Sponsorship,
    Tenancy,
)

STAYS = "{day} 之前的名称、归属、报表、数据和记录保持原样，仍列在{name}名下。"


@dataclass(frozen=True)
class Preview:
    """With `obstacles` nothing is merged; `effects` say what will happen, in order."""

    obstacles: tuple[str, ...]
    effects: tuple[str, ...]


def park_merger(park: Park, into: Park, on: date) -> Preview:
    """A fixed number of queries, beside those of the rooms that follow."""
    obstacles = [*_obstacles(park, into, on, opened=park.opened_on), *_not_open(into, on)]
    obstacles += _begun_since(Placement, "归属", on, park=park) + _begun_since(
        Sponsorship, "包保", on, park=park
    )
    effects = [
        f"{park.name}自 {on} 起关闭，归属和包保到前一日为止。",
        f"{running(Tenancy, on, park=park).count()} 家在园企业自 {on} 起登记为{into.name}的入驻企业。",
        f"{Building.objects.filter(park=park).count()} 栋楼宇连同空间划归{into.name}。",
        f"{Proposal.objects.filter(park=park, state='waiting').count()} 项待审核的变更申请失效。",
        f"{ServiceRequest.objects.filter(park=park, state__in=OPEN_REQUESTS).count()} 项未办结的企业诉求转到{into.name}继续办理。",
    ]
    for follower in followers():
        obstacles += follower.obstacles(park, into, on)
        effects += follower.effects(park, into, on)
    effects += ["原园区的称号、联系人和账号授权不随之转移，请另行办理。", _stays(park, on)]
    return Preview(tuple(obstacles), tuple(effects))


def enterprise_merger(firm: Enterprise, into: Enterprise, on: date) -> Preview:
    obstacles = _obstacles(firm, into, on, opened=firm.established_on)
    obstacles += _begun_since(Attribution, "税收或统计归属", on, enterprise=firm)
    effects = [
        f"{firm.name}自 {on} 起不再计入，代码留在其档案中，不再使用。",
        f"{running(Tenancy, on, enterprise=firm).count()} 项入驻、{_occupied(firm, on)} 处空间自 {on} 起由{into.name}接续。",
        f"{honours_on(firm, on).count()} 项荣誉接续到原到期日；{into.name}已有的同种荣誉不重复登记。",
        f"{Attribution.objects.on(on).filter(enterprise=firm).count()} 项归属接续；{into.name}已有的以其为准。",
        f"{Enterprise.objects.filter(head_office=firm).count()} 家分支机构改挂{into.name}。",
        _stays(firm, on),
    ]
    return Preview(tuple(obstacles), tuple(effects))


def running(model: type[Model], on: date, **whose: Model) -> QuerySet:
    """Dated rows that have not ended by `on`, whenever they began."""
    return model._default_manager.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), **whose)


def honours_on(firm: Enterprise, on: date) -> QuerySet:
    """In force on `on`, or given for a day to come."""
    return running(Honour, on, enterprise=firm).filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=on))


def _occupied(firm: Enterprise, on: date) -> int:
    return running(Occupancy, on, tenancy__enterprise=firm).count()


def _stays(obj: Park | Enterprise, on: date) -> str:
    return STAYS.format(day=on, name=obj.name)


def _obstacles(
    obj: Park | Enterprise, into: Park | Enterprise, on: date, *, opened: date | None
) -> list[str]:
    found = []
    if obj.pk == into.pk:
        found.append("不能并入自身，请另选。")
    if on > clock.today():
        found.append("合并日期不能晚于今天，请在合并当日或之后办理。")
    if obj.merged_into_id:
        found.append(f"{obj.name}已于 {obj.merged_on} 合并，不能再次合并。")
    elif obj.closed_on and obj.closed_on <= on:
        found.append(f"{obj.name}自 {obj.closed_on} 起已不再计入，合并日期须早于该日。")
    if into.merged_into_id or (into.closed_on and into.closed_on <= clock.today()):
        found.append(f"{into.name}已不再计入，请另选。")
    if opened and on <= opened:
        found.append(f"合并日期须晚于 {opened}。")
    return found


def _not_open(into: Park, on: date) -> list[str]:
    if into.opened_on and into.opened_on <= on:
        return []
    return [f"{into.name}在 {on} 尚未开园，不能并入。"]


def _begun_since(model: type[Model], word: str, on: date, **whose: Model) -> list[str]:
    row = model._default_manager.filter(valid_from__gte=on, **whose).order_by("valid_from").first()
    return [f"已登记自 {row.valid_from} 起的{word}，请先更正后再合并。"] if row else []
