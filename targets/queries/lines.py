"""The lines below a return's own cells: firms of a park, parks of a bureau. Grain: one line; a fixed
number of queries, whatever the number of lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import F, Q

from guandu.accounts.checks import allowed
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.periods import Period
from targets.cell_keys import CellKey
from targets.checks import Entries, Finding, Severity, findings
from targets.checks.expressions import parsed
from targets.enums import FirmSheetState, LinesKind, NoteKind, SubjectKind
from targets.models import CellNote, Correction, Return, ReturnLine, ReturnVersion


@dataclass(frozen=True)
class LineCell:
    """One number of one line, as Decimals in the cell's unit; None where there is none."""

    key: str
    code: str
    name: str
    value: Decimal | None
    last: Decimal | None
    changed: bool = False
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    settled: bool = False

    @property
    def errors(self) -> list[str]:
        return [each.text for each in self.findings if each.severity == Severity.ERROR]

    @property
    def questions(self) -> list[str]:
        return [each.text for each in self.findings if each.severity == Severity.REASON]

    @property
    def asks_reason(self) -> bool:
        return bool(self.reason) or bool(self.questions)


@dataclass(frozen=True)
class LineRow:
    kind: str
    code: str
    name: str
    standing: str
    cells: tuple[LineCell, ...]

    @property
    def is_rest(self) -> bool:
        return self.kind == SubjectKind.REST

    @property
    def is_filled(self) -> bool:
        return any(cell.value is not None for cell in self.cells)


@dataclass(frozen=True)
class Total:
    """Of one column: units over all lines that report, None where none does; how many lines report of
    how many are asked. The line of the others counts in the sum and not among the lines."""

    units: int | None
    reported: int
    expected: int


@dataclass(frozen=True)
class Lines:
    """`form` holds the cells asked line by line, `totals` their sums by indicator code."""

    form: tuple
    rows: tuple[LineRow, ...]
    totals: Mapping[str, Total]

    @property
    def blocking(self) -> list[Finding]:
        return [
            replace(finding, code=cell.key, text=f"{row.name}：{finding.text}")
            for row in self.rows
            for cell in row.cells
            for finding in cell.findings
            if finding.severity == Severity.ERROR or not cell.reason and not cell.settled
        ]

    @property
    def columns(self) -> list[tuple]:
        """(cell of the form, its total as a Decimal, Total)."""
        return [(c, c.decimal(self.totals[c.code].units), self.totals[c.code]) for c in self.form]

    @property
    def filled(self) -> int:
        return sum(row.is_filled for row in self.rows if not row.is_rest)

    @property
    def asked(self) -> int:
        return sum(not row.is_rest for row in self.rows)


def sees_lines(return_: Return, user: Actor) -> bool:
    """Whether this person may see single lines: of parks, whoever sees the return; of firms only the
    office, the unit of the mandatory review, and the operator if the form shows him values."""
    template = return_.cycle.template
    if template.lines_kind != LinesKind.FIRM:
        return bool(template.lines_kind)
    closed_circle = [Permission.RETURN_CONFIRM, Permission.RETURN_REVIEW]
    if template.shows_values:
        closed_circle.append(Permission.RETURN_FILE)
    return any(allowed(user, each, return_) for each in closed_circle)


def hidden_lines(return_: Return, user: Actor) -> frozenset[str]:
    """Firms whose line came by their own sheet, where the form shows the operator only that it came."""
    template = return_.cycle.template
    if template.lines_kind != LinesKind.FIRM or template.shows_values or sees_lines(return_, user):
        return frozenset()
    accepted = return_.firm_sheets.filter(state=FirmSheetState.ACCEPTED)
    return frozenset(accepted.values_list("enterprise__code", flat=True))


def below(version: ReturnVersion):
    """The version's lines but for that of the return itself, firms before the others. A queryset."""
    own = Q(subject_code=version.return_of.park_code, subject_kind=version.return_of.subject_kind)
    return ReturnLine.objects.filter(version=version).exclude(own).order_by("subject_kind", "subject_code")


def totals_of(form: Sequence, lines: Iterable[ReturnLine]) -> dict[str, Total]:
    """The sums of the columns, in whole units."""
    lines = list(lines)
    own = [line for line in lines if line.subject_kind != SubjectKind.REST]
    return {
        cell.code: Total(
            units=sum(known) if (known := [x.values[cell.code] for x in lines if cell.code in x.values]) else None,
            reported=sum(cell.code in line.values for line in own),
            expected=len(own),
        )
        for cell in form
    }


