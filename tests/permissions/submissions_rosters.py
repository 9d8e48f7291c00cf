"""One true submission for every form of 名单比对."""

from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from targets.forms_match import write_rosters
from targets.models import Return
from targets.queries.match_rosters import rosters_of
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World
from tests.targets.rosters import filled


@cache
def _book(key: str) -> bytes:
    """Nobody of the first park's roster has a code: none is listed, none found. The same bytes each time: a
    workbook says when it was made."""
    return_ = Return.objects.get(pk=key)
    return filled(write_rosters(return_, rosters_of(return_), "内部资料"), E2=0, F2=0)


def _matched(world: World) -> Fields:
    book = _book(world.objects["return to match"]["own"])
    return {"file": SimpleUploadedFile("回填.xlsx", book), "reason": ""}


def _page(world: World) -> str:
    return f"/rosters/{world.objects['return to match']['own']}/"


S = Submission
ROSTERS = (
    S("rosters/<pk>/", "department", _matched),
    S("rosters/<pk>/export/", "department", {"purpose": "核对本季度名单"}, _page),
)
