"""纪要 stay word for word as they were issued."""

from guandu.core.triggers import Guard

_MINUTES = "targets_minutes"
_ISSUED = "已印发的会议纪要不能修改或删除，只能另作更正（minutes）"

GUARDS = (
    Guard("targets_minutes_update", _MINUTES, "UPDATE", _ISSUED),
    Guard("targets_minutes_delete", _MINUTES, "DELETE", _ISSUED),
)
