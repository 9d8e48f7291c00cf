"""One true submission for every form of 公文."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from guandu.core import clock
from guandu.documents.docx import write_docx
from targets.models import Publication
from tests.files.made import pdf
from tests.permissions.seeds_documents import paper
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World

TEMPLATES = "/documents/templates/"


def _page(kind: str) -> Callable[[World], str]:
    return lambda world: f"/documents/{world.objects[kind]['own']}/"


def _builder(world: World) -> str:
    return f"/documents/new/?kind=bulletin&publication={world.objects['publication']['own']}&sections=numbers"


def _asked(world: World) -> Fields:
    return {"units": world.objects["document to send round"]["own"].partition("|")[2], "due_on": "2026-10-31"}


def _signed(world: World) -> Fields:
    scan = SimpleUploadedFile("签批.pdf", pdf(b"(signed)"), "application/pdf")
    return {"signer": "王区长", "signed_on": "2026-10-12", "file": scan}


def _issued(world: World) -> Fields:
    file = SimpleUploadedFile("印发.docx", write_docx(paper("2026年第三季度通报")))
    return {"number": "官园办〔2026〕12号", "issued_on": "2026-10-12", "file": file}


def _next_quarter(world: World) -> None:
    first = Publication.objects.get(pk=world.objects["publication"]["own"])
    Publication.objects.create(
        kind="flash",
        period="2026Q4",
        digest="next",
        issued_by=first.issued_by,
        issued_on=clock.today(),
        issued_at=clock.now(),
    )


S = Submission
DOCUMENTS = (
    S("documents/make/", "office", page=_builder),
    S("documents/<pk>/next/", "office", page=_page("document drafted"), prepare=_next_quarter),
    S("documents/<pk>/ask/", "office", _asked, _page("document drafted")),
    S("documents/<pk>/opine/", "department", {"agrees": "no", "text": "请补充原因"}, _page("document asked")),
    S("documents/<pk>/send-up/", "office", page=_page("document drafted")),
    S("documents/<pk>/send-back/", "liaison", {"comment": "请补充"}, _page("document laid")),
    S("documents/<pk>/sign/", "liaison", _signed, _page("document laid")),
    S("documents/<pk>/issue/", "office", _issued, _page("document signed")),
    S("documents/<pk>/drop/", "office", {"comment": "重复"}, _page("document drafted")),
    S("documents/templates/edit/", "security_admin", {"text": "请审阅。"}, TEMPLATES),
    S("documents/templates/restore/", "security_admin", page=TEMPLATES),
)
