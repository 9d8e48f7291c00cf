"""What may be put on an agenda. Each source is a module beside this one and answers candidates of this shape."""

from collections.abc import Iterable
from dataclasses import dataclass

from targets.models import AgendaItem, Meeting

LONGEST_TEXT = 1500


@dataclass(frozen=True)
class Candidate:
    """One thing that a meeting may take up: `key` is of its row, `group` the unit that it is listed under, `note` says
    what is particular about it. `title`, `unit_names` and `text` become the item's own."""

    source: str
    key: int
    title: str
    unit_names: str
    text: str
    url: str
    group: str = ""
    note: str = ""

    @property
    def mark(self) -> str:
        """As a form of the page names it."""
        return f"{self.source}:{self.key}"


def shortened(text: str, most: int = LONGEST_TEXT) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def taken(meeting: Meeting, column: str) -> set[int]:
    """Keys of the source's rows that are on the agenda already."""
    rows = AgendaItem.objects.filter(meeting=meeting, **{f"{column}__isnull": False})
    return set(rows.values_list(column, flat=True))


def names_of(units: Iterable) -> str:
    return shortened("、".join(unit.short_name or unit.name for unit in units), 200)
