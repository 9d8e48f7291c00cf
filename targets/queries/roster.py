"""Whom the lines of a return are about. Grain: one entry per firm of a park in a period, or per park."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from guandu.core.periods import Period
from parks.models import Park, Tenancy
from parks.queries.names import names_on
from targets.enums import RosterStanding, SubjectKind
from targets.queries.rollup.inputs import Member

REST = "REST"  # 其余企业合计: one line for all firms that have none of their own
REST_NAME = "其余企业合计"


@dataclass(frozen=True)
class Entry:
    """One line to be asked for. Names are those of the period's last day."""

    kind: str
    code: str
    name: str
    standing: str = ""


def firms_of(park: Park, period: Period) -> list[Entry]:
    """The firms that were tenants on some day of the period, by code, with what became of each; and the
    line for the others. Two queries."""
    tenancies = (
        Tenancy.objects.filter(park=park, valid_from__lt=period.end)
        .filter(Q(valid_to=None) | Q(valid_to__gt=period.first_day))
        .select_related("enterprise")
        .order_by("enterprise__code", "valid_from")
    )
    last: dict[int, Tenancy] = {}
    first: dict[int, date] = {}
    for each in tenancies:
        last[each.enterprise_id] = each
        first.setdefault(each.enterprise_id, each.valid_from)
    names = names_on([each.enterprise for each in last.values()], period.last_day)
    entries = [
        Entry(
            SubjectKind.FIRM, each.enterprise.code, names[pk], _standing(each, first[pk], period)
        )
        for pk, each in last.items()
    ]
    return [*entries, Entry(SubjectKind.REST, REST, REST_NAME)]


def _standing(last: Tenancy, since: date, period: Period) -> str:
    closed = last.enterprise.closed_on
    if closed and period.first_day <= closed < period.end:
        return RosterStanding.CLOSED
    if last.valid_to and last.valid_to <= period.last_day:
        return RosterStanding.LEFT
    return RosterStanding.ENTERED if since >= period.first_day else RosterStanding.PRESENT


def parks_of(members: dict[str, Member]) -> list[Entry]:
    """The parks of the period, for what a bureau reports back of each."""
    return [Entry(SubjectKind.PARK, code, member.name) for code, member in sorted(members.items())]
