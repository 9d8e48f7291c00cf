"""What is wrong or wanting of buildings and spaces."""

from datetime import date

from django.db.models import F, Q, Sum

from guandu.audit.changes import in_words
from guandu.core.actors import Actor
from parks.models import Building, Occupancy
from parks.quality import Defect, Severity, check
from parks.queries.quality.mending import VIEW, overlapping, record_of

_W, _M = Severity.WRONG, Severity.WANTING


@check("space-area", _W, "空间面积之和大于楼宇建筑面积", "请核对各空间面积和楼宇建筑面积。")
def spaces_larger_than_building(actor: Actor, day: date) -> list[Defect]:
    used = Q(spaces__closed_on__isnull=True) | Q(spaces__closed_on__gt=day)
    buildings = Building.objects.visible_to(actor, VIEW).exclude(closed_on__lte=day)
    wrong = buildings.annotate(total=Sum("spaces__area", filter=used)).filter(total__gt=F("built_area"))
    field = Building._meta.get_field("built_area")
    return [
        Defect(
            f"{each.park.name} {each.name}",
            f"空间合计 {in_words(field, each.total)}，建筑面积 {in_words(field, each.built_area)}",
            record_of(each.park),
        )
        for each in wrong.select_related("park").order_by("park__code", "code")
    ]


@check("occupancy-overlap", _W, "同一空间同时有两家使用", "请登记前一家的退出日期。")
def overlapping_occupancies(actor: Actor, day: date) -> list[Defect]:
    rows = overlapping(Occupancy.objects.visible_to(actor, VIEW), "space")
    return [
        Defect(
            f"{each.space.building.name} {each.space.name}",
            f"{each.tenancy.enterprise.name} {each.valid_from} 起与前一家重叠",
            record_of(each.space.building.park),
        )
        for each in rows.select_related("space__building__park", "tenancy__enterprise").order_by(
            "space", "pk"
        )
    ]


@check("occupancy-area", _W, "使用面积大于空间面积", "请核对使用面积或空间面积。")
def occupancies_larger_than_space(actor: Actor, day: date) -> list[Defect]:
    rows = Occupancy.objects.visible_to(actor, VIEW).on(day).filter(area__gt=F("space__area"))
    field = Occupancy._meta.get_field("area")
    return [
        Defect(
            f"{each.space.building.name} {each.space.name}",
            f"{each.tenancy.enterprise.name}使用 {in_words(field, each.area)}，空间 {in_words(field, each.space.area)}",
            record_of(each.space.building.park),
        )
        for each in rows.select_related("space__building__park", "tenancy__enterprise").order_by(
            "space", "pk"
        )
    ]


@check("idle-no-plan", _M, "闲置楼宇没有盘活措施", "请写明盘活措施；已盘活的登记盘活日期。")
def idle_without_plan(actor: Actor, day: date) -> list[Defect]:
    idle = Building.objects.visible_to(actor, VIEW).filter(idle_since__lte=day, reused_on=None, reuse_plan="")
    return [
        Defect(f"{each.park.name} {each.name}", f"{each.idle_since} 起闲置", record_of(each.park))
        for each in idle.exclude(closed_on__lte=day).select_related("park").order_by("park__code", "code")
    ]
