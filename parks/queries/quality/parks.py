"""What is wrong or wanting of parks: where they belong, who answers for them, their areas."""

from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q

from guandu.accounts.models import Grant
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.audit.changes import in_words
from guandu.core.actors import Actor
from guandu.core.models import dated
from parks.enums import TitleState
from parks.models import Contact, Enterprise, Park, ParkName, Placement, Sponsorship, Tenancy, Title
from parks.quality import Defect, Severity, check
from parks.queries.calendar import names_due
from parks.queries.quality.mending import VIEW, mended_at, parks_of, record_of, standing_firms, standing_parks

_W, _M = Severity.WRONG, Severity.WANTING
# Each must not be larger than the next.
AREAS = ("let_area", "lettable_area", "built_area", "floor_area")


def _placed(day: date, **condition) -> Exists:
    return Exists(Placement.objects.on(day).filter(park=OuterRef("pk"), **condition))


def _sponsored(day: date) -> Exists:
    return Exists(Sponsorship.objects.on(day).filter(park=OuterRef("pk")))


@check("park-no-chain", _W, "园区没有所属产业链", "每个园区必须且只能属于一条产业链，请登记归属。")
def without_chain(actor: Actor, day: date) -> list[Defect]:
    parks = standing_parks(actor, day).filter(~_placed(day))
    return [
        Defect(each.name, f"{day} 没有归属", mended_at(actor, each, step="change_placement"))
        for each in parks
    ]


@check("park-no-street", _W, "园区没有所在街道", "请在归属中补上街道。")
def without_street(actor: Actor, day: date) -> list[Defect]:
    parks = standing_parks(actor, day).filter(_placed(day, street=None))
    return [
        Defect(each.name, "归属中没有街道", mended_at(actor, each, step="change_placement")) for each in parks
    ]


@check("park-no-operator", _W, "在运营园区没有运营方", "没有运营方就没有人填报，请在归属中补上。")
def without_operator(actor: Actor, day: date) -> list[Defect]:
    parks = parks_of(actor).open_on(day).filter(_placed(day, operator=None))
    return [
        Defect(each.name, "归属中没有运营方", mended_at(actor, each, step="change_placement"))
        for each in parks
    ]


@check("park-no-sponsor", _W, "在运营园区没有包保部门", "请登记包保部门和责任人。")
def without_sponsor(actor: Actor, day: date) -> list[Defect]:
    parks = parks_of(actor).open_on(day).filter(~_sponsored(day))
    return [
        Defect(each.name, f"{day} 无包保", mended_at(actor, each, step="change_sponsorship"))
        for each in parks
    ]


@check("sponsorship-gap", _W, "包保有中断", "前后两段包保之间有空档，请核对起止日期。")
def sponsorship_gaps(actor: Actor, day: date) -> list[Defect]:
    same = Sponsorship.objects.filter(park=OuterRef("park"))
    covering = same.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("valid_to")), valid_from__lte=OuterRef("valid_to")
    )
    later = same.filter(valid_from__gt=OuterRef("valid_to"))
    ended = Sponsorship.objects.visible_to(actor, VIEW).filter(valid_to__lte=day)
    gaps = (
        ended.filter(~Exists(covering), Exists(later))
        .select_related("park")
        .order_by("park__code", "valid_to")
    )
    return [
        Defect(
            each.park.name, f"{each.valid_to} 起中断", mended_at(actor, each.park, step="change_sponsorship")
        )
        for each in gaps
    ]


@check("park-areas", _W, "园区面积前后矛盾", "已入驻、可招商、已建成、规划面积应依次不减，请核对。")
def contradicting_areas(actor: Actor, day: date) -> list[Defect]:
    wrong = Q()
    for at, small in enumerate(AREAS):
        for large in AREAS[at + 1 :]:
            wrong |= Q(**{f"{small}__gt": F(large)})
    parks = standing_parks(actor, day).filter(wrong)
    return [Defect(each.name, _areas_in_words(each), mended_at(actor, each)) for each in parks]


def _areas_in_words(park: Park) -> str:
    known = [(name, getattr(park, name)) for name in AREAS if getattr(park, name) is not None]
    words = []
    for (small, less), (large, more) in zip(known, known[1:], strict=False):
        if less > more:
            first, second = park._meta.get_field(small), park._meta.get_field(large)
            words.append(
                f"{first.verbose_name} {in_words(first, less)}，大于{second.verbose_name} {in_words(second, more)}"
            )
    return "；".join(words)


