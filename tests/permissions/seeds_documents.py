"""公文 at each of their steps: what the own department is asked about and what is laid before leaders; a draft and a
汇报 on another chain, which nobody scoped may notice; and what is issued, on which nothing is done any more."""

from guandu.core import clock
from guandu.core.digests import digest_of
from guandu.documents.blocks import Paper, Paragraph
from guandu.documents.stored import to_data
from targets.enums_document import DocumentKind, DocumentState
from targets.models import DocumentOpinion, DocumentTemplate, OfficialDocument, Publication
from tests.permissions.sides import People, Side, keys

SIGNED = {"signer_name": "王区长", "signed_on": "2026-10-12"}


def paper(title: str) -> Paper:
    return Paper(title, [Paragraph("2026年第三季度情况见附件。")], signature="园区发展办")


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    DocumentTemplate.objects.create(
        key="bulletin.closing", text="请抓好落实。", changed_by="安全", changed_at=clock.now()
    )
    drafted, asked = _made(DocumentState.DRAFT, 1), _made(DocumentState.ASKING, 2)
    laid, signed = _made(DocumentState.SENT_UP, 3), _made(DocumentState.SIGNED, 4, **SIGNED)
    over = _made(
        DocumentState.ISSUED,
        5,
        number="官园办〔2026〕1号",
        issued_on="2026-10-12",
        issued_digest="0" * 64,
        **SIGNED,
    )
    hidden = _made(DocumentState.DRAFT, other.mark("document"))
    chain = other.park.placements.get().chain
    briefing = {
        "kind": DocumentKind.BRIEFING,
        "scope_kind": "chain",
        "scope_code": chain.code,
        "scope_name": chain.name,
    }
    elsewhere = _made(DocumentState.SENT_UP, other.mark("document"), **briefing)
    department = people["department"].unit
    for document in (asked, over):
        OfficialDocument.objects.filter(pk=document.pk).update(opinions_due="2026-10-31")
        DocumentOpinion.objects.create(document=document, unit=department)
    return {
        "document drafted": keys({"own": drafted, "shut": over}),
        "document asked": keys({"own": asked, "shut": over, "other": hidden}),
        "document laid": keys({"own": laid, "shut": over, "other": elsewhere}),
        "document signed": keys({"own": signed, "shut": over}),
        "document to send round": {
            "own": f"{drafted.pk}|{department.pk}", "shut": f"{over.pk}|{department.pk}", "none": f"999999|{department.pk}"
        },
    }  # fmt: skip


def _made(state: str, mark: object, **fields) -> OfficialDocument:
    content = to_data(paper(f"2026年第三季度通报{mark}"))
    return OfficialDocument.objects.create(
        **{"kind": DocumentKind.BULLETIN, **fields}, state=state, title=content["title"],
        publication=Publication.objects.get(kind="flash", period="2026Q3"), choices={"sections": ["numbers"], "rankings": []},
        content=content, digest=digest_of(content), drafted_by="张三", drafted_at=clock.now(),
    )  # fmt: skip
