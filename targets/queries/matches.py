"""What bureaus found of the rosters. Grain: one park in one version of a bureau's return."""

from targets.enums import LinesKind, SubjectKind
from targets.models import Return, ReturnVersion, RosterMatch


def takes_rosters(return_: Return) -> bool:
    """Whether rosters are matched for this return: a bureau's, with a line for each park."""
    is_bureaus = return_.subject_kind == SubjectKind.DISTRICT
    return is_bureaus and return_.cycle.template.lines_kind == LinesKind.PARK


def matches_of(version: ReturnVersion | None) -> dict[str, RosterMatch]:
    """Park → what was found of it. One query."""
    if version is None:
        return {}
    return {row.park_code: row for row in version.matches.select_related("file")}
