"""One true submission for every form of 评定方案 and of 方案模拟."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.permissions.seeds_schemes import version
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World


def _file(world: World) -> Fields:
    return {"file": SimpleUploadedFile("方案.yaml", version(7).encode())}


def _page(kind: str) -> Callable[[World], str]:
    return lambda world: f"/rating/schemes/{world.objects[kind]['own']}/"


S = Submission
LIST = "/rating/schemes/"
SCHEMES = (
    S("rating/schemes/upload/", "office", _file, LIST),
    S("rating/schemes/<pk>/adopt/", "office", page=_page("scheme to issue")),
    S(
        "rating/schemes/<pk>/publish/", "office", {"document": "官政发〔2026〕1号", "issued_on": "2026-10-01"},
        _page("scheme to issue"),
    ),
    S("rating/schemes/<pk>/retire/", "office", {"because": "不再使用"}, _page("scheme to issue")),
    S("rating/schemes/scopes/", "office", {"carrier": "land", "scheme_code": "guandu-star", "on": "2026-10-01"}, LIST),
    S("rating/schemes/scopes/<pk>/end/", "office", {"on": "2026-12-01"}, LIST),
    S("rating/simulations/new/", "office", {"period": "2026Q3"}, "/rating/simulations/"),
)  # fmt: skip
