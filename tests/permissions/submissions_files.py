"""One true submission for every form of evidence and of paper."""

from django.core.files.uploadedfile import SimpleUploadedFile

from targets.models import Return, SignedSheet
from targets.queries.paper import code_of
from tests.files.made import pdf
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World

NAMES = {"preparer_name": "李填报", "reviewer_name": "周审核", "head_name": "欧阳负责"}


def _sent(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(b"(sent)"), "application/pdf")


def _evidence(world: World) -> Fields:
    return {"code": "REV", "file": _sent("说明.pdf")}


def _signed(world: World) -> Fields:
    """The sheet of the return's second use: its first scan is there already."""
    return_ = Return.objects.get(pk=world.objects["return to sign"]["own"])
    code = code_of(return_.filed)
    return {"step": "review", "signer_name": "王主任", "signed_on": "2026-07-09", "code": code, "file": _sent("扫描.pdf")}


def _paper(world: World) -> str:
    sheet = SignedSheet.objects.get(pk=world.objects["signed sheet"]["own"])
    return f"/returns/{sheet.version.return_of_id}/paper/"


def _evidence_page(world: World) -> str:
    return f"/returns/{world.objects['draft']['own']}/evidence/"


S = Submission
FILES = (
    S("returns/<pk>/evidence/", "operator", _evidence),
    S("returns/evidence/<pk>/remove/", "operator", page=_evidence_page),
    S("returns/<pk>/print/", "operator", NAMES),
    S("returns/<pk>/paper/", "office", _signed),
    S("returns/paper/<pk>/check/", "department", page=_paper),
    S("returns/paper/<pk>/refuse/", "department", {"reason": "公章不清"}, page=_paper),
)
