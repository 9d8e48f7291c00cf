"""待跟进: a mark on a cell for those who work on the return, until somebody takes it off. It decides nothing."""

from guandu.accounts.checks import allowed
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, removed
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed
from targets.actions.return_moves import in_words
from targets.enums import NoteKind
from targets.models import CellNote, Return
from targets.queries.sheet import form_of

WORK_ON_IT = (
    Permission.RETURN_FILE, Permission.RETURN_REVIEW, Permission.RETURN_CONFIRM, Permission.RETURN_OPINE,
)  # fmt: skip


@action("return.flag")
def flag(*, return_: Return, code: str, text: str, by: Actor) -> CellNote:
    """Mark the cell `code`, with words on what is to be followed up. By whoever works on the return."""
    _require(return_, by)
    about(return_)
    cell = next((each for each in form_of(return_) if each.code == code), None)
    if cell is None:
        raise Invalid("请选择要标记的指标。", errors=[("code", "请选择本表的一项指标。")])
    note = CellNote.objects.create(
        return_of=return_,
        version=return_.draft or return_.filed,
        indicator_id=cell.indicator_id,
        kind=NoteKind.FLAG,
        text=in_words(text, "text", "要跟进的事项"),
        author_name=by.actor_name,
        at=clock.now(),
    )
    created(note)
    return note


@action("return.unflag")
def unflag(*, return_: Return, note: int, by: Actor) -> None:
    """Take the mark off. Conflict when it is gone."""
    _require(return_, by)
    about(return_)
    row = return_.notes.filter(pk=note, kind=NoteKind.FLAG).first()
    if row is None:
        raise Conflict("这条跟进标记已经取消，请刷新后查看。")
    removed(row)
    row.delete()


def _require(return_: Return, by: Actor) -> None:
    if not any(allowed(by, each, return_) for each in WORK_ON_IT):
        raise NotAllowed("您没有标记这张报表的权限。如确需办理，请联系园区发展办。")
