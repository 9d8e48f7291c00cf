"""One true submission for every form of 报表套填."""

from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World
from tests.targets.layouts import make_book


@cache
def _book() -> bytes:
    """The same bytes each time: a workbook says when it was made."""
    return make_book({"C1": "{REV|本期|全区}"})


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("新版式.xlsx", _book())


def _new(world: World) -> Fields:
    return {"name": "市级统计表", "is_shared": "on", "file": _file()}


def _page(world: World) -> str:
    return f"/layouts/{world.objects['layout']['own']}/"


NAMED = {"sheet": "表一", "address": "C2", "text": "{REV|上期|全区}"}
S = Submission
LAYOUTS = (
    S("layouts/new/", "office", _new),
    S("layouts/<pk>/edit/", "office", {"name": "改名统计表"}, _page),
    S("layouts/<pk>/replace/", "office", lambda world: {"file": _file()}, _page),
    S("layouts/<pk>/name/", "office", NAMED, _page),
    S("layouts/<pk>/fill/", "leader", {"period": "2026Q3"}, _page),
)