@check("park-no-account", _M, "在运营园区没有填报账号", "请为运营方申请账号并授权。")
def without_account(actor: Actor, day: date) -> list[Defect]:
    held = Grant.objects.on(day).filter(
        role=RoleCode.OPERATOR, scope_kind=ScopeKind.PARK, user__is_active=True, scope_code=OuterRef("code")
    )
    parks = parks_of(actor).open_on(day).filter(~Exists(held))
    return [Defect(each.name, "没有启用的运营方账号", record_of(each)) for each in parks]


@check("park-no-contact", _M, "在运营园区没有联系人", "请登记至少一位联系人及电话。")
def without_contact(actor: Actor, day: date) -> list[Defect]:
    known = Contact.objects.filter(park=OuterRef("pk")).exclude(phone_masked="").exclude(ended_on__lte=day)
    parks = parks_of(actor).open_on(day).filter(~Exists(known))
    return [Defect(each.name, "没有可用的联系人", record_of(each, "contacts")) for each in parks]


@check("park-unclassified", _M, "园区没有分类", "载体形式和运营模式各选且只选一种。")
def unclassified(actor: Actor, day: date) -> list[Defect]:
    parks = standing_parks(actor, day).filter(Q(carrier="") | Q(operating_model=""))
    return [
        Defect(
            each.name,
            "、".join(
                word
                for word, value in (("载体形式", each.carrier), ("运营模式", each.operating_model))
                if not value
            )
            + "未登记",
            mended_at(actor, each),
        )
        for each in parks
    ]


@check("park-closed-tenants", _W, "已关闭的园区仍有入驻企业", "请登记企业离园，或更正关闭日期。")
def closed_with_tenants(actor: Actor, day: date) -> list[Defect]:
    here = Tenancy.objects.on(day).filter(park=OuterRef("pk"))
    closed = parks_of(actor).filter(Exists(here), closed_on__lte=day)
    counted = closed.annotate(firms=Count("tenancies", filter=dated(day, "tenancies__")))
    return [
        Defect(each.name, f"{each.closed_on} 关闭，仍有 {each.firms} 家在园企业", mended_at(actor, each))
        for each in counted
    ]


@check("park-duplicate", _W, "园区重名", "两个园区名称相同，请核对是否重复登记。")
def duplicates(actor: Actor, day: date) -> list[Defect]:
    """One per name, whatever the number of parks."""
    named = Park.objects.exclude(closed_on__lte=day).filter(name=OuterRef("name"))
    first = standing_parks(actor, day).filter(Exists(named.exclude(pk=OuterRef("pk"))))
    found: dict[str, list[Park]] = {}
    for each in first:
        found.setdefault(each.name, []).append(each)
    return [
        Defect(name, "编码 " + "、".join(each.code for each in same), mended_at(actor, same[0]))
        for name, same in found.items()
    ]


@check("title-no-document", _M, "已认定的称号没有文号", "请补登认定文号。")
def titles_without_document(actor: Actor, day: date) -> list[Defect]:
    titles = Title.objects.visible_to(actor, VIEW).filter(state=TitleState.AWARDED, document="")
    return [
        Defect(
            each.park.name,
            f"{each.full_name}，{each.awarded_on} 认定",
            mended_at(actor, each.park, step="record_title"),
        )
        for each in titles.select_related("park").order_by("park__code", "name")
    ]


@check(
    "name-out-of-step", _W, "名称未按期生效", "名称变更已到生效日期，但登记册仍是原名称或代码，请核对后更正。"
)
def names_out_of_step(actor: Actor, day: date) -> list[Defect]:
    rows = names_due(day)
    owners = [row.park if isinstance(row, ParkName) else row.enterprise for row in rows]
    parks = parks_of(actor).filter(pk__in=_keys(owners, Park))
    mine = {*parks, *standing_firms(actor, day).filter(pk__in=_keys(owners, Enterprise))}
    return [
        Defect(owner.name, f"{row.valid_from} 起应为{row.name}", mended_at(actor, owner))
        for row, owner in zip(rows, owners, strict=True)
        if owner in mine
    ]


def _keys(owners: list, model: type) -> list[int]:
    return [each.pk for each in owners if isinstance(each, model)]
