"""The nightly sweep: accounts that nobody uses are closed, under the service's own name."""

from guandu.accounts.actions import users
from guandu.accounts.actions.vacancies import WATCH
from guandu.accounts.models import AccessPolicy, User
from guandu.accounts.queries_dormant import dormant
from guandu.core.actors import Actor


def sweep(*, by: Actor = WATCH) -> list[User]:
    """Close every account unused for longer than the policy allows; each is an event of its own."""
    days = AccessPolicy.current().dormant_days
    reason = f"超过 {days} 天没有使用，按登录策略自动停用"
    return [users.disable(user=row.user, reason=reason, by=by) for row in dormant(days)]
