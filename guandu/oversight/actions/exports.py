"""Taking the trail out of the portal is itself in the trail."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, changed, concerning
from guandu.audit.changes import Change
from guandu.core.actors import Actor
from guandu.core.errors import Invalid

MOST = 50_000
LABEL, NAME = "audit.auditevent", "审计查询结果"


@action("audit.export")
def export(*, count: int, kind: str, asked: dict[str, str], by: Actor) -> None:
    """Record that `count` events were taken out as `kind`, chosen by `asked` (label → what was asked).
    Raises NotAllowed, Invalid for more than MOST."""
    require(by, Permission.AUDIT_VIEW, to="导出审计记录")
    concerning(LABEL, "", NAME)
    if count > MOST:
        raise Invalid(f"符合条件的记录有 {count} 条，一次最多导出 {MOST} 条。请缩小时间范围后分次导出。")
    changed([Change(LABEL, "export", NAME, None, {"format": kind, "count": count, **asked})])