def lines_of(
    return_: Return,
    version: ReturnVersion,
    form: Sequence,
    *,
    correction: Correction | None = None,
    only: Iterable[str] | None = None,
) -> Lines | None:
    """The lines of `version`; None for a form without lines. `form` holds the cells asked line by line;
    `only` names the lines to judge, all by default. Four queries."""
    if not form:
        return None
    lines = list(below(version))
    judged = None if only is None else set(only)
    last = last_of_lines(return_, form)
    earlier = _earlier(version)
    reasons, unread = _notes(version)
    rules = _rules(return_.cycle.template.checks, form)
    period = Period.parse(return_.cycle.period)
    rows = [
        _row(line, form, rules, period, last, earlier, reasons, unread, correction)
        for line in lines
        if judged is None or line.subject_code in judged
    ]
    return Lines(tuple(form), tuple(rows), totals_of(form, lines))


def _row(line, form, rules, period, last, earlier, reasons, unread, correction) -> LineRow:
    before = last.get(line.subject_code, {})
    entries = Entries(values=line.values, last=before, last_is_same_year=period.before.year == period.year)
    found = findings([replace(cell, is_required=False) for cell in form], rules, entries)
    found += [
        Finding(cell.code, Severity.ERROR, text)
        for cell in form
        if (text := unread.get((line.subject_code, cell.indicator_id)))
    ]
    was = earlier.get(line.subject_code)
    cells = tuple(
        LineCell(
            key=str(CellKey(cell.code, line=line.subject_code)),
            code=cell.code,
            name=cell.name,
            value=cell.decimal(line.values.get(cell.code)),
            last=cell.decimal(before.get(cell.code)),
            changed=was is not None and was.get(cell.code) != line.values.get(cell.code),
            findings=tuple(each for each in found if each.code == cell.code),
            reason=reasons.get((line.subject_code, cell.indicator_id), ""),
            settled=correction is not None and cell.code not in correction.codes,
        )
        for cell in form
    )
    return LineRow(line.subject_kind, line.subject_code, line.subject_name, line.get_standing_display(), cells)


def _rules(checks: Sequence[Mapping], form: Sequence) -> list[Mapping]:
    """The template's checks that speak of line cells only."""
    codes = {cell.code for cell in form}
    return [rule for rule in checks if codes_of(rule) <= codes]


def codes_of(rule: Mapping) -> set[str]:
    """The cells that a check of the template speaks of."""
    return {code for side in ("left", "right") if rule.get(side) for code in parsed(rule[side]).codes}


def last_of_lines(return_: Return, form: Sequence) -> dict[str, dict[str, int]]:
    """Line → values that were filed for the period before in the same series of forms, where the unit
    has not changed since."""
    before = Period.parse(return_.cycle.period).before
    kept = {cell.code for cell in form if cell.version.valid_from <= before.last_day}
    rows = ReturnLine.objects.filter(
        version__return_of__cycle__template__series=return_.cycle.template.series,
        version__return_of__cycle__period=before.code,
        version__return_of__park=return_.park_id,
        version__return_of__filer=return_.filer_id if return_.park_id is None else F("version__return_of__filer"),
        version=F("version__return_of__filed"),
    )
    return {
        code: {key: units for key, units in values.items() if key in kept}
        for code, values in rows.values_list("subject_code", "values")
    }


def _earlier(version: ReturnVersion) -> dict[str, dict[str, int]]:
    """Line → values in the version filed before."""
    before = version.return_of.versions.filter(number__lt=version.number).order_by("-number")[:1]
    return dict(ReturnLine.objects.filter(version__in=before).values_list("subject_code", "values"))


Told = dict[tuple[str, int], str]  # (line, indicator) → text


def _notes(version: ReturnVersion) -> tuple[Told, Told]:
    """The reasons given in the lines, and what a file said there that could not be read."""
    told: dict[str, Told] = {NoteKind.REASON: {}, NoteKind.UNREAD: {}}
    notes = CellNote.objects.filter(version=version, kind__in=told).exclude(subject_code="")
    for kind, line, indicator, text in notes.values_list("kind", "subject_code", "indicator", "text"):
        told[kind][line, indicator] = text
    return told[NoteKind.REASON], told[NoteKind.UNREAD]
