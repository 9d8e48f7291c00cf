"""The three administrators: made once when the portal is set up, from the server itself."""

from guandu.accounts.actions import factors, grants, users
from guandu.accounts.models import Grant, Unit, User
from guandu.accounts.roles import ADMINISTRATORS, RoleCode, ScopeKind
from guandu.audit.actions import about, action
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed, NotReady

ACCOUNTS = (
    ("sysadmin", RoleCode.SYSTEM_ADMIN),
    ("secadmin", RoleCode.SECURITY_ADMIN),
    ("auditadmin", RoleCode.AUDIT_ADMIN),
)


@action("administrators.create")
def create(*, by: Actor) -> list[tuple[User, str]]:
    """The three accounts with their one-time passwords. Raises NotReady when there are some already,
    or no office to put them in."""
    _require_service(by)
    if Grant.objects.filter(role__in=ADMINISTRATORS).exists():
        raise NotReady("三类管理员已经设立，不再重复设立。遗失口令请用 --reset 账号 重置。")
    office = Unit.objects.filter(kind=Unit.Kind.OFFICE).first()
    if office is None:
        raise NotReady("还没有园区发展办这个单位，请先执行 manage.py load_plan。")
    return [_create(username, role, office, by) for username, role in ACCOUNTS]


@action("administrators.reset")
def reset(*, user: User, by: Actor) -> tuple[User, str]:
    """A new one-time password for one of the three, whose second factor, if any, is taken off. Raises
    NotReady for anybody else."""
    _require_service(by)
    if not any(grant.role in ADMINISTRATORS for grant in user.grants_today()):
        raise NotReady(f"“{user.username}”不是三类管理员，请由系统管理员在后台重置口令。")
    about(user)
    factors.take_off(user)
    password = users.one_time_password()
    return users.set_password(user=user, password=password, by=by), password


def _create(username: str, role: RoleCode, office: Unit, by: Actor) -> tuple[User, str]:
    password = users.one_time_password()
    user = users.create(username=username, name=role.label, unit=office, password=password, by=by)
    grants.give(user=user, role=role, scope_kind=ScopeKind.DISTRICT, reason="初始设立", by=by)
    return user, password


def _require_service(by: Actor) -> None:
    if by.actor_kind != "service":
        raise NotAllowed("三类管理员只能在服务器上用 manage.py bootstrap 设立。")
