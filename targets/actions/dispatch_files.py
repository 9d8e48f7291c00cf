"""临时调度表 as owners of files: the office's own workbook, and what receivers send back."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import NotReady
from guandu.files.kinds import XLSX
from guandu.files.owners import OwnerKind
from targets.enums_dispatch import DispatchState
from targets.models import DispatchReceiver, DispatchTable
from targets.queries.dispatch import why_shut

ON_TABLE, ON_ANSWER = "dispatch.table", "dispatch.answer"


def refuse_table(table: DispatchTable, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now put a workbook to the table."""
    require(by, Permission.DISPATCH_SEND, table, to="下发临时调度表")
    if table.state != DispatchState.DRAFT:
        raise NotReady(f"这张表{table.get_state_display()}，原表不能更换。")


def refuse_answer(receiver: DispatchReceiver, by: Actor) -> None:
    """Raise NotAllowed, NotReady unless `by` may now answer."""
    require(by, Permission.DISPATCH_FILL, receiver, to="填报这张表")
    sentence = why_shut(receiver, clock.now())
    if sentence:
        raise NotReady(sentence)


TABLE_KIND = OwnerKind(ON_TABLE, "临时调度表原表", DispatchTable.objects.visible_to, refuse_table, (XLSX,))
ANSWER_KIND = OwnerKind(ON_ANSWER, "临时调度表报送文件", DispatchReceiver.objects.visible_to, refuse_answer, (XLSX,))
