"""Opinions of streets and task forces on what was filed. They are read, they move nothing."""

from django.db import IntegrityError

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions.return_moves import in_words, locked, short
from targets.models import Opinion, Return
from targets.queries.locks import words
from targets.queries.opinions import UNDER_REVIEW, sides_of, standings

GIVEN = "本方意见已经提出，请刷新后查看。"


@action("return.opine")
def give(*, return_: Return, side: str, agrees: bool, text: str = "", by: Actor) -> Opinion:
    """The opinion of `side` on the filed version, once, within the term. A differing one needs words.

    Raises NotAllowed for a side that is not this person's, NotReady before filing or after the term.
    """
    require(by, Permission.RETURN_OPINE, return_, to="对这张报表提出意见")
    fresh = locked(return_)
    about(fresh)
    _refuse(fresh, side, by)
    said = short(text, "text") if agrees else in_words(text, "text", "不同意见的内容")
    try:
        opinion = Opinion.objects.create(
            return_of=fresh,
            version=fresh.filed,
            side=side,
            agrees=agrees,
            text=said,
            unit_name=by.unit.name,
            author_name=by.actor_name,
            author_key=by.actor_key,
            at=clock.now(),
        )
    except IntegrityError as error:
        raise Conflict(GIVEN) from error
    created(opinion)
    return opinion


def _refuse(return_: Return, side: str, by: Actor) -> None:
    if side in sides_of(return_, by):
        return
    if return_.state not in UNDER_REVIEW:
        raise NotReady(f"报表现在是“{return_.get_state_display()}”，不征求意见。")
    standing = next((each for each in standings(return_) if each.side == side), None)
    if standing is None:
        raise Invalid("这张报表不征求这一方的意见。", errors=[("side", "这张报表不征求这一方的意见。")])
    if standing.opinion:
        raise Conflict(GIVEN)
    if not standing.waits:
        raise NotReady(f"征求意见已于{words(standing.last_day)}期满，按无意见办理；有情况请直接联系园区发展办。")
    raise NotAllowed("您不能代表这一方提出意见。")
