"""The sender's own file back, with every cell marked that something is to be said of, and a list of it all.

Marks and the list are known again when the file comes back (guandu.exchange.editor, layout.ERRORS): neither becomes data.
"""

import re
from collections.abc import Iterator

from guandu.exchange.edited import Edits, edit_workbook
from targets.exchange import layout
from targets.readings import Outlook, Place, Reading

MUST, FILL, EXPLAIN = "须改正", "报送前须补齐或改正", "须说明情况"
HEAD = ("类别", "位置", "项目", "问题与改法")
WIDTHS = (22, 18, 40, 90)
_ADDRESS = re.compile("[A-Z]{1,3}[1-9][0-9]*")

Said = tuple[str, Place | None, str, str]


def marked(data: bytes, reading: Reading, outlook: Outlook) -> bytes:
    """The workbook `data` with the marks of what is wrong now in the place of earlier ones. Raises Invalid."""
    said = list(_said(reading, outlook))
    marks = [
        (place.sheet, place.address, f"{kind}：{sentence}")
        for kind, place, _, sentence in said
        if place and _ADDRESS.fullmatch(place.address)
    ]
    rows = [HEAD, *((kind, str(place or ""), label, sentence) for kind, place, label, sentence in said)]
    edits = Edits(
        dropped=[layout.ERRORS],
        unmark=True,
        marks=marks,
        sheets=[(layout.ERRORS, WIDTHS, rows)] if said else [],
        active=layout.ERRORS if said else layout.MAIN,
    )
    return edit_workbook(data, edits)


def _said(reading: Reading, outlook: Outlook) -> Iterator[Said]:
    for fault in reading.faults:
        yield MUST, fault.place, fault.label, fault.sentence
    for kind, told in ((FILL, outlook.gaps), (EXPLAIN, outlook.questions)):
        for key, text in told:
            yield kind, reading.place_of(key), "", text
