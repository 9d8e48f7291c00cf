"""One true submission for every form of the red lights."""

from tests.permissions.seeds_plan import SILENT
from tests.permissions.submission import Fields, Submission as S
from tests.permissions.world import World


def _pick(world: World) -> Fields:
    return {"pick": world.objects["light to release"]["own"]}


PLAN = (
    S("plan/lights/<pk>/answer/", "department", {"kind": "explained", "text": "审批滞后"}, f"/plan/lights/?period={SILENT}"),
    S("plan/lights/release/", "office", _pick, "/plan/lights/"),
    S("plan/lights/forecasts/", "office", page="/plan/lights/"),
)
