"""Closing a cycle: the office takes no more returns, whatever is complete or approved. And opening it again."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict
from targets.models import Cycle


@action("cycle.close")
def close(*, cycle: Cycle, by: Actor) -> Cycle:
    """From now on only extended and corrected returns are taken. Raises Conflict when it is closed."""
    require(by, Permission.CYCLE_OPEN, to="关闭报送期次")
    fresh = _locked(cycle)
    if fresh.closed_at:
        raise Conflict("本期报送已经关闭，请刷新后查看。")
    return _set(fresh, closed_at=clock.now(), closed_by=by.actor_name)


@action("cycle.reopen")
def reopen(*, cycle: Cycle, by: Actor) -> Cycle:
    """Take returns again. A closing day that has passed is lifted too."""
    require(by, Permission.CYCLE_OPEN, to="重新开放报送期次")
    fresh = _locked(cycle)
    passed = fresh.closes_on is not None and clock.today() > fresh.closes_on
    if not fresh.closed_at and not passed:
        raise Conflict("本期报送正在进行，请刷新后查看。")
    return _set(fresh, closed_at=None, closed_by="", closes_on=None if passed else fresh.closes_on)


def _locked(cycle: Cycle) -> Cycle:
    fresh = Cycle.objects.select_for_update(of=("self",)).select_related("template").get(pk=cycle.pk)
    about(fresh)
    return fresh


def _set(cycle: Cycle, **values) -> Cycle:
    before = snapshot(cycle)
    for name, value in values.items():
        setattr(cycle, name, value)
    cycle.save(update_fields=list(values))
    updated(cycle, before)
    return cycle
