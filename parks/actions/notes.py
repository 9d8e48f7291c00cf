"""记事: what somebody wants remembered of a park or a firm. Written once, struck out at most."""

from datetime import date

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed, NotReady
from parks.models import Enterprise, JournalNote, Park


@action("note.write")
def write(*, subject: Park | Enterprise, text: str, on: date | None = None, by: Actor) -> JournalNote:
    """Of `on`, today by default. Raises NotAllowed, Invalid."""
    require(by, Permission.NOTE_WRITE, subject, to="记事")
    about(subject)
    on = on or clock.today()
    if on > clock.today():
        raise Invalid("记事日期不能晚于今天。", errors=[("on", "记事日期不能晚于今天。")])
    column = "park" if isinstance(subject, Park) else "enterprise"
    note = JournalNote(
        **{column: subject},
        on=on,
        text=text.strip(),
        author=by,
        author_name=by.actor_name,
        written_at=clock.now(),
    )
    return enter(note)


@action("note.strike")
def strike(*, note: JournalNote, because: str, by: Actor) -> JournalNote:
    """The note stays readable, marked as wrong: by its author, or by whoever keeps the register.

    Raises NotAllowed, NotReady when it is struck out already, Invalid without a reason.
    """
    require(by, Permission.NOTE_WRITE, note, to="划去记事")
    about(note.subject, reason=because)
    if note.author.actor_key != by.actor_key and not allowed(by, Permission.PARK_EDIT, note.subject):
        raise NotAllowed("只能划去本人的记事。他人的记事有误，请联系记录人或园区发展办。")
    if note.struck_at:
        raise NotReady("这条记事已经划去。")
    if not because.strip():
        raise Invalid("请写明划去原因。", errors=[("because", "请写明划去原因。")])
    values = {"struck_at": clock.now(), "struck_because": because.strip()}
    return edit(note, values, editable=frozenset(values))
