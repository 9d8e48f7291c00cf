"""One true submission for every form of 历史补录."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from guandu.exchange.writer import WrittenColumn, write_workbook
from targets.queries.history.context import FIXED, SHEET
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World


def _workbook(world: World) -> Fields:
    heads = [*(WrittenColumn(column.title) for column in FIXED), WrittenColumn("营业收入（万元，本年累计）")]
    data = write_workbook(SHEET, heads, [["全区", "", "2021", "旧表", "", "", "12.5"]])
    return {"name": "旧台账", "file": SimpleUploadedFile("旧台账.xlsx", data)}


def _page(kind: str) -> Callable[[World], str]:
    return lambda world: f"/history/{world.objects[kind]['own']}/"


S = Submission
HISTORY = (
    S("history/new/", "department", _workbook),
    S("history/<pk>/confirm/", "department", page=_page("history checked")),
    S("history/<pk>/recheck/", "department", page=_page("history checked")),
    S("history/<pk>/discard/", "department", page=_page("history to give up")),
    S("history/<pk>/sign/", "office", page=_page("history stored")),
    S("history/<pk>/withdraw/", "office", {"reason": "口径有误"}, page=_page("history signed")),
)
