"""名单比对: the rosters go to a bureau as a file; counts and park totals come back into its return."""

from collections.abc import Mapping, Sequence

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.files.actions import add, remove
from guandu.files.inspection import Checked
from guandu.files.models import Attachment
from parks.actions.exports import purpose_of
from targets.actions import returns
from targets.actions.attached import ON_ROSTER
from targets.actions.match_rows import put_match
from targets.actions.return_moves import locked, short
from targets.cell_keys import CellKey
from targets.models import Return
from targets.queries.locks import open_correction
from targets.queries.match_rosters import Fed, Issued, ParkRoster, moved, rosters_of

MOST_NAMED = 10
TO_EXPORT = "导出比对名单"


def may_export(return_: Return, by: Actor) -> bool:
    """The bureau whose return it is, and the office."""
    return any(allowed(by, each, return_) for each in (Permission.RETURN_FILE, Permission.RETURN_CONFIRM))


@action("roster.export")
def export(*, return_: Return, purpose: str, count: int, by: Actor) -> None:
    """The rosters of the return's parks leave as one file with `count` firms. Raises NotAllowed, Invalid."""
    if not may_export(return_, by):
        raise NotAllowed(f"您没有{TO_EXPORT}的权限。如确需办理，请联系园区发展办。")
    about(return_, reason=f"{purpose_of(purpose)}（{count} 户）")


@action("roster.match")
def match(
    *,
    return_: Return,
    rows: Sequence[Fed],
    issued: Mapping[str, Issued],
    file: Checked,
    reason: str = "",
    counter: int | None = None,
    by: Actor,
) -> Return:
    """Write what the bureau found into its draft: counts of firms by park, and the parks' numbers.

    `issued` says what the rosters were when they left. A park without a row stays as it is; in a row, an empty
    number empties its cell. Raises Invalid when counts do not add up, or when rosters have moved and there is no
    `reason`; and as `return.save`.
    """
    require(by, Permission.RETURN_FILE, return_, to="填报这张报表")
    about(locked(return_), reason=short(reason, "reason"))
    _refuse_settled(return_, rows)
    rosters = refuse_moved(return_, issued, reason)
    _refuse_wrong(rows, issued, rosters)
    cells = {str(CellKey(code, line=row.park_code)): text for row in rows for code, text in row.cells.items()}
    fresh = returns.save(return_=return_, cells=cells, counter=counter, by=by)
    kept = add(kind=ON_ROSTER, owner=fresh, file=file, by=by)
    for row in rows:
        was, now = issued[row.park_code], rosters[row.park_code]
        put_match(
            fresh.draft,
            row.park_code,
            park_name=now.name,
            listed=was.listed,
            pending=was.pending,
            matched=row.matched,
            unmatched=row.unmatched,
            roster_digest=was.digest,
            moved_reason=reason.strip() if was.digest != now.digest else "",
            file=kept,
        )
    _drop_unused(fresh, by)
    return fresh


def _drop_unused(return_: Return, by: Actor) -> None:
    """A file of which nothing stands any more, in this version or another, is taken off the return."""
    for attachment in Attachment.objects.of(ON_ROSTER, return_).filter(roster_matches=None).select_related("file"):
        remove(attachment=attachment, owner=return_, by=by)


def refuse_moved(return_: Return, issued: Mapping[str, Issued], reason: str) -> dict[str, ParkRoster]:
    """The rosters as they are now. Raises Invalid when they are not those that left and there is no `reason`."""
    rosters = rosters_of(return_)
    names = moved(issued, rosters)
    if names and not reason.strip():
        more = f"等 {len(names)} 个园区" if len(names) > MOST_NAMED else ""
        sentence = (
            f"名单下载以后，{'、'.join(names[:MOST_NAMED])}{more}的企业名单有变动。请重新下载名单再比对；"
            "确需按原名单办理的，请写明理由后重新上传。"
        )
        raise Invalid(sentence, errors=[("reason", sentence)])
    return rosters


def _refuse_settled(return_: Return, rows: Sequence[Fed]) -> None:
    """A 数据订正 that opens none of the parks' numbers leaves what was found of them as it was approved."""
    correction = open_correction(return_)
    if correction and not {code for row in rows for code in row.cells} & set(correction.codes):
        raise NotReady("本次数据订正没有开放各园区的数据，匹配结果不能改动。", missing=["没有开放各园区的数据"])


def _refuse_wrong(
    rows: Sequence[Fed], issued: Mapping[str, Issued], rosters: Mapping[str, ParkRoster]
) -> None:
    errors = [
        (row.park_code, f"{row.park_code}：匹配户数与未匹配户数之和应当等于名单户数。")
        for row in rows
        if row.park_code not in issued
        or row.park_code not in rosters
        or row.matched + row.unmatched != issued[row.park_code].listed
    ]
    if errors:
        raise Invalid("匹配户数与名单不符，没有写入。", errors=errors)
