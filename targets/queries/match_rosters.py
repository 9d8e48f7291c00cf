"""The rosters that a bureau matches: the firms of each park on its return's lines, in the return's period.
Grain: one firm in one park; three queries, whatever the number of firms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from guandu.core.digests import digest_of
from guandu.core.periods import Period
from parks.enums import CodeState
from parks.models import Tenancy
from parks.queries.names import names_on
from targets.models import Return
from targets.queries.lines import below


@dataclass(frozen=True)
class RosterFirm:
    """`until` is the first day on which it was no tenant any more; None while it is one."""

    code: str
    name: str
    credit_code: str
    is_pending: bool
    since: date
    until: date | None


@dataclass(frozen=True)
class ParkRoster:
    """Firms by internal code: those whose credit code was checked, and those for whom it is 待核."""

    code: str
    name: str
    firms: tuple[RosterFirm, ...]
    pending: tuple[RosterFirm, ...]

    @property
    def digest(self) -> str:
        """Over whom the bureau is asked about: which firms, by which codes."""
        listed, pending = ([[each.code, each.credit_code] for each in part] for part in (self.firms, self.pending))
        return digest_of({"park": self.code, "listed": listed, "pending": pending})


@dataclass(frozen=True)
class Issued:
    """What a roster was when it left as a file."""

    listed: int
    pending: int
    digest: str


@dataclass(frozen=True)
class Fed:
    """What a bureau wrote into one park's row: counts, and its typed numbers by indicator code."""

    park_code: str
    matched: int
    unmatched: int
    cells: Mapping[str, str]


def rosters_of(return_: Return) -> dict[str, ParkRoster]:
    """Park → its roster, in the order of the return's lines."""
    period = Period.parse(return_.cycle.period)
    version = return_.draft or return_.filed
    version.return_of = return_
    names = dict(below(version).values_list("subject_code", "subject_name"))
    tenancies = Tenancy.objects.filter(park__code__in=names).touching(period).select_related("enterprise", "park")
    found: dict[str, dict[int, list[Tenancy]]] = {code: {} for code in names}
    for each in tenancies.order_by("enterprise__code", "valid_from"):
        found[each.park.code].setdefault(each.enterprise_id, []).append(each)
    called = names_on([each.enterprise for each in tenancies], period.last_day)
    return {code: _roster(code, names[code], stays.values(), called) for code, stays in found.items()}


def _roster(
    code: str, name: str, stays: Iterable[Sequence[Tenancy]], called: Mapping[int, str]
) -> ParkRoster:
    firms = [_firm(each, called) for each in stays]
    return ParkRoster(
        code, name, tuple(x for x in firms if not x.is_pending), tuple(x for x in firms if x.is_pending)
    )


def _firm(stays: Sequence[Tenancy], called: Mapping[int, str]) -> RosterFirm:
    firm = stays[0].enterprise
    return RosterFirm(
        code=firm.code,
        name=called[firm.pk],
        credit_code=firm.credit_code,
        is_pending=firm.credit_code_state != CodeState.VERIFIED,
        since=stays[0].valid_from,
        until=stays[-1].valid_to,
    )


def issued_of(rosters: Mapping[str, ParkRoster]) -> dict[str, Issued]:
    return {code: Issued(len(each.firms), len(each.pending), each.digest) for code, each in rosters.items()}


def moved(issued: Mapping[str, Issued], rosters: Mapping[str, ParkRoster]) -> list[str]:
    """Names of the parks whose roster is no longer the one that left."""
    return [
        each.name for code, each in rosters.items() if code not in issued or issued[code].digest != each.digest
    ]
