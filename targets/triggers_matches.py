"""What a bureau found of the rosters stays with the version that it filed: the database sees to it."""

from guandu.core.triggers import Guard

_VERSIONS = "targets_returnversion"
_MATCHES = "targets_rostermatch"
_LOCKED = "已报送的版本不能增删改名单比对结果，请退回后在新版本中办理（locked roster match）"


def _is_frozen(row: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{_VERSIONS}" WHERE "{_VERSIONS}"."id" = {row}."version_id" '
        f'AND "{_VERSIONS}"."frozen_at" IS NOT NULL)'
    )


MATCH_GUARDS = (
    Guard("targets_match_insert", _MATCHES, "INSERT", _LOCKED, _is_frozen("NEW")),
    Guard("targets_match_update", _MATCHES, "UPDATE", _LOCKED, f"{_is_frozen('OLD')} OR {_is_frozen('NEW')}"),
    Guard("targets_match_delete", _MATCHES, "DELETE", _LOCKED, _is_frozen("OLD")),
)
