"""Many returns at once: the clean ones pass, each other one is refused with its reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action
from guandu.core.actors import Actor
from guandu.core.errors import NotReady, PortalError
from targets.actions import returns
from targets.models import Return
from targets.queries.clean import not_clean

Picks = Sequence[tuple[Return, int | None]]  # return, and the state number that the person saw


@dataclass(frozen=True)
class Outcome:
    """How one item fared; `sentence` is empty when it passed."""

    return_: Return
    done: bool
    sentence: str = ""


@action("returns.confirm_many")
def confirm_many(*, picks: Picks, by: Actor) -> list[Outcome]:
    """Confirm each; one refusal does not stop the others."""
    require(by, Permission.RETURN_CONFIRM, to="批量确认报表")
    return [_one(returns.confirm, return_, expected, by) for return_, expected in picks]


@action("returns.review_many")
def review_many(*, picks: Picks, by: Actor) -> list[Outcome]:
    """Pass each in review; one refusal does not stop the others."""
    require(by, Permission.RETURN_REVIEW, to="批量审核报表")
    return [_one(returns.review, return_, expected, by) for return_, expected in picks]


def _one(move: Callable, return_: Return, expected: int | None, by: Actor) -> Outcome:
    try:
        open_points = not_clean(return_)
        if open_points:
            raise NotReady(f"{'；'.join(open_points)}。请逐张办理。")
        return Outcome(move(return_=return_, expected=expected, by=by), True)
    except PortalError as refused:
        return Outcome(return_, False, refused.message)
