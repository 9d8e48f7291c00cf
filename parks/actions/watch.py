"""The nightly look at what no step lets happen: said in the trail, and in the list of whoever can mend it."""

from collections.abc import Sequence

from guandu.accounts.checks import require_service
from guandu.audit.actions import action, changed, concerning
from guandu.audit.changes import Change
from guandu.core.actors import Actor, Service

WATCH = Service("register-watch", "登记册巡检")
MOST_KEPT = 100
LONGEST = 200


@action("space.alarm")
def alarm(*, sentences: Sequence[str], by: Actor) -> None:
    """Say in the trail which rows overlap. Raises NotAllowed for a person."""
    require_service(by, to="空间与入驻告警")
    concerning("parks.space", "", "空间与入驻", reason=sentences[0][:LONGEST])
    after = {"found": len(sentences), "sentences": list(sentences[:MOST_KEPT])}
    changed([Change("parks.space", "", "空间与入驻", None, after)])
