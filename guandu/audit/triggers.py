"""The trail is append-only, and the database sees to it.

A row goes only into an archive that covers it, after the time that the law asks for, and never where
its verb is kept for good.
"""

from guandu.audit.kept import kept_sql
from guandu.core.triggers import Guard

KEEP_DAYS = 184  # 网络安全法 asks for six months: the longest six months have 184 days

_EVENTS, _CHANGES, _HEAD, _ARCHIVES = "audit_auditevent", "audit_auditchange", "audit_audithead", "audit_auditarchive"
_ONLY_APPEND = "审计记录只能追加，不能修改或删除（append-only audit trail）"
_ONLY_NEXT = "审计记录只能接在末端之后（audit trail grows at its end）"
_ONLY_FORWARD = "审计链末端只能向前移动（audit head moves forward）"
_ARCHIVE_STAYS = "审计归档登记不能修改或删除（audit archive is final）"
_OLD = {
    "sqlite": f"{{at}} < datetime('now', '-{KEEP_DAYS} days')",
    "postgresql": f"{{at}} < now() - interval '{KEEP_DAYS} days'",
}


def _stays(event: str) -> dict[str, str]:
    """By dialect: the row `event` of the events must not go."""
    covered = (
        f'EXISTS (SELECT 1 FROM "{_ARCHIVES}" AS a WHERE {event}."seq" BETWEEN a."from_seq" AND a."to_seq")'
    )
    kept, at = kept_sql(f'{event}."verb"'), f'{event}."at"'
    return {
        vendor: f"NOT ({old.format(at=at)} AND {covered} AND NOT {kept})" for vendor, old in _OLD.items()
    }


def _change_stays() -> dict[str, str]:
    """A change goes with its event."""
    return {
        vendor: f'EXISTS (SELECT 1 FROM "{_EVENTS}" AS e WHERE e."id" = OLD."event_id" AND {condition})'
        for vendor, condition in _stays("e").items()
    }


# What migration 0002 made; 0004 put GUARDS in their place.
FIRST_GUARDS = tuple(
    Guard(f"{table}_no_{event.lower()}", table, event, _ONLY_APPEND)
    for table in (_EVENTS, _CHANGES)
    for event in ("UPDATE", "DELETE")
)
GUARDS = (
    Guard(
        f"{_EVENTS}_next", _EVENTS, "INSERT", _ONLY_NEXT,
        f'NOT EXISTS (SELECT 1 FROM "{_HEAD}" AS h WHERE h."seq" + 1 = NEW."seq")',
    ),
    Guard(
        f"{_CHANGES}_next", _CHANGES, "INSERT", _ONLY_NEXT,
        f'NOT EXISTS (SELECT 1 FROM "{_EVENTS}" AS e, "{_HEAD}" AS h '
        'WHERE e."id" = NEW."event_id" AND e."seq" > h."seq")',
    ),
    Guard(f"{_EVENTS}_no_update", _EVENTS, "UPDATE", _ONLY_APPEND),
    Guard(f"{_CHANGES}_no_update", _CHANGES, "UPDATE", _ONLY_APPEND),
    Guard(f"{_EVENTS}_no_delete", _EVENTS, "DELETE", _ONLY_APPEND, _stays("OLD")),
    Guard(f"{_CHANGES}_no_delete", _CHANGES, "DELETE", _ONLY_APPEND, _change_stays()),
    Guard(f"{_HEAD}_forward", _HEAD, "UPDATE", _ONLY_FORWARD, 'NEW."seq" <> OLD."seq" + 1'),
    Guard(f"{_HEAD}_no_delete", _HEAD, "DELETE", _ONLY_FORWARD),
    Guard(f"{_ARCHIVES}_no_update", _ARCHIVES, "UPDATE", _ARCHIVE_STAYS),
    Guard(f"{_ARCHIVES}_no_delete", _ARCHIVES, "DELETE", _ARCHIVE_STAYS),
    *(
        Guard(f"{table}_no_truncate", table, "TRUNCATE", _ONLY_APPEND)
        for table in (_EVENTS, _CHANGES, _HEAD, _ARCHIVES)
    ),
)  # fmt: skip
