"""Who may try what would change a score: the office always, the parks' own operators once it is opened to them."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import NotReady
from rating.models import Scheme


@action("scheme.planning")
def set_open(*, scheme: Scheme, opened: bool, by: Actor) -> Scheme:
    """Open what-if and path of this scheme to operators for their own park, or take them back. Raises NotAllowed, NotReady.

    The planner over several parks stays the office's whatever this says.
    """
    require(by, Permission.ASSESSMENT_RUN, to="开放或收回园区测算")
    row = Scheme.objects.select_for_update().get(pk=scheme.pk)
    about(row)
    if row.planning_open == opened:
        raise NotReady(f"园区测算已经{'开放' if opened else '收回'}，请刷新页面。")
    before = snapshot(row)
    row.planning_open = opened
    row.save(update_fields=["planning_open"])
    updated(row, before)
    return row
