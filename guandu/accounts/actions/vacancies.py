"""The watch over duties: a vacancy is recorded once when it begins, and once when it ends."""

from guandu.accounts.models import Vacancy
from guandu.accounts.queries_duties import Unheld, unheld
from guandu.audit.actions import about, action, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor, Service
from guandu.core.errors import NotAllowed

WATCH = Service("account-watch", "账号巡检")


@action("vacancy.record")
def record(*, found: Unheld, by: Actor) -> Vacancy:
    """Nobody holds `found` from today. Raises NotAllowed."""
    _require_service(by)
    duty = found.duty
    return enter(
        Vacancy(
            role=duty.role, scope_kind=duty.scope_kind, scope_code=duty.scope_code,
            unit_name=duty.unit_name[:100], began_on=clock.today(),
        )
    )  # fmt: skip


@action("vacancy.end")
def end(*, vacancy: Vacancy, by: Actor) -> Vacancy:
    """Somebody holds the duty again, or it is owed no more. Raises NotAllowed."""
    _require_service(by)
    row = Vacancy.objects.select_for_update().get(pk=vacancy.pk)
    about(row)
    if row.ended_on is None:
        before = snapshot(row)
        # The business date may have been set back, with demonstration data.
        row.ended_on = max(clock.today(), row.began_on)
        row.save(update_fields=["ended_on"])
        updated(row, before)
    return row


def watch(*, by: Actor = WATCH) -> tuple[int, int]:
    """Compare what is unheld today with what is recorded: (begun, ended). Running it twice changes
    nothing more."""
    now = unheld()
    begun = [found for found in now if found.since is None]
    open_keys = {found.duty.key for found in now}
    over = [
        each for each in Vacancy.objects.filter(ended_on__isnull=True)
        if (each.role, each.scope_kind, each.scope_code) not in open_keys
    ]  # fmt: skip
    for found in begun:
        record(found=found, by=by)
    for vacancy in over:
        end(vacancy=vacancy, by=by)
    return len(begun), len(over)


def _require_service(by: Actor) -> None:
    if by.actor_kind != "service":
        raise NotAllowed("岗位空缺由系统巡检登记，不由人工填写。")
