"""One true submission for every form of 临时调度表."""

from functools import cache

from django.core.files.uploadedfile import SimpleUploadedFile

from guandu.exchange.edited import Edits, edit_workbook
from guandu.exchange.writer import TYPE
from targets.models import DispatchReceiver
from targets.queries.dispatch_books import blank_book
from tests.permissions.seeds_dispatch import workbook
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World

S = Submission
DUE = "2099-12-01T18:00"


def _of(kind: str):
    """Where the buttons of a table stand."""
    return lambda world: f"/dispatch/{world.objects[kind]['own']}/"


def _new(world: World) -> Fields:
    return {"file": SimpleUploadedFile("周调度.xlsx", workbook("sent").data, TYPE), "title": "周调度"}


def _filled(world: World) -> Fields:
    return {"file": SimpleUploadedFile("填好.xlsx", _filled_book(world.objects["dispatch answer"]["own"]), TYPE)}


@cache
def _filled_book(key: str) -> bytes:
    """Made once: a workbook bears the second in which it was made."""
    receiver = DispatchReceiver.objects.get(pk=key)
    sheet = receiver.table.layout.sheet
    return edit_workbook(blank_book(receiver), Edits(cells=[(sheet, "B2", "text", "主体封顶")]))


def _answer(world: World) -> str:
    return f"/dispatch/answers/{world.objects['dispatch answer']['own']}/"


DISPATCH = (
    S("dispatch/new/", "office", _new),
    S("dispatch/<pk>/columns/", "department", {"title-B": "本周进展"}),
    S("dispatch/<pk>/send/", "department", {"due_at": DUE, "takes_many": "one", "parks": "P-OWN"}),
    S("dispatch/<pk>/urge/", "department", page=_of("dispatch to chase")),
    S("dispatch/<pk>/missing/", "department", page=_of("dispatch not answered")),
    S("dispatch/<pk>/merged/", "department", page=_of("dispatch table")),
    S("dispatch/<pk>/extend/", "department", {"due_at": DUE}, _of("dispatch to chase")),
    S("dispatch/<pk>/close/", "department", page=_of("dispatch to chase")),
    S("dispatch/<pk>/reopen/", "department", {"due_at": DUE}, _of("dispatch to reopen")),
    S("dispatch/<pk>/copy/", "department", page=_of("dispatch table")),
    S("dispatch/answers/<pk>/", "operator", {"c-0-B": "主体封顶", "step": "file"}),
    S("dispatch/answers/<pk>/upload/", "operator", _filled, _answer),
)
