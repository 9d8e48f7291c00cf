"""签核: another person's one signature makes 核定值 of a batch of 历史补录; withdrawing supersedes them."""

from collections.abc import Iterable

from django.db import connection

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.bulk_rows import put
from guandu.core.errors import NotAllowed, NotReady
from guandu.core.periods import Period
from targets.actions.figures import ask_roll_up
from targets.actions.history import in_words
from targets.enums import ValueSource
from targets.enums_history import HistoryState
from targets.models import CertifiedValue, HistoryBatch
from targets.queries.history.context import Context
from targets.queries.history.values import Entered, may_sign, standing_of, weigh

COLUMNS = (
    "indicator_id", "indicator_version_id", "subject_kind", "subject_code", "period", "units", "expected", "reported",
    "source", "history_line_id", "reason", "certified_by", "certified_at",
)  # fmt: skip
_LABEL = CertifiedValue._meta.label_lower


@action("history.sign")
def sign(*, batch: HistoryBatch, by: Actor) -> HistoryBatch:
    """Make a 核定值 of every number of the batch for which none stands; where one does, it stays as it is and
    the number counts among the same or the differences. The figures of every period touched are computed anew.
    Raises NotAllowed also for whoever sent the batch in, NotReady."""
    require(by, Permission.RETURN_CONFIRM, to="签核补录")
    row = _locked(batch, HistoryState.STORED, "签核")
    if not may_sign(row, by):
        raise NotAllowed("补录由上传人以外的人签核，请交园区发展办另一位同事办理。")
    context = Context(by)
    if context.moved(row.basis):
        raise NotReady("核对之后指标口径或园区登记有变动，不能签核。请退回，由上传人重新上传核对。")
    weighed = weigh(row, context)
    _certify(row, weighed.fresh, by)
    before = {"state": row.state}
    row.state, row.signed_by, row.signed_at = HistoryState.SIGNED, by, clock.now()
    row.certified_count, row.same_count, row.apart_count = len(weighed.fresh), weighed.same, weighed.apart
    row.save()
    _record(row, before, certified=row.certified_count, same=row.same_count, apart=row.apart_count)
    _ask_roll_ups(row.periods, by)
    return row


@action("history.withdraw")
def withdraw(*, batch: HistoryBatch, reason: str, by: Actor) -> HistoryBatch:
    """Take back what a signed batch made: its 核定值 stand no longer. Its lines stay to be read.
    Raises NotAllowed, NotReady, Invalid without a reason."""
    require(by, Permission.RETURN_CONFIRM, to="撤销补录")
    row = _locked(batch, HistoryState.SIGNED, "撤销")
    said = in_words(reason)
    about(row, reason=said)
    chosen = standing_of(row).exclude(reason="").count()
    if chosen:
        raise NotReady(f"有 {chosen} 项核定值是在差异清单中选定的本批补录数，请先在差异清单改选，再撤销。")
    count = _supersede(row)
    before = {"state": row.state}
    row.state, row.reason = HistoryState.WITHDRAWN, said
    row.ended_by, row.ended_at = by.actor_name, clock.now()
    row.save()
    _record(row, before, superseded=count, reason=said)
    _ask_roll_ups(row.periods, by)
    return row


def _certify(batch: HistoryBatch, fresh: list[Entered], by: Actor) -> None:
    if not fresh:
        return
    count, now = len(fresh), clock.now()
    stored_now = connection.ops.adapt_datetimefield_value(now)
    columns = [
        [each.indicator for each in fresh], [each.version for each in fresh], [each.key[1] for each in fresh],
        [each.key[2] for each in fresh], [each.key[3] for each in fresh], [each.units for each in fresh],
        [1] * count, [1] * count, [str(ValueSource.HISTORY)] * count, [each.line for each in fresh], [""] * count,
        [by.actor_name] * count, [stored_now] * count,
    ]  # fmt: skip
    put(CertifiedValue._meta.db_table, COLUMNS, columns)
    made = {
        (line, indicator): pk
        for pk, line, indicator in standing_of(batch).values_list("pk", "history_line_id", "indicator_id")
    }
    said = {"source": str(ValueSource.HISTORY), "certified_by": by.actor_name, "certified_at": str(now)}
    changed(
        Change(
            _LABEL, str(made[each.line, each.indicator]), each.name[:200], None,
            {
                "indicator": each.indicator, "subject_kind": each.key[1], "subject_code": each.key[2],
                "period": each.key[3], "units": each.units, "history_line": each.line, **said,
            },
        )
        for each in fresh
    )  # fmt: skip


def _supersede(batch: HistoryBatch) -> int:
    now = clock.now()
    rows = standing_of(batch).order_by("pk")
    names = list(rows.values_list("pk", "indicator__name", "history_line__scope_name", "period"))
    standing_of(batch).update(superseded_at=now)
    changed(
        Change(_LABEL, str(pk), f"{scope} {period} {indicator}"[:200], {"superseded_at": None}, {"superseded_at": str(now)})
        for pk, indicator, scope, period in names
    )
    return len(names)


def _locked(batch: HistoryBatch, state: str, verb: str) -> HistoryBatch:
    row = HistoryBatch.objects.select_for_update(of=("self",)).select_related("owner").get(pk=batch.pk)
    about(row)
    if row.state != state:
        raise NotReady(f"这份补录{row.get_state_display()}，不能{verb}，请刷新页面。")
    return row


def _record(row: HistoryBatch, before: dict, **more) -> None:
    after = {"state": row.state, **more}
    changed([Change("targets.historybatch", str(row.pk), row.name, before, after)])


def _ask_roll_ups(periods: Iterable[str], by: Actor) -> None:
    """One for each quarter that one of the periods ends with."""
    quarters = {Period.quarter_of(Period.parse(code).last_day).code for code in periods}
    for code in sorted(quarters):
        ask_roll_up(period=Period.parse(code), by=by)
