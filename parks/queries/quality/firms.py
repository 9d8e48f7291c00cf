"""What is wrong or wanting of firms: codes, names, where they are tenants, honours, attribution."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from guandu.core.actors import Actor
from parks.enums import AttributionKind, CodeState, Renewal
from parks.models import Attribution, Enterprise, Honour, HonourRule, Park, Tenancy
from parks.quality import Defect, Severity, check
from parks.queries.quality.mending import VIEW, mended_at, overlapping, record_of, standing_firms

_W, _M = Severity.WRONG, Severity.WANTING
PENDING_DAYS = 90


def _tenant(day: date) -> Exists:
    return Exists(Tenancy.objects.on(day).filter(enterprise=OuterRef("pk")))


@check("firm-no-code", _M, "企业没有统一社会信用代码", "请按营业执照补登；个体工商户和分支机构也有代码。")
def without_code(actor: Actor, day: date) -> list[Defect]:
    firms = standing_firms(actor, day).filter(credit_code="")
    return [Defect(each.name, f"编码 {each.code}", mended_at(actor, each)) for each in firms]


@check(
    "firm-code-pending", _M, "代码待核时间过长", f"入园满 {PENDING_DAYS} 天仍未核实代码，请与营业执照核对。"
)
def code_pending(actor: Actor, day: date) -> list[Defect]:
    since = day - timedelta(days=PENDING_DAYS)
    long_here = Tenancy.objects.on(day).filter(enterprise=OuterRef("pk"), valid_from__lte=since)
    firms = standing_firms(actor, day).filter(Exists(long_here), credit_code_state=CodeState.PENDING)
    return [
        Defect(each.name, f"代码 {each.credit_code}", mended_at(actor, each))
        for each in firms.exclude(credit_code="")
    ]


@check("firm-duplicate", _W, "企业重名", "两家企业名称相同，请核对是否重复登记，重复的办理合并。")
def duplicates(actor: Actor, day: date) -> list[Defect]:
    """One per name, whatever the number of firms."""
    same = (
        Enterprise.objects.exclude(closed_on__lte=day)
        .filter(name=OuterRef("name"))
        .exclude(pk=OuterRef("pk"))
    )
    found: dict[str, list[Enterprise]] = {}
    for each in standing_firms(actor, day).filter(Exists(same)):
        found.setdefault(each.name, []).append(each)
    return [
        Defect(name, "编码 " + "、".join(each.code for each in firms), mended_at(actor, firms[0]))
        for name, firms in found.items()
    ]


@check("firm-two-parks", _M, "企业同时在两个园区", "确有两处经营的可以保留；否则请登记离园。")
def in_two_parks(actor: Actor, day: date) -> list[Defect]:
    """Names the parks of the person's scope; of others only that there are some."""
    here = Tenancy.objects.on(day).filter(enterprise=OuterRef("pk"))
    other = Tenancy.objects.on(day).filter(enterprise=OuterRef("enterprise")).exclude(park=OuterRef("park"))
    firms = list(standing_firms(actor, day).filter(Exists(here.filter(Exists(other)))))
    rows = Tenancy.objects.on(day).filter(enterprise__in=firms).values_list("enterprise", "park").distinct()
    names = dict(Park.objects.visible_to(actor, VIEW).values_list("pk", "name"))
    places: dict[int, list[int]] = {}
    for firm, park in rows.order_by("enterprise", "park__code"):
        places.setdefault(firm, []).append(park)
    return [Defect(each.name, _parks(places[each.pk], names), record_of(each)) for each in firms]


def _parks(places: list[int], names: dict[int, str]) -> str:
    known = [names[park] for park in places if park in names]
    return "、".join(known + (["另有其他园区"] if len(known) < len(places) else []))


@check("firm-closed-tenant", _W, "已注销的企业仍在园", "请登记离园，或更正注销日期。")
def closed_tenants(actor: Actor, day: date) -> list[Defect]:
    firms = (
        Enterprise.objects.visible_to(actor, VIEW).filter(_tenant(day), closed_on__lte=day).order_by("code")
    )
    return [Defect(each.name, f"{each.closed_on} 注销", mended_at(actor, each)) for each in firms]


@check("tenancy-overlap", _W, "入驻登记重叠", "同一企业在同一园区的两段入驻日期重叠，请更正。")
def overlapping_tenancies(actor: Actor, day: date) -> list[Defect]:
    rows = overlapping(Tenancy.objects.visible_to(actor, VIEW), "park", "enterprise")
    return [
        Defect(each.enterprise.name, f"{each.park.name}，{each.valid_from} 起的一段", record_of(each.park))
        for each in rows.select_related("park", "enterprise").order_by("park__code", "pk")
    ]


@check("honour-overlap", _W, "荣誉重叠", "同一荣誉的两段有效期重叠，请核对起止日期。")
def overlapping_honours(actor: Actor, day: date) -> list[Defect]:
    found = overlapping(Honour.objects.visible_to(actor, VIEW), "enterprise", "kind", revoked_on=None)
    return [
        Defect(
            each.enterprise.name,
            f"{each.kind.name}，{each.valid_from} 起的一段",
            mended_at(actor, each.enterprise),
        )
        for each in found.select_related("enterprise", "kind").order_by("enterprise__code", "pk")
    ]


@check("honour-expired", _M, "荣誉到期没有续期", "请登记重新认定或复核结果；未通过的登记撤销。")
def expired_honours(actor: Actor, day: date) -> list[Defect]:
    renewed = Honour.objects.filter(enterprise=OuterRef("enterprise"), kind=OuterRef("kind")).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_to"))
    )
    needed = HonourRule.objects.filter(kind__code=OuterRef("kind")).exclude(renewal=Renewal.NONE)
    standing = standing_firms(actor, day).values("pk")
    rows = Honour.objects.filter(enterprise__in=standing, valid_to__lte=day, revoked_on=None)
    return [
        Defect(
            each.enterprise.name, f"{each.kind.name}，{each.valid_to} 到期", mended_at(actor, each.enterprise)
        )
        for each in rows.filter(Exists(needed), ~Exists(renewed))
        .select_related("enterprise", "kind")
        .order_by("valid_to", "pk")
    ]


@check("firm-no-attribution", _M, "在园企业没有归属", "税收和统计归属各登记一处，区外的也要写明。")
def without_attribution(actor: Actor, day: date) -> list[Defect]:
    firms = list(standing_firms(actor, day).filter(_tenant(day)))
    known = set(Attribution.objects.on(day).filter(enterprise__in=firms).values_list("enterprise", "kind"))
    found = []
    for firm in firms:
        missing = [kind.label for kind in AttributionKind if (firm.pk, kind.value) not in known]
        if missing:
            found.append(Defect(firm.name, f"没有{'、'.join(missing)}", mended_at(actor, firm)))
    return found
