"""What a person says of himself: who he is, when he is away."""

from datetime import date

from guandu.accounts.checks import allowed
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS
from guandu.audit.actions import about, action, checked, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed


@action("user.set_away")
def set_away(*, user: User, since: date | None, until: date | None, by: Actor) -> User:
    """`user` is away from `since` up to and including `until`; both None: he is back. His B acts
    meanwhile. By himself, the office or the system administrator. Raises NotAllowed, Invalid."""
    others = (Permission.ACCOUNT_EDIT, Permission.BATCH_REQUEST)
    about(user)
    if by != user and not any(allowed(by, permission) for permission in others):
        raise NotAllowed("您没有登记他人离岗的权限。如确需办理，请联系园区发展办。")
    _check_days(since, until)
    row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    before = snapshot(row)
    row.away_from, row.away_until = since, until
    checked(row).save(update_fields=["away_from", "away_until"])
    updated(row, before)
    return row


@action("user.complete_own")
def complete_own(*, name: str, staff_no: str, by: User) -> User:
    """The administrator set up on the server says who he is, once. Raises NotAllowed, Invalid
    where the staff number has an account already: one person has one."""
    row = User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    about(row)
    if not must_complete(row):
        raise NotAllowed("您的姓名和人员编号已经登记；需要更改的，请联系系统管理员。")
    if not staff_no.strip():
        raise Invalid("请填写人员编号。", errors=[("staff_no", "请填写人员编号。")])
    before = snapshot(row)
    row.name, row.staff_no = name.strip(), staff_no.strip()
    checked(row).save(update_fields=["name", "staff_no"])
    updated(row, before)
    return row


def must_complete(user: User) -> bool:
    """Whether this is an administrator of whom nobody knows who he is."""
    if user.staff_no or user.is_demo:
        return False
    return any(grant.role in ADMINISTRATORS for grant in user.grants_today())


def _check_days(since: date | None, until: date | None) -> None:
    if (since is None) != (until is None):
        raise Invalid("请同时填写离岗的起止日期，或者都留空。", errors=[("until", "起止日期须同时填写。")])
    if since and until < since:
        raise Invalid("离岗止日不能早于起日。", errors=[("until", "止日不能早于起日。")])
    if until and until < clock.today():
        raise Invalid("离岗止日已经过去。", errors=[("until", "止日不能早于今天。")])
