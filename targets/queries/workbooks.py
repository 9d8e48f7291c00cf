"""What a return's workbook is made of, and which return a file is for. Fixed numbers of queries."""

from collections.abc import Mapping
from dataclasses import dataclass

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from parks.models import Enterprise
from targets.enums import OPEN_STATES, LinesKind, SubjectKind
from targets.models import Cycle, Return, ReturnVersion, ReturnWorkbook
from targets.queries.lines import hidden_lines
from targets.queries.sheet import Sheet, sheet_of

IDENTITY = ("template", "period", "kind", "subject")
PARTS = ("cycle__template", "draft", "filed", "approved", "filer", "park")


@dataclass(frozen=True)
class Outgoing:
    """One return as it goes out: what stands in its draft, whom it asks. `hidden` are the firms whose numbers the
    person does not see; `credits` the credit code of each firm."""

    return_: Return
    sheet: Sheet
    hidden: frozenset[str]
    shows_last: bool
    credits: Mapping[str, str]
    identity: Mapping[str, str]
    taken_by: str


def outgoing(return_: Return, user: Actor, version: ReturnVersion | None = None) -> Outgoing:
    """The open return for the person who fills it in; `version` where it is not about the draft."""
    sheet = sheet_of(return_, version or return_.draft)
    codes = [row.code for row in sheet.lines.rows if row.kind == SubjectKind.FIRM] if sheet.lines else []
    credits = Enterprise.objects.filter(code__in=codes).values_list("code", "credit_code") if codes else ()
    template = return_.cycle.template
    return Outgoing(
        return_,
        sheet,
        hidden_lines(return_, user),
        template.lines_kind != LinesKind.FIRM or template.shows_values,
        dict(credits),
        identity_of(return_),
        user.actor_name,
    )


def identity_of(return_: Return) -> dict[str, str]:
    """By what a file is known to be of this return: no number of a row, so that it is so in every database."""
    subject = return_.park_code or (return_.filer.code if return_.filer else "")
    template = return_.cycle.template
    return dict(zip(IDENTITY, (template.code, return_.cycle.period, return_.subject_kind, subject), strict=True))


def to_hand_out(cycle: Cycle, user: Actor) -> tuple[list[Return], list[Return]]:
    """The open returns of the cycle whose workbooks the office hands out; and those that their filers fill in on the
    page already: a workbook made now would come back with half of it."""
    visible = Return.objects.visible_to(user, Permission.RETURN_RECEIVE).filter(cycle=cycle, state__in=OPEN_STATES)
    rows = list(visible.select_related(*PARTS).order_by("park_code", "pk"))
    received = set(
        ReturnWorkbook.objects.filter(version__in=[row.draft_id for row in rows])
        .exclude(filled_by="")
        .values_list("version", flat=True)
    )
    typed = [row for row in rows if row.draft.edited_by and row.draft_id not in received]
    return [row for row in rows if row not in typed], typed


def return_of_identity(identity: Mapping[str, str], returns) -> Return | None:
    """The one of `returns` that the identity names."""
    subject = identity.get("subject", "")
    found = returns.select_related(*PARTS).filter(
        cycle__template__code=identity.get("template", ""),
        cycle__period=identity.get("period", ""),
        subject_kind=identity.get("kind", ""),
    )
    by_park = identity.get("kind") == SubjectKind.PARK
    return found.filter(park_code=subject).first() if by_park else found.filter(filer__code=subject).first()
