"""One true submission for every form beside a return: opinions, 数据订正, 免报, 延期, closing."""

from collections.abc import Callable
from datetime import date

from parks.models import Park
from targets.models import Return
from tests.factories import make_enterprise
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import ANONYMOUS, World


def _page(kind: str) -> Callable[[World], str]:
    return lambda world: f"/returns/{world.objects[kind]['own']}/"


def _pick(world: World) -> Fields:
    key = world.objects["return to review"]["own"]
    return {"pick": f"{key}:{Return.objects.get(pk=key).version}"}


def _new_firm(world: World) -> None:
    make_enterprise(park=Park.objects.get(code="P-OWN"), name="新迁入企业", since=date(2024, 6, 3))


_firms = lambda world: f"/returns/{world.objects['return by firms']['own']}/firms/"  # noqa: E731
_sheet = lambda world: f"/firm-sheet/{world.objects['firm link']['own']}/"  # noqa: E731
S = Submission
RETURNS = (
    S("returns/review/", "department", _pick, "/returns/"),
    S("returns/<pk>/opine/", "street", {"side": "street", "agrees": "no", "text": "漏一户"}, _page("return to opine")),
    S("returns/<pk>/sign-off/", "office", page=_page("return signed off")),
    S("returns/<pk>/correct/", "office", {"codes": ["REV"], "reason": "录入有误"}, _page("return to correct")),
    S("returns/<pk>/correct/ask/", "operator", {"codes": ["REV"], "reason": "漏凭证"}, _page("return to correct")),
    S("returns/<pk>/correct/decline/", "office", {"answer": "以税务数为准"}, _page("return asked about")),
    S("returns/<pk>/correct/withdraw/", "office", {"reason": "原数无误"}, _page("return corrected")),
    S("returns/<pk>/exempt/", "office", {"reason": "停产改造"}, _page("return to exempt")),
    S("returns/<pk>/resume/", "office", {"reason": "提前复工"}, _page("return exempt")),
    S("returns/<pk>/extend/ask/", "operator", {"reason": "系统升级"}, _page("return over")),
    S(
        "returns/<pk>/extend/", "office", {"until": "2099-01-01T10:00", "answer": "同意"},
        _page("return asking time"),
    ),
    S("returns/<pk>/extend/decline/", "office", {"answer": "已过通报时间"}, _page("return asking time")),
    S("returns/<pk>/carry/", "operator", {"v-REV": "300"}, _page("return by firms")),
    S("returns/<pk>/flag/", "street", {"code": "REV", "text": "等税务数据"}, _page("return to correct")),
    S("returns/<pk>/unflag/", "office", lambda w: {"note": w.objects["flag"]["own"]}, _page("return to correct")),
    S("returns/<pk>/roster/", "operator", page=_page("return by firms"), prepare=_new_firm),
    S("returns/<pk>/firms/issue/", "operator", lambda w: {"codes": [w.objects["firm of the roster"]["own"]]}, _firms),
    S("returns/<pk>/firms/accept/", "operator", lambda w: {"sheets": [w.objects["firm sheet sent"]["own"]]}, _firms),
    S(
        "returns/<pk>/firms/give-back/", "operator",
        lambda w: {"sheet": w.objects["firm sheet sent"]["own"], "remark": "请核对单位"}, _firms,
    ),
    S("firm-sheet/<secret>/", ANONYMOUS, {"v-REV": "88", "filler_name": "王会计"}, _sheet),
    S(
        "returns/differences/settle/", "office",
        {"period": "2025Q3", "indicator": "REV", "park": "P-OWN", "source": "operator", "reason": "核对凭证"}, None,
    ),
    S("cycles/<pk>/close/", "office", page="/calendar/?year=2025"),
    S("cycles/<pk>/reopen/", "office", page="/calendar/?year=2024"),
)  # fmt: skip
