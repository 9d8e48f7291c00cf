"""What a merger of parks means for returns: what was not filed is asked of the survivor alone."""

from datetime import date

from guandu.audit.actions import removed
from parks.models import Park
from targets.actions.evidence import drop_evidence
from targets.models import Return
from targets.queries.mergers import drafts_since


def withdraw_drafts(*, park: Park, into: Park, on: date) -> None:
    """Within the merger: the park's drafts for periods that end on `on` or later are taken back, with all
    that was typed kept in the trail."""
    for return_ in drafts_since(park, on):
        _take_back(return_)


def _take_back(return_: Return) -> None:
    removed(return_)
    for note in return_.notes.all():
        removed(note)
        note.delete()
    Return.objects.filter(pk=return_.pk).update(draft=None)
    for version in return_.versions.all():
        drop_evidence(version)
        for line in version.lines.all():
            removed(line)
            line.delete()
        version.delete()
    return_.moves.all().delete()
    return_.delete()
