"""One true submission for every form of 期次."""

from collections.abc import Callable

from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World


def _page(part: str) -> Callable[[World], str]:
    return lambda world: f"/publications/{world.objects['publication']['own']}/{part}"


def _given(world: World) -> Fields:
    return {"client": world.objects["client to be given all"]["own"], "reason": "按协议接收"}


S = Submission
PUBLICATIONS = (
    S("publications/new/", "office", {"document": "官园办〔2026〕12 号"}, "/publications/new/?of=flash 2026Q2"),
    S("publications/<pk>/revise/", "office", {"note": "数据订正"}, _page("revise/")),
    S("publications/<pk>/export/", "leader", page=_page("")),
    S("admin/targets/disclosure/add/", "office", _given),
    S("admin/targets/disclosure/<object_id>/change/", "office", {"stop": "on"}),
)
