"""市监登记比对: where the bureau's register and ours differ. Grain: one firm and one kind of difference."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from guandu.accounts.models import Unit, User
from guandu.core import clock
from guandu.core.models import dated
from parks.enums import FindingKind, FindingState
from parks.models import Enterprise, RegistryComparison, RegistryFinding, Tenancy

MOST_FINDINGS = 3000
CLOSED_WORDS = ("注销", "吊销", "撤销", "关闭")
OPEN_WORD = "存续"
NOT_FOUND = "登记中没有这个代码"
STREET_PART, ADDRESS_PART, BETWEEN = "登记街道：", "住所：", "；"


@dataclass(frozen=True)
class RegistryLine:
    """A firm as the bureau has it. `street` and `address` are "" where its file does not say."""

    credit_code: str
    name: str
    status: str
    address: str = ""
    street: str = ""
    changed_on: date | None = None

    @property
    def is_closed(self) -> bool:
        return any(word in self.status for word in CLOSED_WORDS)


@dataclass(frozen=True)
class Difference:
    """Something that the two registers say differently of one firm; `street` is the code of the street
    that is asked, "" where the firm has none."""

    enterprise_code: str
    kind: str
    street: str
    ours: str
    theirs: str
    on: date | None


@dataclass(frozen=True)
class Outcome:
    """What a comparison found; firms without a code are matched by nothing and counted apart."""

    rows: int
    matched: int
    without_code: int
    differences: tuple[Difference, ...]

    def count(self, kind: str) -> int:
        return sum(each.kind == kind for each in self.differences)


def compare_with(lines: Iterable[RegistryLine], *, spoiled: Iterable[str] = (), is_whole: bool) -> Outcome:
    """Our firms beside `lines`, by credit code. `is_whole`: the file holds the whole register, so that a
    firm of ours that it lacks is missing there; `spoiled` are codes on lines that could not be used.
    As many queries for all firms as for one."""
    theirs = {line.credit_code: line for line in lines}
    known = set(theirs) | set(spoiled)
    streets = dict(Unit.objects.filter(kind=Unit.Kind.STREET).values_list("name", "code"))
    asked = _streets_asked()
    matched, found = 0, []
    for firm in _coded_firms():
        line = theirs.get(firm.credit_code)
        street = asked.get(firm.pk, "")
        if line is not None:
            matched += 1
            found += _differences(firm, line, street or streets.get(line.street, ""))
        elif is_whole and firm.credit_code not in known and firm.closed_on is None:
            found.append(
                Difference(firm.code, FindingKind.MISSING, street, firm.credit_code, NOT_FOUND, None)
            )
    uncoded = Enterprise.objects.filter(credit_code="", closed_on=None, merged_into=None).count()
    return Outcome(len(theirs), matched, uncoded, tuple(found))


def place_text(street: str, address: str) -> str:
    """Where a firm is registered, as a finding keeps it."""
    parts = ((STREET_PART, street), (ADDRESS_PART, address))
    return BETWEEN.join(f"{word}{text}" for word, text in parts if text)


def read_place(text: str) -> tuple[str | None, str | None]:
    """(street, address) of `place_text`; None where it says nothing."""
    street, found, address = text.partition(f"{BETWEEN}{ADDRESS_PART}")
    if text.startswith(ADDRESS_PART):
        return None, text.removeprefix(ADDRESS_PART)
    return street.removeprefix(STREET_PART) or None, address if found else None


def ours_now(firm: Enterprise, kind: str) -> str:
    """What our register says of that which `kind` compares."""
    if kind == FindingKind.MOVED:
        return place_text(
            firm.registered_street.name if firm.registered_street else "", firm.registered_address
        )
    if kind == FindingKind.CLOSED:
        return OPEN_WORD if firm.closed_on is None else f"{firm.closed_on} 注销"
    return firm.name if kind == FindingKind.RENAMED else firm.credit_code


def comparisons_for(user: User) -> QuerySet:
    """Every comparison, newest first, with how many of its findings wait, stand and do not."""
    states = {
        f"{state}_count": Count("findings", filter=Q(findings__state=state)) for state in FindingState.values
    }
    return (
        RegistryComparison.objects.visible_to(user)
        .select_related("compared_by")
        .annotate(**states)
        .order_by("-compared_at", "-pk")
    )


def findings_for(user: User) -> QuerySet:
    return (
        RegistryFinding.objects.visible_to(user)
        .select_related("comparison", "enterprise", "street", "decided_by")
        .order_by("pk")
    )


def names_of(user: User, codes: set[str]) -> dict[str, str]:
    """Code → name of the firms that the person sees."""
    return dict(Enterprise.objects.visible_to(user).filter(code__in=codes).values_list("code", "name"))


def _coded_firms() -> Iterable[Enterprise]:
    firms = Enterprise.objects.exclude(credit_code="").filter(merged_into=None)
    return firms.select_related("registered_street").order_by("code").iterator(chunk_size=2000)


def _streets_asked() -> Mapping[int, str]:
    """Firm → code of the street that is asked about it: where it is registered, else where it works, else
    where its park lies today."""
    day = clock.today()
    tenancies = Tenancy.objects.on(day).filter(
        dated(day, "park__placements__"), park__placements__street__isnull=False
    )
    found = dict(tenancies.order_by("-pk").values_list("enterprise", "park__placements__street__code"))
    for firm, registered, operating in Enterprise.objects.filter(
        Q(registered_street__isnull=False) | Q(operating_street__isnull=False)
    ).values_list("pk", "registered_street__code", "operating_street__code"):
        found[firm] = registered or operating
    return found


def _differences(firm: Enterprise, line: RegistryLine, street: str) -> Iterable[Difference]:
    if line.is_closed:
        if firm.closed_on is None:
            yield Difference(firm.code, FindingKind.CLOSED, street, OPEN_WORD, line.status, line.changed_on)
        return
    if firm.closed_on is not None:
        return
    if _plain(firm.name) != _plain(line.name):
        yield Difference(firm.code, FindingKind.RENAMED, street, firm.name, line.name, line.changed_on)
    if _has_moved(firm, line):
        theirs = place_text(line.street, line.address)
        ours = ours_now(firm, FindingKind.MOVED)
        yield Difference(firm.code, FindingKind.MOVED, street, ours, theirs, line.changed_on)


def _has_moved(firm: Enterprise, line: RegistryLine) -> bool:
    """What the bureau's file does not say differs from nothing."""
    ours = firm.registered_street.name if firm.registered_street else ""
    elsewhere = bool(line.street) and _plain(line.street) != _plain(ours)
    return elsewhere or (bool(line.address) and _plain(line.address) != _plain(firm.registered_address))


def _plain(text: str) -> str:
    """Brackets and figures of either width and spaces make no other name."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
