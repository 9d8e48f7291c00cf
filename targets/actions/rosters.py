"""Whom a return asks line by line: laid down when its cycle opens, brought up to date while it is open."""

from collections.abc import Sequence

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, removed
from guandu.core.actors import Actor
from guandu.core.errors import NotReady
from guandu.core.periods import Period
from targets.actions.match_rows import drop_matches
from targets.actions.return_moves import locked
from targets.enums import LinesKind, SubjectKind
from targets.models import Return, ReturnLine, ReturnTemplate, ReturnVersion
from targets.queries.lines import below
from targets.queries.locks import lock_of
from targets.queries.rollup.inputs import members_in
from targets.queries.roster import Entry, firms_of, parks_of

STATED = "名录与登记册一致，没有需要更新的企业。"


@action("roster.refresh")
def refresh(*, return_: Return, by: Actor) -> Return:
    """Make the lines of the draft those of the register now. A firm that is gone leaves the form unless
    something was typed for it. Raises NotReady once it is filed, or when nothing differs."""
    require(by, Permission.RETURN_FILE, return_, to="更新这张报表的企业名录")
    fresh = locked(return_)
    about(fresh)
    lock = lock_of(fresh)
    if lock:
        raise NotReady(lock.sentence)
    template = fresh.cycle.template
    if not template.lines_kind:
        raise NotReady("这张报表不逐行填报，没有名录。")
    wanted = {entry.code: entry for entry in _entries(template, Period.parse(fresh.cycle.period), fresh)}
    known = {line.subject_code: line for line in below(fresh.draft)}
    gone = [line for code, line in known.items() if code not in wanted and not line.values]
    come = [_line(fresh.draft, entry) for code, entry in wanted.items() if code not in known]
    moved = [line for code, line in known.items() if code in wanted and _moves(line, wanted[code])]
    if not gone and not come and not moved:
        raise NotReady(STATED)
    for line in gone:
        removed(line)
        line.delete()
    drop_matches(fresh.draft, [line.subject_code for line in gone])
    ReturnLine.objects.bulk_create(come)
    ReturnLine.objects.bulk_update(moved, ["subject_name", "standing"])
    for line in come:
        created(line)
    return fresh


def add_lines(
    template: ReturnTemplate, period: Period, drafts: Sequence[tuple[Return, ReturnVersion]]
) -> None:
    """Part of opening a cycle: a line for each firm or park that the form asks for, in every draft."""
    if not template.lines_kind:
        return
    ReturnLine.objects.bulk_create(
        [_line(draft, entry) for return_, draft in drafts for entry in _entries(template, period, return_)],
        batch_size=500,
    )


def _entries(template: ReturnTemplate, period: Period, return_: Return) -> list[Entry]:
    if template.lines_kind == LinesKind.FIRM:
        return firms_of(return_.park, period)
    members = members_in(period)
    if return_.subject_kind == SubjectKind.STREET:
        members = {code: each for code, each in members.items() if each.street == return_.street_code}
    return parks_of(members)


def _line(draft: ReturnVersion, entry: Entry) -> ReturnLine:
    return ReturnLine(
        version=draft,
        subject_kind=entry.kind,
        subject_code=entry.code,
        subject_name=entry.name,
        standing=entry.standing,
    )


def _moves(line: ReturnLine, entry: Entry) -> bool:
    """Whether the line says another name or standing than the register; then it is brought up to date."""
    differs = (line.subject_name, line.standing) != (entry.name, entry.standing)
    line.subject_name, line.standing = entry.name, entry.standing
    return differs
