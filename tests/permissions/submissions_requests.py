"""One true submission for every form of 企业诉求, services and 包保."""

from guandu.accounts.models import Unit
from parks.models import RequestKind, RequestPolicy, ServiceRequest
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import ANONYMOUS, World

PURPOSE = {"purpose": "例会汇报使用"}


def _park(world: World) -> str:
    return world.objects["park to ask for"]["own"]


def _asked(world: World) -> Fields:
    return {"park": _park(world), "text": "厂房供电不足", "firm_name": "云谷科技", "contact": "李工", "phone": "13800138000", "kind": ""}


def _move(world: World) -> Fields:
    row = ServiceRequest.objects.get(pk=world.objects["request"]["own"])
    return {"verb": "answer", "version": row.version, "words": "已列入增容计划"}


def _page(world: World) -> str:
    return f"/requests/{world.objects['request']['own']}/"


def _clock(world: World) -> Fields:
    return {"stage": "handle", "kind": RequestKind.objects.get().pk, "days": "8", "on": "2026-11-01", "document": "会议纪要"}


def _kind(world: World) -> Fields:
    unit = Unit.objects.filter(kind=Unit.Kind.DEPARTMENT).first().pk
    return {"code": "NETWORK", "name": "通信网络", "usual_unit": unit, "position": "3", "is_used": "on"}


def _event(world: World) -> Fields:
    return {"park": _park(world), "kind": "training", "on": "2026-09-20", "title": "政策培训", "people": "20"}


def _visit(world: World) -> Fields:
    return {"park": _park(world), "on": "2026-10-09", "rank": "staff", "visitors": "周科员", "seen": "园区运营正常"}


def _opened(world: World) -> None:
    RequestPolicy.objects.create(public_form=True)


SETTINGS = "/requests/settings/"
S = Submission
REQUESTS = (
    S("requests/new/", "operator", _asked),
    S("requests/export/", "office", PURPOSE, "/requests/"),
    S("requests/<pk>/move/", "department", _move, _page),
    S("requests/<pk>/number/", "department", page=_page),
    S("requests/settings/clock/", "office", _clock, SETTINGS),
    S("requests/settings/kind/", "office", _kind, SETTINGS),
    S("requests/settings/policy/", "office", {"per_address": "5"}, SETTINGS),
    S("ask/", ANONYMOUS, _asked, prepare=_opened),
    S("services/new/", "operator", _event),
    S("services/<pk>/", "operator", {"title": "改过的名称"}),
    S("services/<pk>/void/", "operator", {"because": "重复登记"}),
    S("sponsors/visits/new/", "department", _visit),
    S("sponsors/visits/<pk>/void/", "department", {"because": "记错园区"}),
)
