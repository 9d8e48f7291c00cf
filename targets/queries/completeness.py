"""完整性与及时性: how many returns of a period were expected, came, and came in time, and which are missing.

Filed (已报送), locked (已锁定) and reviewed are facts of their own. A return that was sent back is missing
until it is filed again; it counts from the day on which it was first filed. One that is exempt (免报) is
not expected.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import QuerySet

from guandu.accounts.models import Unit, User
from guandu.core.numbers import divide
from guandu.core.periods import Period
from parks.models import Chain, Sponsorship
from targets.enums import ReturnState
from targets.models import Return, ReturnMove

# Where a return stands that belongs to no park: a bureau's own.
WHOLE_DISTRICT = "全区（部门填报）"
# The group of what belongs to none.
NONE = "-"


class Dimension(StrEnum):
    STREET = "street"
    CHAIN = "chain"
    DEPARTMENT = "department"
    LEADER = "leader"


DIMENSIONS = {
    Dimension.STREET: "街道",
    Dimension.CHAIN: "产业链",
    Dimension.DEPARTMENT: "包保部门",
    Dimension.LEADER: "包保区领导",
}


@dataclass(frozen=True)
class Share:
    """Part of a whole; `percent` is None where nothing was expected."""

    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        return divide(self.part * 100, self.whole, scale=1)

    def __str__(self) -> str:
        return f"{self.part}/{self.whole}" if self.whole else "—"


@dataclass(frozen=True)
class Counts:
    """The five numbers; `locked` and `reviewed` say how far what was filed has come since."""

    expected: int = 0
    actual: int = 0
    on_time: int = 0
    reviewed: int = 0
    locked: int = 0
    exempt: int = 0

    @property
    def rate(self) -> Share:
        return Share(self.actual, self.expected)

    @property
    def on_time_rate(self) -> Share:
        return Share(self.on_time, self.expected)

    @property
    def missing(self) -> int:
        return self.expected - self.actual


@dataclass(frozen=True)
class Row:
    """One group of a dimension."""

    code: str
    name: str
    counts: Counts


@dataclass(frozen=True)
class Progress:
    """A period's filing as one person may see it. `missing` and `exempt` are of the chosen group."""

    rows: list[Row]
    whole: Counts
    missing: list[Return]
    exempt: list[tuple[Return, str]]
    group: Row | None


def deadline(return_: Return) -> date:
    """The day until which it is to be filed. A later one that was granted makes it no less late."""
    return return_.cycle.due_on


def is_expected(return_: Return) -> bool:
    return return_.state != ReturnState.EXEMPT


def is_filed(return_: Return) -> bool:
    return is_expected(return_) and not return_.is_missing


def is_missing(return_: Return) -> bool:
    return is_expected(return_) and not is_filed(return_)


def is_on_time(return_: Return) -> bool:
    return is_filed(return_) and return_.filed_on is not None and return_.filed_on <= return_.cycle.due_on


def returns_of(user: User, period: str, template: str = "") -> QuerySet[Return]:
    """The returns of the period that `user` may see; of one template where it is named."""
    rows = Return.objects.visible_to(user).filter(cycle__period=period)
    if template:
        rows = rows.filter(cycle__template__code=template)
    return rows.select_related("cycle__template", "filer", "park")


def counts_of(returns: Iterable[Return]) -> Counts:
    found: Counter[str] = Counter()
    for each in returns:
        found["expected"] += is_expected(each)
        found["actual"] += is_filed(each)
        found["on_time"] += is_on_time(each)
        found["reviewed"] += each.state == ReturnState.REVIEWED
        found["locked"] += each.state == ReturnState.LOCKED or each.approved_id is not None
        found["exempt"] += not is_expected(each)
    return Counts(**found)


def progress(
    user: User, period: str, *, template: str = "", by: str = Dimension.STREET, group: str = ""
) -> Progress:
    """Grain: one group of the dimension `by`, and the whole; four queries at most. `group` is the code of
    the row whose missing returns are listed; "" lists them all."""
    returns = list(returns_of(user, period, template).order_by("cycle__due_on", "cycle__template", "park_code", "pk"))
    places = _places(returns, Period.parse(period), by)
    names = _names(by, set(places.values()))
    rows = [
        Row(code, _name(code, names, by), counts_of(each for each in returns if places[each.pk] == code))
        for code in sorted(set(places.values()), key=lambda code: _position(code, names))
    ]
    chosen = next((row for row in rows if row.code == group), None)
    shown = [each for each in returns if chosen is None or places[each.pk] == chosen.code]
    return Progress(
        rows=rows,
        whole=counts_of(returns),
        missing=[each for each in shown if is_missing(each)],
        exempt=_exempt([each for each in shown if not is_expected(each)]),
        group=chosen,
    )


def _places(returns: Sequence[Return], period: Period, by: str) -> dict[int, str]:
    """Return → the group that it stands in: its own memberships, which are of the period's last day."""
    if by == Dimension.LEADER:
        leaders = _leaders([each.park_id for each in returns if each.park_id], period)
        own = {each.pk: leaders.get(each.park_id, "") for each in returns}
    else:
        own = {each.pk: getattr(each, f"{by}_code") for each in returns}
    return {each.pk: (own[each.pk] or NONE) if each.park_id else _district(each, by) for each in returns}


def _district(return_: Return, by: str) -> str:
    """A bureau's own return stands with the bureau, and with no street, chain or leader."""
    return return_.filer.code if by == Dimension.DEPARTMENT and return_.filer else WHOLE_DISTRICT


def _leaders(parks: list[int], period: Period) -> dict[int, str]:
    duties = Sponsorship.objects.on(period.last_day).filter(park__in=parks)
    return dict(duties.values_list("park", "leader"))


def _names(by: str, codes: set[str]) -> dict[str, str]:
    """Code → name, in the order in which the groups stand."""
    if by == Dimension.LEADER:
        return {code: code for code in sorted(codes - {NONE, WHOLE_DISTRICT})}
    if by == Dimension.CHAIN:
        return dict(Chain.objects.filter(code__in=codes).order_by("position", "code").values_list("code", "name"))
    return dict(Unit.objects.filter(code__in=codes).order_by("code").values_list("code", "name"))


def _name(code: str, names: dict[str, str], by: str) -> str:
    return f"{DIMENSIONS[Dimension(by)]}未定" if code == NONE else names.get(code, code)


def _position(code: str, names: dict[str, str]) -> tuple[int, int]:
    """Named groups in their order, then the district's own, then what belongs to none."""
    if code in names:
        return 0, list(names).index(code)
    return (1, 0) if code == WHOLE_DISTRICT else (2, 0)


def _exempt(returns: list[Return]) -> list[tuple[Return, str]]:
    """Each with the reason that was given for it, "" where none was."""
    if not returns:
        return []
    moves = ReturnMove.objects.filter(return_of__in=returns, to_state=ReturnState.EXEMPT).order_by("pk")
    reasons = dict(moves.values_list("return_of", "comment"))
    return [(each, reasons.get(each.pk, "")) for each in returns]
