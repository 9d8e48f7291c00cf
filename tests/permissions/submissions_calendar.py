"""One true submission for every form of the calendar, the dictionary and the forms as data."""

from targets.models import ReturnTemplate
from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World

S = Submission
FORM = "admin/targets/returntemplate/<object_id>"


def _to_ask(world: World) -> Fields:
    return {"template": ReturnTemplate.objects.get(code="Z-FORM").pk, "period": "2026Q1"}


CALENDAR = (
    S("calendar/open/", "office", _to_ask, "/calendar/?year=2026"),
    S(f"{FORM}/cells/", "office", {"1-help_text": "改过的说明"}),
    S(f"{FORM}/checks/", "office", {"1-message": "改过的提示语"}),
    S(f"{FORM}/route/", "office", {"1-by": "改过的办理人"}),
    S(f"{FORM}/issue/", "office", {"first_period": "2026Q1"}),
    S("admin/targets/indicator/<object_id>/issue/", "office", {"first_period": "2026Q1", "caliber": "新口径", "factor": "1"}),
    S("admin/targets/cycle/<object_id>/change/", "office", {"closes_on": "2027-12-31"}),
)
