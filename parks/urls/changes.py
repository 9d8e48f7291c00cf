from django.urls import path

from parks.views import people, proposals, quality, register_changes

app_name = "changes"
_EACH = (("park", "parks"), ("enterprise", "enterprises"))


def _of_each(verb: str, view):
    """The same page for parks and for firms."""
    return [
        path(f"{plural}/<str:code>/{verb}/", view, {"kind": kind}, name=f"{kind}-{verb}")
        for kind, plural in _EACH
    ]


urlpatterns = [
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("proposals/<int:pk>/", proposals.proposal_detail, name="proposal"),
    path("proposals/<int:pk>/accept/", proposals.accept, name="accept"),
    path("proposals/<int:pk>/refuse/", proposals.refuse, name="refuse"),
    path("proposals/<int:pk>/withdraw/", proposals.withdraw, name="withdraw"),
    path("quality/", quality.quality, name="quality"),
    path("notes/<int:pk>/strike/", people.strike_note, name="strike"),
    path("contacts/<int:pk>/", people.change_contact, name="contact"),
    path("contacts/<int:pk>/end/", people.end_contact, name="contact-end"),
    path("contacts/<int:pk>/reveal/", people.reveal_contact, name="contact-reveal"),
    *_of_each("record", register_changes.record),
    *_of_each("propose", proposals.propose),
    *_of_each("rename", register_changes.rename),
    *_of_each("merge", register_changes.merge),
    *_of_each("notes", people.write_note),
    *_of_each("contacts", people.add_contact),
]
