"""A side of the world: one park, with everything on it marked as its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guandu.accounts.models import User
from parks.models import Park
from targets.models import Return

People = Mapping[str, User | None]
# The case of an address that leads to no row.
NONE = {"none": "999999"}


@dataclass
class Side:
    """`letters` begin each of its marks: `zqfirm` is the firm of the side zq."""

    name: str
    letters: str
    code: str
    title: str
    figure: str  # its revenue as a figure, and as its returns say it
    returned: str
    invested: str  # what its projects promise
    area: str  # of its free space
    earned: str  # by its firm in 升规培育
    let: str  # as it is proposed
    phone: str
    park: Park = None
    filer: User = None
    reviewer: User = None
    returns: dict[str, Return] = field(default_factory=dict)

    def mark(self, word: str) -> str:
        return self.letters + word


def keys(rows: Mapping[str, object]) -> dict[str, str]:
    """Case → what stands in the address."""
    return {case: str(row.pk) for case, row in rows.items()} | NONE
