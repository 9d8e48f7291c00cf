"""免报: the office asks nothing of a subject this time, for a reason; and takes that back."""

from guandu.audit.actions import action
from guandu.core.actors import Actor
from targets.actions.return_moves import in_words, move, start
from targets.models import Return
from targets.workflow import Verb


@action("return.exempt")
def exempt(*, return_: Return, reason: str, expected: int | None = None, by: Actor) -> Return:
    """Ask the return of nobody: it leaves what is expected. What was typed stays in the draft.

    Raises NotReady once it was filed and is under review, or was ever approved.
    """
    fresh, step = start(return_=return_, verb=Verb.EXEMPT, expected=expected, by=by)
    said = in_words(reason, "reason", "免报理由")
    move(return_=fresh, step=step, version=fresh.draft, by=by, comment=said)
    return fresh


@action("return.resume")
def resume(*, return_: Return, reason: str, expected: int | None = None, by: Actor) -> Return:
    """Ask for the return again."""
    fresh, step = start(return_=return_, verb=Verb.RESUME, expected=expected, by=by)
    said = in_words(reason, "reason", "恢复填报的理由")
    move(return_=fresh, step=step, version=fresh.draft, by=by, comment=said)
    return fresh
