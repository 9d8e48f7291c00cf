"""One true submission for every form of meetings."""

from collections.abc import Callable

from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World

PARTICULARS = {
    "kind": "regular", "title": "第四次例会", "day": "2026-11-20", "place": "三楼", "chair": "王副区长", "proposals_until": "2026-11-16"
}  # fmt: skip
PROPOSALS = "/meetings/proposals/"


def _of(kind: str, part: str = "") -> Callable[[World], str]:
    return lambda world: f"/meetings/{world.objects[kind]['own']}/{part}"


def _pick(world: World) -> Fields:
    return {"pick": world.objects["agenda pick"]["own"].partition("|")[2]}


def _unit(world: World) -> int:
    return world.people["department"].unit_id


S = Submission
PREPARING, SET, HELD = "meeting in preparation", "meeting that is set", "meeting that was held"
MEETINGS = (
    S("meetings/new/", "office", PARTICULARS),
    S("meetings/<pk>/edit/", "office", {"place": "四楼"}),
    S("meetings/<pk>/cancel/", "office", {"reason": "并入区里会议"}, _of("meeting to come")),
    S("meetings/<pk>/hold/", "office", {"on": "2026-10-12", "present": "各单位"}, _of(SET)),
    S("meetings/<pk>/agenda/", "office", _pick),
    S("meetings/<pk>/agenda/add/", "office", {"title": "学习文件"}, _of(PREPARING, "agenda/")),
    S("meetings/<pk>/agenda/set/", "office", page=_of(PREPARING)),
    S("meetings/<pk>/agenda/reopen/", "office", {"reason": "增加议题"}, _of(SET)),
    S("meetings/items/<pk>/", "office", {"title": "另议"}),
    S("meetings/items/<pk>/remove/", "office", page=_of(PREPARING, "agenda/")),
    S("meetings/items/<pk>/outcome/", "office", {"outcome": "同意"}, _of(HELD, "minutes/")),
    S("meetings/<pk>/resolutions/add/", "office", lambda world: {"text": "办成", "unit": _unit(world), "due_on": "2026-12-01"},
      _of(HELD, "minutes/")),
    S("meetings/resolutions/<pk>/drop/", "office", page=_of(HELD, "minutes/")),
    S("meetings/<pk>/minutes/", "office", {"text": "纪要全文"}),
    S("meetings/<pk>/minutes/correct/", "office", {"text": "更正全文", "reason": "漏字"}, _of("meeting that is issued", "minutes/")),
    S("meetings/proposals/", "department", lambda world: {"unit": _unit(world), "title": "研究用地", "text": "缺指标"}),
    S("meetings/proposals/<pk>/withdraw/", "department", page=PROPOSALS),
    S("meetings/proposals/<pk>/decline/", "office", {"answer": "先由部门研究"}, PROPOSALS),
)  # fmt: skip
