"""Documents for tests: choices on a published district, and a document at each of its steps."""

from datetime import date
from io import BytesIO

from docx import Document
from PIL import Image

from guandu.accounts.models import Unit, User
from guandu.core import clock
from guandu.documents.blocks import Paper
from guandu.documents.docx import write_docx
from guandu.documents.reader import text_lines
from guandu.documents.stored import to_data
from guandu.files.inspection import Checked, check
from guandu.files.kinds import DOCX, SCANS
from targets.actions import documents
from targets.models import DocumentOpinion, OfficialDocument, Publication
from targets.queries.document_papers import Choices
from targets.queries.documents import paper_of

NUMBER = "官园办〔2026〕12号"


def make_document(state: str, asked: Unit | None = None, title: str = "2026年第三季度通报") -> OfficialDocument:
    """One at a step, without the steps before it."""
    said = {"issued_by": "张三", "issued_on": clock.today(), "issued_at": clock.now(), "digest": "published"}
    publication, _ = Publication.objects.get_or_create(kind="flash", period="2026Q3", revision=0, defaults=said)
    document = OfficialDocument.objects.create(
        kind="bulletin", state=state, title=title, publication=publication, content=to_data(Paper(title, [])), digest="drafted",
        drafted_by="张三", drafted_at=clock.now(),
    )  # fmt: skip
    if asked:
        DocumentOpinion.objects.create(document=document, unit=asked)
    return document


def choose(publication: Publication, kind: str = "bulletin", **more) -> Choices:
    given = {
        "bulletin": {"sections": ("numbers", "filing", "targets", "lights"), "rankings": ("park",)},
        "closing": {"sections": ("aims",)},
        "briefing": {
            "sections": ("numbers",),
            "scope_kind": "park",
            "scope_code": "P1",
            "scope_name": "演示园区1",
        },
    }[kind]
    return Choices(kind=kind, publication=publication, **{**given, **more})


def draft(publication: Publication, by: User, kind: str = "bulletin", **more) -> OfficialDocument:
    return documents.make(choices=choose(publication, kind, **more), by=by)


def asked(document: OfficialDocument, by: User, *units: Unit, due_on: date | None = None) -> OfficialDocument:
    return documents.ask(document=document, units=units, due_on=due_on or clock.today(), by=by)


def scan(name: str = "签批.png") -> Checked:
    stream = BytesIO()
    Image.new("RGB", (4, 4), "white").save(stream, "PNG")
    return check(stream.getvalue(), name, SCANS)


def signed(document: OfficialDocument, by: User) -> OfficialDocument:
    sent = documents.send_up(document=document, by=by)
    return documents.sign(document=sent, signer="王区长", signed_on=clock.today(), file=scan(), by=by)


def final_file(document: OfficialDocument, **replaced: str) -> Checked:
    """The draft as an official finished it: texts changed, the small print kept, a 文号 added."""
    edited = Document(BytesIO(write_docx(paper_of(document))))
    edited.paragraphs[0].insert_paragraph_before(NUMBER)
    for paragraph in edited.paragraphs:
        for run in paragraph.runs:
            for old, new in replaced.get("texts", {}).items():
                run.text = run.text.replace(old, new)
    stream = BytesIO()
    edited.save(stream)
    return check(stream.getvalue(), "印发.docx", (DOCX,))


def issued(
    document: OfficialDocument, by: User, file: Checked | None = None, number: str = NUMBER, **more
) -> OfficialDocument:
    file = file or final_file(document)
    return documents.issue(
        document=document,
        number=number,
        issued_on=clock.today(),
        file=file,
        lines=text_lines(file),
        by=by,
        **more,
    )
