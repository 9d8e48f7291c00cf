"""What was signed stays as it was signed: lines and content of a batch of 历史补录, and the way it moves."""

from guandu.core.triggers import Guard
from targets.enums_history import LOCKED, MOVES

_BATCHES, _LINES = "targets_historybatch", "targets_historyline"
_LOCKED_LINE = "已签核入库的补录不能增删改，请撤销后重新补录（locked history line）"
_NO_SUCH_MOVE = "补录不能这样改变状态，请按核对、确认、签核的流程办理（history moves by its workflow）"
_SIGNED = "已签核入库的补录不能修改或删除，只能撤销（signed history）"
_STATES = ", ".join(f"'{state}'" for state in sorted(LOCKED))
_PAIRS = " OR ".join(f"(OLD.\"state\" = '{before}' AND NEW.\"state\" = '{after}')" for before, after in MOVES)
_KEPT = ("name", "owner_id", "unit_id", "file_name", "file_digest", "line_count", "value_count", "signed_by_id", "signed_at")
_CHANGED = " OR ".join(f'OLD."{name}" <> NEW."{name}"' for name in _KEPT)


def _is_locked(row: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{_BATCHES}" WHERE "{_BATCHES}"."id" = {row}."batch_id" '
        f'AND "{_BATCHES}"."state" IN ({_STATES}))'
    )


GUARDS = (
    Guard("targets_history_line_insert", _LINES, "INSERT", _LOCKED_LINE, _is_locked("NEW")),
    Guard("targets_history_line_update", _LINES, "UPDATE", _LOCKED_LINE, f"{_is_locked('OLD')} OR {_is_locked('NEW')}"),
    Guard("targets_history_line_delete", _LINES, "DELETE", _LOCKED_LINE, _is_locked("OLD")),
    Guard(
        "targets_history_moves", _BATCHES, "UPDATE", _NO_SUCH_MOVE, f'OLD."state" <> NEW."state" AND NOT ({_PAIRS})'
    ),
    Guard("targets_history_signed", _BATCHES, "UPDATE", _SIGNED, f'OLD."state" IN ({_STATES}) AND ({_CHANGED})'),
    Guard("targets_history_delete", _BATCHES, "DELETE", _SIGNED, f'OLD."state" IN ({_STATES})'),
)
