"""The trail is append-only, and the database sees to it."""

from guandu.core.triggers import Guard

_SENTENCE = "审计记录只能追加，不能修改或删除（append-only audit trail）"

GUARDS = tuple(
    Guard(f"{table}_no_{event.lower()}", table, event, _SENTENCE)
    for table in ("audit_auditevent", "audit_auditchange")
    for event in ("UPDATE", "DELETE")
)
