"""Firms' own sheets: a link that opens one line of one return, and what comes back by it.

The link is known to whoever was given it, and to nobody else: the portal keeps its digest. What a firm
sends is a draft; the operator accepts it into the return.
"""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.numbers import from_units, parse_decimal, to_units
from parks.models import Enterprise
from targets.actions.drafts import Draft, write
from targets.actions.return_moves import in_words, locked
from targets.cell_keys import CellKey
from targets.enums import FirmSheetState, LinesKind, SubjectKind
from targets.models import FirmSheet, Return
from targets.queries.firm_sheets import line_form, of_link
from targets.queries.lines import below
from targets.queries.locks import lock_of

SECRET_BYTES = 24
LONGEST_NAME = 40
OVER = "这张填报单已经失效：园区已经报送，或者填报时间已过。如需补报，请联系园区运营方。"
TAKEN = "园区运营方已经采用您报送的数据，不能再改。需要改动的，请联系园区运营方。"


@dataclass(frozen=True)
class Link:
    """Whoever holds a firm's link: it may write the one line and do nothing else."""

    sheet: FirmSheet
    actor_kind: str = "link"

    @property
    def actor_key(self) -> str:
        return f"firm-sheet:{self.sheet.pk}"

    @property
    def actor_name(self) -> str:
        return f"{self.sheet.firm_name}（企业填报单）"


