"""完整提供: a client of the government that reads also what stands on few firms, from a day on and for a reason."""

from django.db import IntegrityError, transaction

from guandu.accounts.checks import require
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import RoleCode
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from targets.models import Disclosure

LONGEST_REASON = 300


@action("disclosure.give")
def give(*, client: User, reason: str, by: Actor) -> Disclosure:
    """From today on nothing is withheld from the client. Raises NotAllowed, Invalid, NotReady."""
    require(by, Permission.PUBLICATION_ISSUE, to="批准完整提供数据")
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        sentence = f"请写明理由，最多 {LONGEST_REASON} 个字。"
        raise Invalid(sentence, errors=[("reason", sentence)])
    if {grant.role for grant in client.grants_today()} != {RoleCode.API_CLIENT}:
        raise Invalid("请选择接口账号。", errors=[("client", "请选择接口账号。")])
    try:
        with transaction.atomic():
            row = Disclosure.objects.create(
                client=client, reason=said, valid_from=clock.today(), given_by=by.actor_name, given_at=clock.now()
            )
    except IntegrityError as error:
        raise NotReady("已向这个接口账号完整提供数据，不需要再次批准。") from error
    created(row)
    return row


@action("disclosure.end")
def end(*, disclosure: Disclosure, by: Actor) -> Disclosure:
    """From today on the client reads as everybody from outside does. Raises NotAllowed, NotReady."""
    require(by, Permission.PUBLICATION_ISSUE, disclosure, to="停止完整提供数据")
    row = Disclosure.objects.select_for_update(of=("self",)).select_related("client").get(pk=disclosure.pk)
    about(row)
    if row.valid_to is not None:
        raise NotReady("已经停止完整提供，请刷新页面。")
    if row.valid_from >= clock.today():
        raise NotReady("当天批准的，请自次日起停止。")
    before = snapshot(row)
    row.valid_to, row.ended_by = clock.today(), by.actor_name
    row.save()
    updated(row, before)
    return row
