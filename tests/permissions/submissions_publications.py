"""One true submission for every form of 期次."""

from tests.permissions.submission import Submission
from tests.permissions.world import World


def _page(world: World) -> str:
    return f"/publications/{world.objects['publication']['own']}/revise/"


S = Submission
PUBLICATIONS = (
    S("publications/new/", "office", {"of": "flash 2026Q2", "document": "官园办〔2026〕12 号", "note": ""}),
    S("publications/<pk>/revise/", "office", {"note": "数据订正", "document": ""}, _page),
)
