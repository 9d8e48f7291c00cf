"""三个数: what the operator filed, what bureau and street report back, and what is 核定. Grain: one park and
indicator of one period; a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.numbers import divide
from guandu.core.periods import Period
from parks.models import Park
from targets.enums import LinesKind, SubjectKind, ValueSource
from targets.models import CertifiedValue, HistoryLine, Return, ReturnVersion, RosterMatch
from targets.queries.lines import totals_of
from targets.queries.sheet import FormCell, form_of

APART = 5  # per cent between two sources from which a difference is listed


@dataclass(frozen=True)
class Said:
    """One source's number, and the filed version that it stands in, or the line of 补录; `match` is how many firms it
    speaks of."""

    source: str
    units: int
    version: ReturnVersion | None
    match: RosterMatch | None = None
    line: HistoryLine | None = None

    @property
    def label(self) -> str:
        return ValueSource(self.source).label


@dataclass(frozen=True)
class Difference:
    """`said` by source; `certified` is None before anything is settled. Units of the form's version."""

    cell: FormCell
    park_code: str
    park_name: str
    said: dict[str, Said]
    certified: CertifiedValue | None

    def decimal(self, source: str) -> Decimal | None:
        said = self.said.get(source)
        return self.cell.decimal(said.units) if said else None

    @property
    def filed(self) -> Decimal | None:
        return self.decimal(ValueSource.OPERATOR)

    @property
    def bureau(self) -> Decimal | None:
        return self.decimal(ValueSource.BUREAU)

    @property
    def coverage(self) -> RosterMatch | None:
        """How many firms of the park's roster the bureau's number speaks of, where rosters were matched."""
        said = self.said.get(ValueSource.BUREAU)
        return said.match if said else None

    @property
    def street(self) -> Decimal | None:
        return self.decimal(ValueSource.STREET)

    @property
    def history(self) -> Decimal | None:
        return self.decimal(ValueSource.HISTORY)

    @property
    def settled(self) -> Decimal | None:
        return self.cell.decimal(self.certified.units) if self.certified else None

    @property
    def apart(self) -> Decimal | None:
        """How far the numbers lie apart, in per cent of the greatest; None when none is above zero."""
        units = [each.units for each in self.said.values()]
        units += [self.certified.units] if self.certified else []
        return divide((max(units) - min(units)) * 100, max(units), scale=1) if max(units) > 0 else None

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(each.source, f"{each.label} {self.cell.decimal(each.units):,f}") for each in self.said.values()]


def differences(user: User, period: Period, least: int = APART) -> list[Difference]:
    """Where two sources, or a source and the 核定值, lie at least `least` per cent apart, the widest first.
    Of the parks whose return for the period `user` may see: who holds a park today does not thereby see
    what it reported under another."""
    seen = Return.objects.visible_to(user).filter(cycle__period=period.code, park__isnull=False)
    parks = dict(seen.values_list("park_code", "subject_name"))
    cells, said = _said(period, parks)
    settled = _settled(period, parks)
    found = [
        Difference(cells[code], park, parks[park], sources, settled.get((code, park)))
        for (code, park), sources in sorted(said.items())
    ]
    told = [each for each in found if _counts(each, least)]
    return sorted(told, key=lambda each: (-(each.apart or 0), each.park_code, each.cell.code))


def difference_of(period: Period, code: str, park: str) -> Difference | None:
    """The three numbers of one cell, however near they are."""
    names = dict(Park.objects.filter(code=park).values_list("code", "name"))
    cells, said = _said(period, names)
    if (code, park) not in said:
        return None
    return Difference(cells[code], park, names[park], said[code, park], _settled(period, names).get((code, park)))


def _counts(difference: Difference, least: int) -> bool:
    numbers = {each.units for each in difference.said.values()}
    numbers |= {difference.certified.units} if difference.certified else set()
    return len(numbers) > 1 and difference.apart is not None and difference.apart >= least


Told = dict[tuple[str, str], dict[str, Said]]  # (indicator, park) → source → number


def _said(period: Period, parks: Iterable[str]) -> tuple[dict[str, FormCell], Told]:
    """From the version that each return was filed with last. What is not filed says nothing."""
    returns = (
        Return.objects.filter(cycle__period=period.code, filed__isnull=False)
        .select_related("cycle__template", "filed__return_of")
        .prefetch_related("filed__lines", "filed__matches")
    )
    cells: dict[str, FormCell] = {}
    said: Told = {}
    forms: dict[int, list[FormCell]] = {}
    for return_ in returns:
        template = return_.cycle.template_id
        form = forms[template] = forms.get(template) or form_of(return_)
        matches = {each.park_code: each for each in return_.filed.matches.all()}
        for cell, park, units in _numbers(return_, form):
            if park in parks:
                cells[cell.code] = cell
                source = _SOURCES[return_.subject_kind]
                said.setdefault((cell.code, park), {})[source] = Said(source, units, return_.filed, matches.get(park))
    _add_history(said, cells, period, parks)
    return cells, said


def _add_history(said: Told, cells: dict[str, FormCell], period: Period, parks: Iterable[str]) -> None:
    """What signed 补录 says of the same cells, the newest batch last. Where nobody else speaks, nothing differs."""
    if not said:
        return
    lines = HistoryLine.objects.totals().in_force().filter(
        period=period.code, scope_kind=SubjectKind.PARK, scope_code__in=list(parks)
    )
    for line in lines.order_by("batch__signed_at", "pk"):
        for code, units in line.values.items():
            if (code, line.scope_code) in said:
                said[code, line.scope_code][ValueSource.HISTORY] = Said(ValueSource.HISTORY, units, None, line=line)


_SOURCES = {
    SubjectKind.PARK: ValueSource.OPERATOR,
    SubjectKind.DISTRICT: ValueSource.BUREAU,
    SubjectKind.STREET: ValueSource.STREET,
}


def _numbers(return_: Return, form: list[FormCell]) -> Iterable[tuple[FormCell, str, int]]:
    """(cell, park, units) of the return's filed version; its lines are prefetched."""
    lines = list(return_.filed.lines.all())
    own = [x for x in lines if (x.subject_kind, x.subject_code) == (return_.subject_kind, return_.park_code)]
    rest = [x for x in lines if x not in own]
    if return_.subject_kind == SubjectKind.PARK:
        firms = return_.cycle.template.lines_kind == LinesKind.FIRM
        sums = totals_of([cell for cell in form if cell.of_lines], rest) if firms else {}
        for cell in form:
            units = sums[cell.code].units if cell.code in sums else own[0].values.get(cell.code)
            if units is not None:
                yield cell, return_.park_code, units
        return
    for line in rest:
        for cell in form:
            if cell.of_lines and cell.code in line.values:
                yield cell, line.subject_code, line.values[cell.code]


def _settled(period: Period, parks: Iterable[str]) -> dict[tuple[str, str], CertifiedValue]:
    rows = CertifiedValue.objects.current().filter(
        period=period.code, subject_kind=SubjectKind.PARK, subject_code__in=list(parks)
    )
    return {(row.indicator.code, row.subject_code): row for row in rows.select_related("indicator")}
