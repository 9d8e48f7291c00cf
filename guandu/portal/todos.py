"""What waits for those who keep accounts, and for who stands in for somebody; accounts stand below
the shared pages, so the portal hands their work up."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from guandu.accounts import lockout
from guandu.accounts.actions.persons import must_complete
from guandu.accounts.models import AccessPolicy, AccountBatch, Handover, User
from guandu.accounts.permissions import Permission
from guandu.accounts.queries_dormant import closing_soon
from guandu.accounts.queries_duties import Unheld, deputised_by, unheld
from guandu.accounts.queries_operators import operator_accounts
from guandu.accounts.roles import ADMINISTRATORS, RoleCode
from guandu.web.registry import Change, ToDo, change_sources, todo_sources

FEW = 3  # as many of one kind are listed one by one; more become one line


@todo_sources.register(1)
def own_details(user: User) -> list[ToDo]:
    if not must_complete(user):
        return []
    url, why = reverse("officers:own"), "三类管理员由不同的人担任"
    return [ToDo("登记本人姓名和人员编号", url, "去登记", detail=why, word="待登记", tone="late")]


@todo_sources.register(2)
def duties_unheld(user: User) -> list[ToDo]:
    """Duties that nobody holds: the office hears of all, each administrator of the office's and of the
    other administrators'."""
    whole = user.may(Permission.BATCH_REQUEST)
    if not whole and not any(grant.role in ADMINISTRATORS for grant in user.grants_today()):
        return []
    told = ADMINISTRATORS | {RoleCode.OFFICE}
    found = [each for each in unheld() if whole or each.duty.role in told]
    url = reverse("officers:duties") if user.may(Permission.ACCOUNT_VIEW) else reverse("portal:home")
    if len(found) <= FEW:
        return [_unheld(each, url) for each in found]
    names = "、".join(dict.fromkeys(each.duty.unit_name for each in found[:FEW]))
    return [ToDo(f"{len(found)} 个岗位无人在岗", url, "去查看", detail=f"{names}等", word="无人在岗", tone="late")]


def _unheld(each: Unheld, url: str) -> ToDo:
    since = f"，{each.since:%Y-%m-%d} 起" if each.since else ""
    return ToDo(
        f"{each.duty.unit_name}：{each.role_name}无人在岗", url, "去查看", detail=f"{each.duty.what}{since}",
        word="无人在岗", tone="late",
    )  # fmt: skip


@todo_sources.register(3)
def batches_waiting(user: User) -> Iterable[ToDo]:
    """Requests for accounts: to open, to grant, or sent back to whoever asked."""
    steps = [
        (Permission.ACCOUNT_EDIT, {"state": "requested"}, "去开户", "待开户"),
        (Permission.GRANT_EDIT, {"state": "created"}, "去授权", "待授权"),
    ]
    for permission, condition, action, word in steps:
        if user.may(permission):
            for batch in AccountBatch.objects.filter(**condition).select_related("requested_by").order_by("pk"):
                detail = f"{batch.requested_by.name}申请" + (f"，{batch.document}" if batch.document else "")
                yield ToDo(batch.title, reverse("officers:batch", args=[batch.pk]), action, detail=detail, word=word, tone="active")


@todo_sources.register(4)
def accounts_to_close(user: User) -> list[ToDo]:
    """Leavers whose hand-over asks for it, and accounts that the watch will close soon."""
    if not user.may(Permission.ACCOUNT_EDIT):
        return []
    leavers = Handover.objects.filter(close_account=True, from_user__is_active=True).select_related("from_user")
    found = [
        ToDo(
            f"停用{slip.from_user.name}的账号", reverse("admin:accounts_user_change", args=[slip.from_user_id]), "去停用",
            detail=f"{slip.number}，已交接", word="待停用", tone="active",
        )
        for slip in leavers.order_by("pk")
    ]  # fmt: skip
    soon = closing_soon()
    if soon:
        found.append(ToDo(f"{len(soon)} 个账号长期不用，即将停用", reverse("officers:dormant"), "去查看", word="即将停用", tone="warn"))
    return found


@todo_sources.register(5)
def accounts_locked(user: User) -> list[ToDo]:
    """The office's operators who locked themselves out."""
    if not user.may(Permission.OPERATOR_RESET):
        return []
    names = lockout.locked_names(AccessPolicy.current())
    locked = [each for each in operator_accounts(names) if each.word == "已锁定"] if names else []
    if not locked:
        return []
    first = "、".join(each.user.name for each in locked[:FEW])
    return [ToDo(f"{len(locked)} 个运营方账号已锁定", reverse("officers:operators"), "去查看", detail=first, word="已锁定", tone="late")]


@todo_sources.register(6)
def standing_in(user: User) -> list[ToDo]:
    """The B is told whose duty is his meanwhile; the work itself stands in his list by the same duty."""
    return [
        ToDo(
            f"代{grant.user.name}办理{grant.get_role_display()}事项", reverse("officers:away"), "去查看",
            detail=f"{grant.scope_name}；{grant.user.name}离岗至 {grant.user.away_until:%Y-%m-%d}", word="代A角", tone="active",
        )
        for grant in deputised_by(user)
    ]  # fmt: skip


@change_sources.register(5)
def handed_over(user: User, most: int) -> list[Change]:
    """Slips that name the person: his work went, or somebody's work came."""
    slips = Handover.objects.filter(Q(from_user=user) | Q(to_user=user)).select_related("from_user", "to_user")
    return [
        Change(
            slip.created_at, f"{slip.number}：{slip.from_user.name}移交给{slip.to_user.name}", slip.by_text,
            reverse("officers:handover", args=[slip.pk]),
        )
        for slip in slips[:most]
    ]  # fmt: skip
