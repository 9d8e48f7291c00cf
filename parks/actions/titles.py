"""A park's titles: from candidate to award and lapse."""

from datetime import date

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from parks.enums import TitleState
from parks.models import Park, Title


@action("title.award")
def award(*, park: Park, level: str, name: str, on: date, document: str = "", by: Actor) -> Title:
    """The title is awarded on `on`; a candidate of that level and name becomes it, else it is entered."""
    require(by, Permission.PARK_EDIT, park, to="登记园区称号")
    title = Title.objects.select_for_update().filter(park=park, level=level, name=name).first()
    if title is None:
        title = Title(park=park, level=level, name=name, state=TitleState.AWARDED, awarded_on=on, document=document)
        title.full_clean()
        title.save(force_insert=True)
        created(title)
        return title
    about(title)
    if title.state == TitleState.AWARDED:
        raise Invalid(f"{title} 已登记为 {title.awarded_on} 认定，不能重复登记。")
    before = snapshot(title)
    title.state, title.awarded_on, title.document = TitleState.AWARDED, on, document
    title.full_clean()
    title.save(update_fields=["state", "awarded_on", "document"])
    updated(title, before)
    return title
