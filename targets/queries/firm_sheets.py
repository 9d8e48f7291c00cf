"""Firms' own sheets of one return, and the one that a link opens."""

from dataclasses import dataclass
from decimal import Decimal

from guandu.core import clock
from targets.enums import FirmSheetState, SubjectKind
from targets.models import FirmSheet, Return, ReturnLine
from targets.queries.lines import below
from targets.queries.locks import lock_of
from targets.queries.sheet import FormCell, form_of


@dataclass(frozen=True)
class FirmLine:
    """One firm of the roster: its sheet, None where it has none, and what it sent, None where the form
    does not show values to the operator or nothing came."""

    code: str
    name: str
    standing: str
    sheet: FirmSheet | None
    sent: list[tuple[FormCell, Decimal | None]] | None


def of_link(digest: str) -> FirmSheet | None:
    """The sheet of a link that still opens: not revoked, in time, of a return that takes numbers."""
    found = FirmSheet.objects.filter(link_digest=digest, expires_on__gte=clock.today())
    sheet = (
        found.exclude(state=FirmSheetState.REVOKED)
        .select_related("return_of__cycle__template", "return_of__park")
        .first()
    )
    return None if sheet is None or lock_of(sheet.return_of) else sheet


def line_form(return_: Return) -> list[FormCell]:
    return [cell for cell in form_of(return_) if cell.of_lines]


def firm_lines(return_: Return) -> list[FirmLine]:
    """Grain: one per firm of the draft's roster, by code. Four queries."""
    form = line_form(return_)
    sheets = {
        each.enterprise.code: each
        for each in return_.firm_sheets.exclude(state=FirmSheetState.REVOKED).select_related("enterprise")
    }
    shows = return_.cycle.template.shows_values
    return [_firm_line(line, sheets.get(line.subject_code), form, shows) for line in _firms(return_)]


def _firms(return_: Return):
    return below(return_.draft).filter(subject_kind=SubjectKind.FIRM) if return_.draft else []


def _firm_line(line: ReturnLine, sheet: FirmSheet | None, form: list[FormCell], shows: bool) -> FirmLine:
    sent = None
    if shows and sheet and sheet.sent_at:
        sent = [(cell, cell.decimal(sheet.values.get(cell.code))) for cell in form]
    return FirmLine(line.subject_code, line.subject_name, line.get_standing_display(), sheet, sent)
