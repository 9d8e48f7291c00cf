"""Filing of a quarter for papers: 按时率 and 退回率, of the whole and by park, department, street or chain."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guandu.accounts.models import Unit, User
from guandu.core.periods import Period
from parks.models import Chain
from targets.enums_document import Ranking
from targets.models import Return, ReturnMove
from targets.papers.parts import FilingRow
from targets.queries.completeness import counts_of, returns_of
from targets.workflow import Verb

WITHOUT = "未定"


class Filing(NamedTuple):
    """The returns of a quarter with those that were ever filed and ever sent back (ids)."""

    returns: list[Return]
    filed: set[int]
    sent_back: set[int]


def filing_of(user: User, quarter: Period) -> Filing:
    """Two queries."""
    returns = list(returns_of(user, quarter.code).order_by("park_code", "pk"))
    moves = ReturnMove.objects.filter(
        return_of__in=returns, verb__in=[Verb.FILE, Verb.RECEIVE, Verb.SEND_BACK]
    ).values_list("return_of", "verb")
    found = set(moves.order_by())
    return Filing(
        returns,
        {pk for pk, verb in found if verb != Verb.SEND_BACK},
        {pk for pk, verb in found if verb == Verb.SEND_BACK},
    )


def filing_row(filing: Filing, name: str, returns: Iterable[Return] | None = None) -> FilingRow:
    """Of all of them, or of `returns`."""
    rows = filing.returns if returns is None else list(returns)
    counts = counts_of(rows)
    ids = {each.pk for each in rows}
    filed = filing.filed & ids
    return FilingRow(
        name, counts.expected, counts.actual, counts.on_time, len(filed), len(filing.sent_back & filed)
    )


def filing_by(filing: Filing, ranking: str) -> list[FilingRow]:
    """Grain: one park, department, street or chain that returns of parks stand with; a bureau's own are with none. One
    query at most."""
    groups: dict[str, list[Return]] = {}
    for each in filing.returns:
        if each.park_id:
            groups.setdefault(getattr(each, f"{ranking}_code") or "", []).append(each)
    names = _names(ranking, groups)
    return [
        filing_row(filing, names[code], groups[code])
        for code in sorted(groups, key=lambda code: (not code, code))
    ]


def of_scope(filing: Filing, kind: str, code: str) -> list[Return]:
    return [each for each in filing.returns if each.park_id and getattr(each, f"{kind}_code") == code]


def _names(ranking: str, groups: dict[str, Sequence[Return]]) -> dict[str, str]:
    none = {"": f"{Ranking(ranking).label}{WITHOUT}"}
    if ranking == Ranking.PARK:
        return none | {code: rows[0].subject_name for code, rows in groups.items()}
    if ranking == Ranking.CHAIN:
        known = dict(Chain.objects.filter(code__in=groups).values_list("code", "name"))
    else:
        known = dict(Unit.objects.filter(code__in=groups).values_list("code", "name"))
    return none | {code: known.get(code, code) for code in groups if code}
