"""The office hands its park operators a new password; nobody else's."""

from guandu.accounts.actions import users
from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.queries_operators import is_operators_only
from guandu.audit.actions import about, action
from guandu.core.actors import Actor, Service
from guandu.core.errors import NotAllowed, NotReady

# Writes the password for the office, which may reset these accounts and edit none.
DESK = Service("operator-desk", "运营方账号办理")


@action("operator.reset")
def reset_password(*, user: User, by: Actor) -> str:
    """A new one-time password of a park operator's account, which ends its sessions and tokens and is
    changed on signing in. Raises NotAllowed where the account has any other duty, NotReady where it is
    closed."""
    require(by, Permission.OPERATOR_RESET, to="重置运营方账号口令")
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    about(user)
    if not is_operators_only(user):
        raise NotAllowed("这个账号不只是园区运营方，请由系统管理员重置口令。")
    if not user.is_active:
        raise NotReady("账号已停用，请先联系系统管理员启用。")
    password = users.one_time_password()
    users.set_password(user=user, password=password, by=DESK)
    return password
