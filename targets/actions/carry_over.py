"""沿用上期数: empty cells take what stood a period ago, at the filer's word."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action
from guandu.core.actors import Actor
from guandu.core.errors import NotReady
from guandu.core.numbers import from_units
from targets.actions.drafts import Draft, write
from targets.actions.return_moves import locked, refusal
from targets.models import Return
from targets.queries.carried import carried_units
from targets.queries.locks import lock_of
from targets.workflow import Verb

NOTHING = "没有可以沿用的上期数：各项都已填写，或者上期没有可比的数。年初的累计数不能沿用上年的。"


@action("return.carry_over")
def carry_over(*, return_: Return, by: Actor) -> Return:
    """Put last period's number into every empty cell that has a comparable one: a 期末数, or a 本年累计 of the
    same year. What was typed stays. Raises NotReady when there is nothing to take over."""
    require(by, Permission.RETURN_FILE, return_, to="填报这张报表")
    fresh = locked(return_)
    about(fresh)
    if not fresh.is_open:
        raise NotReady(refusal(fresh, Verb.FILE))
    lock = lock_of(fresh)
    if lock:
        raise NotReady(lock.sentence)
    found = carried_units(fresh)
    if not found:
        raise NotReady(NOTHING)
    draft = Draft.read(fresh, found)
    scales = {code: cell.version.scale for code, cell in draft.form.items()}
    cells = {key: str(from_units(units, scales[key.partition("@")[0]])) for key, units in found.items()}
    write(draft, cells, {}, {}, None, by)
    return fresh
