"""数据查询 leaves as a file: the trail says who took what."""

from guandu.accounts.checks import allowed
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, concerning
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed


@action("figures.export")
def record_export(*, name: str, count: int, kind: str, by: Actor) -> None:
    """`count` numbers under the heading `name` leave as a file of `kind`. Raises NotAllowed."""
    if not any(allowed(by, permission) for permission in (Permission.FIGURE_VIEW, Permission.TOTALS_VIEW)):
        raise NotAllowed("您没有导出数据的权限。如确需使用，请联系园区发展办。")
    concerning("targets.figure", "", f"{name}，{count} 项，{kind}"[:200])
