"""What was filed stays as it was filed, a return moves by its workflow only, and a 核定值 is superseded, never
changed: the database sees to it."""

from guandu.core.triggers import Guard
from targets.workflow import TABLE

_RETURNS = "targets_return"
_LINES = "targets_returnline"
_VERSIONS = "targets_returnversion"
_CERTIFIED = "targets_certifiedvalue"

_LOCKED_LINE = "已报送的版本不能增删改数值，请退回后在新版本中修改（locked return line）"
_FROZEN_VERSION = "已报送的版本不能解冻、改校验值或删除（frozen return version）"
_NO_SUCH_MOVE = "报表不能这样改变状态，请按填报、审核、确认的流程办理（return moves by its workflow）"
_SETTLED_VALUE = "核定值不能修改或删除，只能由数据订正另立一条（certified value）"


def _is_frozen(row: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{_VERSIONS}" WHERE "{_VERSIONS}"."id" = {row}."version_id" '
        f'AND "{_VERSIONS}"."frozen_at" IS NOT NULL)'
    )


def _differs(column: str) -> str:
    """NULL-safe, in words that SQLite and PostgreSQL share."""
    new, old = f'NEW."{column}"', f'OLD."{column}"'
    return f"({new} <> {old} OR ({new} IS NULL) <> ({old} IS NULL))"


def _moves() -> str:
    """Whatever the table permits on some route; which route it is, the actions ask."""
    pairs = sorted({(step.from_state, step.to_state) for step in TABLE})
    return " OR ".join(
        f"(OLD.\"state\" = '{before}' AND NEW.\"state\" = '{after}')" for before, after in pairs
    )


_KEPT = (
    "indicator_id", "indicator_version_id", "subject_kind", "subject_code", "period", "units", "base_units",
    "expected", "reported", "source", "return_version_id", "history_line_id", "reason", "certified_by", "certified_at",
)  # fmt: skip

GUARDS = (
    Guard("targets_return_moves", _RETURNS, "UPDATE", _NO_SUCH_MOVE, f"{_differs('state')} AND NOT ({_moves()})"),
    Guard("targets_locked_line_insert", _LINES, "INSERT", _LOCKED_LINE, _is_frozen("NEW")),
    Guard("targets_locked_line_update", _LINES, "UPDATE", _LOCKED_LINE, f"{_is_frozen('OLD')} OR {_is_frozen('NEW')}"),
    Guard("targets_locked_line_delete", _LINES, "DELETE", _LOCKED_LINE, _is_frozen("OLD")),
    Guard(
        "targets_frozen_version_update", _VERSIONS, "UPDATE", _FROZEN_VERSION,
        f'OLD."frozen_at" IS NOT NULL AND ({_differs("frozen_at")} OR {_differs("digest")})',
    ),
    Guard("targets_frozen_version_delete", _VERSIONS, "DELETE", _FROZEN_VERSION, 'OLD."frozen_at" IS NOT NULL'),
    Guard(
        "targets_certified_update", _CERTIFIED, "UPDATE", _SETTLED_VALUE,
        " OR ".join(_differs(column) for column in _KEPT),
    ),
    Guard("targets_certified_delete", _CERTIFIED, "DELETE", _SETTLED_VALUE),
)  # fmt: skip
