"""Documents on pages: what may be done with one now, what is asked of a unit, what waits for whom."""

from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from guandu.accounts.checks import allowed
from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.documents.blocks import Paper
from guandu.documents.stored import from_data
from parks.models import Chain, Park
from targets.enums_document import BriefedScope, DocumentState, DocumentVerb
from targets.models import DocumentOpinion, OfficialDocument, Publication
from targets.queries.document_papers import Choices
from targets.queries.publications import published

ON_DOCUMENT = "plan.document"
MARKS = {
    DocumentState.DRAFT: "草稿",
    DocumentState.ASKING: "征求意见稿",
    DocumentState.SENT_UP: "送审稿",
    DocumentState.DROPPED: "作废",
}
_P, _S, _V = Permission, DocumentState, DocumentVerb
# state → what may be done, and who may.
MOVES: dict[str, dict[str, Permission]] = {
    _S.DRAFT: {_V.ASK: _P.DOCUMENT_EDIT, _V.SEND_UP: _P.DOCUMENT_EDIT, _V.DROP: _P.DOCUMENT_EDIT},
    _S.ASKING: {_V.SEND_UP: _P.DOCUMENT_EDIT, _V.SEND_BACK: _P.DOCUMENT_EDIT, _V.DROP: _P.DOCUMENT_EDIT},
    _S.SENT_UP: {_V.SIGN: _P.DOCUMENT_SIGN, _V.SEND_BACK: _P.DOCUMENT_SIGN},
    _S.SIGNED: {_V.ISSUE: _P.DOCUMENT_EDIT},
}
TARGETS = {
    _V.ASK: _S.ASKING, _V.SEND_UP: _S.SENT_UP, _V.SEND_BACK: _S.DRAFT, _V.SIGN: _S.SIGNED, _V.ISSUE: _S.ISSUED,
    _V.DROP: _S.DROPPED,
}  # fmt: skip


def may_now(document: OfficialDocument, actor: Actor) -> set[str]:
    moves = MOVES.get(document.state, {})
    held = {permission: allowed(actor, permission, document) for permission in set(moves.values())}
    return {str(verb) for verb, permission in moves.items() if held[permission]}


def paper_of(document: OfficialDocument) -> Paper:
    """As it stands now: the words of its state, its 文号, the day of the signature. The same state, the same paper."""
    paper = from_data(document.content)
    return replace(
        paper,
        mark=MARKS.get(DocumentState(document.state), ""),
        number=document.number,
        dated=document.signed_on or paper.dated,
    )


def opinions_of(document: OfficialDocument, user: User) -> list[DocumentOpinion]:
    """Those that the person may read. One query."""
    return list(DocumentOpinion.objects.visible_to(user).filter(document=document).select_related("unit"))


def opinion_word(opinion: DocumentOpinion, due: date | None) -> str:
    if opinion.given_at:
        return "无修改意见" if opinion.agrees else "有修改意见"
    return "逾期未答复，视为无意见" if due and due < clock.today() else "待答复"


def silent_units(document: OfficialDocument) -> list[str]:
    """Units whose term still runs."""
    if document.opinions_due is None or document.opinions_due < clock.today():
        return []
    waiting = document.opinions.filter(given_at=None).select_related("unit")
    return [each.unit.name for each in waiting]


def opinions_waiting(user: User) -> QuerySet[DocumentOpinion]:
    """What the person's unit is asked and has not said."""
    if not user.may(Permission.DOCUMENT_OPINE):
        return DocumentOpinion.objects.none()
    rows = DocumentOpinion.objects.visible_to(user, Permission.DOCUMENT_OPINE).filter(
        unit=user.unit_id, given_at=None, document__state=DocumentState.ASKING
    )
    return rows.select_related("document__publication").order_by("document__opinions_due", "pk")


def waiting_for_signature(user: User) -> QuerySet[OfficialDocument]:
    if not user.may(Permission.DOCUMENT_SIGN):
        return OfficialDocument.objects.none()
    rows = OfficialDocument.objects.visible_to(user, Permission.DOCUMENT_SIGN)
    return rows.filter(state=DocumentState.SENT_UP).defer("content", "differences")


def units_asked() -> QuerySet[Unit]:
    """Whom a draft may be sent to."""
    kinds = ("department", "street", "task_force")
    return Unit.objects.filter(kind__in=kinds).order_by("kind", "code")


def scopes_of(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a 汇报 may be about, as grouped choices of a field: `kind code` and the name. Three queries."""
    parks = Park.objects.visible_to(user).order_by("code").values_list("code", "name")
    chains = Chain.objects.order_by("position").values_list("code", "name")
    streets = Unit.objects.filter(kind="street").order_by("code").values_list("code", "name")
    found = {
        BriefedScope.CHAIN: [(code, f"{name}产业链") for code, name in chains],
        BriefedScope.STREET: list(streets),
        BriefedScope.PARK: list(parks),
    }
    return [
        (str(kind.label), [(f"{kind} {code}", name) for code, name in pairs]) for kind, pairs in found.items()
    ]


def next_choices(document: OfficialDocument) -> Choices | None:
    """The same choice on what stands published for the next quarter; None while nothing does."""
    publication = published(document.quarter.next_quarter)
    return choices_of(document, publication) if publication else None


def choices_of(document: OfficialDocument, publication: Publication) -> Choices:
    return Choices(
        kind=document.kind,
        publication=publication,
        sections=tuple(document.choices.get("sections", ())),
        rankings=tuple(document.choices.get("rankings", ())),
        scope_kind=document.scope_kind,
        scope_code=document.scope_code,
        scope_name=document.scope_name,
    )
