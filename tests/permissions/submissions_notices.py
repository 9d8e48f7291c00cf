"""One true submission for every form of messages, of reminder rules and of 报送进度."""

from tests.permissions.submission import Fields, Submission
from tests.permissions.world import World


def _picked(world: World) -> Fields:
    return {"pick": world.objects["return to urge"]["own"]}


S = Submission
NOTICES = (
    S("messages/<pk>/open/", "operator", page="/messages/"),
    S("messages/<pk>/read/", "operator", page="/messages/"),
    S("messages/read-all/", "operator", page="/messages/"),
    S("messages/settings/", "leader", {"rhythm": "daily"}),
    S("messages/deliveries/<pk>/retry/", "office", page="/messages/deliveries/"),
    S("returns/progress/export/", "street", page=None),
    S("returns/progress/urge/", "department", _picked, None),
    S(
        "admin/notices/reminderrule/add/", "office",
        {
            "code": "before-3", "name": "截止前3天", "event": "due", "offset": "-3", "unit": "working", "audience": "filer",
            "grouping": "summary",
        },
    ),
    S("admin/notices/reminderrule/<object_id>/change/", "office", {"note": "改过的说明"}),
)  # fmt: skip
