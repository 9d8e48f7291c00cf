"""Moving the oldest part of the trail to a file. Nobody does it from a page, the audit administrator included."""

from datetime import date

from django.db import IntegrityError, transaction

from guandu.accounts.checks import require_service
from guandu.audit import archives
from guandu.audit.actions import action, created
from guandu.audit.models import AuditArchive
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, NotReady


@action("audit.archive")
def archive(*, before: date, by: Actor) -> AuditArchive:
    """Move every event from before the day `before` (Shanghai) to a file, the kept verbs excepted.

    Raises NotAllowed for a person, Invalid for what is younger than six months, NotReady for nothing,
    Conflict where another does it at the same time.
    """
    require_service(by, to="审计归档")
    reach = archives.reach(archives.moment_of(before))
    if reach is None:
        raise NotReady(f"{before.isoformat()} 以前没有尚未归档的审计记录。")
    made = archives.write(*reach)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(archives.TAKEN) from error
    archives.remove(made)
    created(made)
    return made
