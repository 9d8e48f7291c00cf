"""One true submission for every form of workbooks."""

from django.core.files.uploadedfile import SimpleUploadedFile

from guandu.accounts.roles import RoleCode
from guandu.exchange.bundles import bundled
from targets.models import Cycle, Return, ReturnWorkbook
from tests.permissions.seeds_workbooks import file_of
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World

NAMED = {"filled_by": "李四", "came_by": "电子邮件"}


def _filled_in(world: World) -> Fields:
    return_ = Return.objects.get(pk=world.objects["return to fill in"]["own"])
    data = file_of(return_, world.people[RoleCode.OPERATOR], E5=8)
    return {"file": SimpleUploadedFile("填好.xlsx", data)}


def _zip(world: World) -> Fields:
    return {"file": SimpleUploadedFile("收回.zip", bundled([("说明.txt", b"1")]))}


def _book(world: World) -> str:
    return f"/workbooks/{world.objects['workbook']['own']}/"


def _received(world: World) -> str:
    book = ReturnWorkbook.objects.get(return_of=world.objects["return to receive"]["own"])
    return f"/workbooks/{book.pk}/"


def _list(world: World) -> str:
    return f"/cycles/{world.objects['cycle handed out']['own']}/workbooks/"


def _batch(world: World) -> str:
    return f"/workbook-batches/{world.objects['workbook batch']['own']}/"


def _rules(world: World) -> Fields:
    return {"rules": Cycle.objects.get(pk=world.objects["cycle handed out"]["own"]).template_id}


def _picked(world: World) -> Fields:
    book = ReturnWorkbook.objects.get(batch=world.objects["workbook batch"]["own"])
    return {"pick": [str(book.pk)], f"n-{book.pk}": "李四"}


S = Submission
WORKBOOKS = (
    S("returns/<pk>/workbook/", "operator", _filled_in),
    S("returns/<pk>/receive/", "office", page=_received),
    S("workbooks/<pk>/load/", "office", {**NAMED, "overwrite": "on"}, page=_book),
    S("workbooks/<pk>/marked/", "operator", page=_book),
    S("workbooks/<pk>/drop/", "operator", page=_book),
    S("cycles/<pk>/workbooks/", "office", _zip),
    S("cycles/<pk>/workbooks/file/", "office", {"purpose": "发给不上门户的园区填报"}, page=_list),
    S("cycles/<pk>/rechecks/", "office", _rules),
    S("workbook-batches/<pk>/load/", "office", _picked, page=_batch),
)
