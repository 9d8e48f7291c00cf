"""What a return has that somebody must read before it is approved: bulk approval leaves it out."""

from targets.checks import Severity
from targets.enums import ReturnState
from targets.models import Return
from targets.queries.opinions import standings
from targets.queries.sheet import sheet_of


def not_clean(return_: Return) -> tuple[str, ...]:
    """Sentences; empty for a clean one. At the review every explained oddity counts; what the reviewer
    has passed counts no more, a differing opinion always does."""
    found = [f"{each.label}{each.sentence}" for each in standings(return_) if each.differs]
    if return_.state == ReturnState.FILED and return_.filed_id:
        cells = sheet_of(return_, return_.filed).cells
        odd = [c.form.name for c in cells if any(f.severity == Severity.REASON for f in c.findings)]
        if odd:
            found.append(f"{'、'.join(odd)}有需要核对的情况说明")
    return tuple(found)