def digest_of_link(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@action("firm_sheet.issue")
def issue(*, return_: Return, codes: Collection[str], by: Actor) -> list[tuple[FirmSheet, str]]:
    """A sheet for each firm named, with the secret of its link, which is told this once. A former sheet of
    the firm is revoked. Raises NotReady where the return takes no numbers, Invalid for an unknown firm."""
    require(by, Permission.RETURN_FILE, return_, to="发放企业填报单")
    fresh = locked(return_)
    about(fresh)
    _refuse_shut(fresh)
    lines = {line.subject_code: line for line in below(fresh.draft) if line.subject_kind == SubjectKind.FIRM}
    if not codes or set(codes) - lines.keys():
        sentence = "请勾选名录中的企业。"
        raise Invalid(sentence, errors=[("codes", sentence)])
    for former in fresh.firm_sheets.exclude(state=FirmSheetState.REVOKED).filter(enterprise__code__in=codes):
        if former.state == FirmSheetState.ACCEPTED:
            raise NotReady(f"{former.firm_name}报送的数据已经采用，不能再发填报单。")
        _set(former, by, state=FirmSheetState.REVOKED)
    firms = Enterprise.objects.in_bulk(list(codes), field_name="code")
    until = last_day(fresh)
    return [_issued(fresh, firms[code], lines[code].subject_name, until, by) for code in sorted(codes)]


@action("firm_sheet.send")
def send(
    *, sheet: FirmSheet, cells: Mapping[str, str], filler_name: str, by: Link
) -> FirmSheet:
    """What the firm says of itself: indicator code → text. Sent again it takes the former's place, until
    the operator has accepted it. Raises NotAllowed for another link, NotReady once it is over."""
    if not isinstance(by, Link) or by.sheet.pk != sheet.pk:
        raise NotAllowed("这张填报单只能由持有链接的企业填写。")
    fresh = FirmSheet.objects.select_for_update().select_related("return_of__cycle__template").get(pk=sheet.pk)
    about(fresh)
    _refuse_over(fresh)
    name = in_words(filler_name, "filler_name", "填报人姓名")[:LONGEST_NAME]
    values = _parsed(fresh, cells)
    before = snapshot(fresh)
    fresh.values, fresh.filler_name, fresh.sent_at = values, name, clock.now()
    fresh.state, fresh.remark = FirmSheetState.SENT, ""
    fresh.save(update_fields=["values", "filler_name", "sent_at", "state", "remark"])
    updated(fresh, before)
    return fresh


@action("firm_sheet.accept")
def accept(*, return_: Return, sheets: Sequence[FirmSheet], by: Actor) -> int:
    """Write what the firms sent into their lines of the draft; how many. Raises NotReady when one of them
    has sent nothing new, Conflict where the line is no longer in the form."""
    require(by, Permission.RETURN_FILE, return_, to="采用企业报送的数据")
    fresh = locked(return_)
    about(fresh)
    _refuse_shut(fresh)
    rows = list(fresh.firm_sheets.filter(pk__in=[each.pk for each in sheets]).select_related("enterprise"))
    if not rows or any(row.state != FirmSheetState.SENT for row in rows):
        raise NotReady("所选企业没有新报送的数据，请刷新后再办。")
    keys = {
        str(CellKey(code, line=row.enterprise.code)): units for row in rows for code, units in row.values.items()
    }
    draft = Draft.read(fresh, keys)
    cells = {
        key: str(from_units(units, draft.form[CellKey.parse(key).code].version.scale)) for key, units in keys.items()
    }
    write(draft, cells, {}, {}, None, by)
    for row in rows:
        _set(row, by, state=FirmSheetState.ACCEPTED)
    return len(rows)


@action("firm_sheet.give_back")
def give_back(*, sheet: FirmSheet, remark: str, by: Actor) -> FirmSheet:
    """Ask the firm to look again, in words that its sheet shows; the same link serves. NotReady once the
    return takes no numbers."""
    require(by, Permission.RETURN_FILE, sheet.return_of, to="退回企业填报单")
    _refuse_shut(locked(sheet.return_of))
    fresh = FirmSheet.objects.select_for_update().get(pk=sheet.pk)
    about(fresh)
    if fresh.state != FirmSheetState.SENT:
        raise Conflict("这张填报单没有待采用的数据，请刷新后查看。")
    said = in_words(remark, "remark", "请企业核对的内容")
    return _set(fresh, by, state=FirmSheetState.ISSUED, remark=said)


def last_day(return_: Return) -> date:
    """Of the cycle's links: that of closing, else the day on which it is due."""
    return return_.cycle.closes_on or return_.cycle.due_on


def _refuse_shut(return_: Return) -> None:
    if return_.cycle.template.lines_kind != LinesKind.FIRM:
        raise NotReady("这张报表不按企业逐行填报。")
    lock = lock_of(return_)
    if lock:
        raise NotReady(lock.sentence)


def _refuse_over(sheet: FirmSheet) -> None:
    if sheet.state == FirmSheetState.ACCEPTED:
        raise NotReady(TAKEN)
    if of_link(sheet.link_digest) is None:
        raise NotReady(OVER)


def _parsed(sheet: FirmSheet, cells: Mapping[str, str]) -> dict[str, int]:
    """Whole units by code; Invalid with every cell that is wrong, or when nothing is said at all."""
    form = {cell.code: cell for cell in line_form(sheet.return_of)}
    values, errors = {}, []
    for code, text in cells.items():
        try:
            if code not in form:
                raise Invalid("填报单没有这一项。")
            value = parse_decimal(text)
            units = None if value is None else to_units(value, form[code].version.scale)
            if units is not None and units < 0:
                raise Invalid(f"{form[code].name}不能为负数，请核对。")
        except Invalid as wrong:
            errors.append((code, wrong.message))
        else:
            values |= {} if units is None else {code: units}
    if not errors and not values:
        errors = [(code, "请填写；确实为零请填 0。") for code in form]
    if errors:
        raise Invalid("有填写不符合要求的地方，请改正后再报送。", errors=errors)
    return values


def _issued(return_: Return, firm: Enterprise, name: str, until: date, by: Actor) -> tuple[FirmSheet, str]:
    if until < clock.today():
        raise NotReady("本期填报时间已过，链接发出即失效。请先向园区发展办申请延期。")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    sheet = FirmSheet.objects.create(
        return_of=return_,
        enterprise=firm,
        firm_name=name,
        state=FirmSheetState.ISSUED,
        link_digest=digest_of_link(secret),
        expires_on=until,
        issued_by=by.actor_name,
        issued_at=clock.now(),
    )
    created(sheet)
    return sheet, secret


def _set(sheet: FirmSheet, by: Actor, **values) -> FirmSheet:
    before = snapshot(sheet)
    values |= {"settled_by": by.actor_name, "settled_at": clock.now()}
    for name, value in values.items():
        setattr(sheet, name, value)
    sheet.save(update_fields=list(values))
    updated(sheet, before)
    return sheet
