"""Whose rights a job works with: its asker's, as they are when the work begins.

Accounts stand above this room; they register how an asker is found again (`register_resolver`).
"""

from collections.abc import Callable

from django.db.models import Model

from guandu.audit.actions import about, action
from guandu.core.actors import Actor, Service
from guandu.core.errors import NotAllowed

VIEW, CONTROL = "job.view", "job.control"
GONE = "发起人的账号已停用或不存在，任务没有进行。如仍需办理，请由有权限的人员重新发起。"
NO_LONGER = "发起人已没有办理“{title}”的权限，任务没有进行。如仍需办理，请由有权限的人员重新发起。"

_resolvers: dict[str, Callable[[str], Actor | None]] = {}


def register_resolver(actor_kind: str, resolve: Callable[[str], Actor | None]) -> None:
    """`resolve(key)` answers the actor as he is now; None when he may not act any more."""
    if actor_kind in _resolvers:
        raise RuntimeError(f"Actors of kind {actor_kind} are resolved twice.")
    _resolvers[actor_kind] = resolve


def holds(actor: Actor, permission: str) -> bool:
    """Named services act within their own code."""
    return actor.actor_kind == "service" or actor.may(permission)


def acting(job: Model) -> Actor:
    """Who acts when `job` is done now. Raises NotAllowed, recorded as a denial, where the asker's right
    has ended since; the portal's own work is done under the asker's name, whatever became of him."""
    stated = Service(job.actor_key, job.actor_name, job.actor_kind)
    if not job.needs or job.actor_kind == "service":
        return stated
    actor = _resolvers[job.actor_kind](job.actor_key)
    if actor is None:
        refuse(job=job, sentence=GONE, by=stated)
    if not holds(actor, job.needs):
        refuse(job=job, sentence=NO_LONGER.format(title=job.title), by=actor)
    return actor


@action("job.execute")
def refuse(*, job: Model, sentence: str, by: Actor) -> None:
    about(job)
    raise NotAllowed(sentence)
