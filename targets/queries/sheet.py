"""One return as a sheet of cells. Grain: one cell of the template; a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from guandu.core.numbers import divide
from guandu.core.periods import Period
from targets.checks import Cell, Entries, Finding, Severity, findings
from targets.enums import Frequency, IndicatorKind, LinesKind, NoteKind, SubjectKind
from targets.frequency import asked_in
from targets.models import (
    CellNote,
    CertifiedValue,
    Correction,
    IndicatorVersion,
    Return,
    ReturnLine,
    ReturnTemplate,
    ReturnVersion,
    TemplateCell,
)
from targets.queries.conversions import as_decimal
from targets.queries.lines import Lines, codes_of, lines_of
from targets.queries.locks import open_correction
from targets.queries.previous import Previous, history_of, in_units_of, previous_values

CONTROL_SECTION = "园区合计（与各行核对，不计入汇总）"
CONTROL_HELP = "可不填；填报后与各行合计核对"


@dataclass(frozen=True)
class FormCell(Cell):
    """A cell of a template in one period, with the indicator version of the period's last day."""

    indicator_id: int = 0
    version: IndicatorVersion = None
    section: str = ""
    help_text: str = ""
    caliber: str = ""
    asks_base: bool = False
    of_lines: bool = False
    sources: tuple[str, ...] = ()  # which may settle the 核定值, in their order; empty: any
    frequency: str = Frequency.QUARTER

    @property
    def kind_word(self) -> str:
        """What the number is: 本年累计, 期末数."""
        return IndicatorKind(self.kind).label

    def decimal(self, units: int | Fraction | None) -> Decimal | None:
        return None if units is None else as_decimal(units, self.version.scale, self.version.display_decimals)


@dataclass(frozen=True)
class SheetCell:
    """One row of the sheet; numbers are Decimals in the cell's unit, None where there is none."""

    form: FormCell
    value: Decimal | None
    base: Decimal | None
    last: Decimal | None
    last_certified: bool
    earlier: Decimal | None  # in the version filed before the shown one
    changed: bool  # against that version
    author: str
    findings: tuple[Finding, ...] = ()
    comments: tuple[CellNote, ...] = ()
    reason: str = ""
    settled: bool = False  # 核定, and not named by the 数据订正 under way
    approved: Decimal | None = None  # in the approved version, where another one is shown
    amended: bool = False  # against the approved version
    flags: tuple[CellNote, ...] = ()  # 待跟进
    history: tuple[tuple[str, Decimal], ...] = ()  # (period in words, 核定值), the newest first, twelve at most

    @property
    def growth(self) -> Decimal | None:
        """Growth on 上年同期可比数 in per cent, two decimals; None without a base above zero."""
        if self.value is None or not self.base or self.base < 0:
            return None
        scale = self.form.version.scale
        change, base = (int(each.scaleb(scale)) for each in (self.value - self.base, self.base))
        return divide(change * 100, base, scale=2)

    @property
    def asks_reason(self) -> bool:
        return bool(self.reason) or any(each.severity == Severity.REASON for each in self.findings)

    @property
    def errors(self) -> list[str]:
        return [each.text for each in self.findings if each.severity == Severity.ERROR]

    @property
    def questions(self) -> list[str]:
        return [each.text for each in self.findings if each.severity == Severity.REASON]


@dataclass(frozen=True)
class Sheet:
    return_: Return
    version: ReturnVersion
    earlier_version: ReturnVersion | None
    cells: tuple[SheetCell, ...]
    comments: tuple[CellNote, ...] = field(default=())  # on the return as a whole
    correction: Correction | None = None  # the 数据订正 under way
    lines: Lines | None = None  # below the return's own cells, where the form asks line by line

    @property
    def blocking(self) -> list[Finding]:
        """What must be put right before filing, in the order of the cells, then of the lines."""
        own = [each for cell in self.cells for each in cell.findings if self._blocks(cell, each)]
        return own + (self.lines.blocking if self.lines else [])

    @property
    def sections(self) -> list[tuple[str, list[SheetCell]]]:
        grouped: dict[str, list[SheetCell]] = {}
        for cell in self.cells:
            grouped.setdefault(cell.form.section, []).append(cell)
        return list(grouped.items())

    @property
    def changes(self) -> list[SheetCell]:
        return [cell for cell in self.cells if cell.changed]

    @property
    def filled(self) -> int:
        return sum(cell.value is not None for cell in self.cells)

    @property
    def opened(self) -> list[SheetCell]:
        """The cells that may be edited: all of them, or those of the 数据订正."""
        return [cell for cell in self.cells if not cell.settled]

    @staticmethod
    def _blocks(cell: SheetCell, finding: Finding) -> bool:
        """What is settled was judged when it was approved; an error in it still speaks of a new number."""
        if cell.settled and finding.severity != Severity.ERROR:
            return False
        return finding.severity != Severity.REASON or not cell.reason


def form_cells(template: ReturnTemplate, period: Period) -> list[FormCell]:
    """The template's cells that `period` asks, in their order, with the indicator versions that it uses."""
    rows = TemplateCell.objects.filter(template=template).select_related("indicator", "template").order_by("position")
    cells = [cell for cell in rows if asked_in(cell.indicator.frequency, period)]
    versions = {
        version.indicator_id: version
        for version in IndicatorVersion.objects.on(period.last_day).filter(
            indicator__in=[cell.indicator_id for cell in cells]
        )
    }
    return [_form_cell(cell, versions[cell.indicator_id]) for cell in cells]


def form_of(return_: Return) -> list[FormCell]:
    """The cells that the return asks for."""
    return form_cells(return_.cycle.template, Period.parse(return_.cycle.period))


def _form_cell(cell: TemplateCell, version: IndicatorVersion) -> FormCell:
    return FormCell(
        code=cell.indicator.code,
        name=cell.indicator.name,
        unit=version.unit,
        kind=cell.indicator.kind,
        is_required=cell.is_required,
        scale=version.scale,
        minimum=cell.minimum,
        maximum=cell.maximum,
        indicator_id=cell.indicator_id,
        version=version,
        section=cell.section,
        help_text=cell.help_text,
        caliber=version.caliber or cell.indicator.caliber,
        asks_base=cell.asks_base,
        of_lines=cell.of_lines and bool(cell.template.lines_kind),
        sources=tuple(cell.indicator.sources),
        frequency=cell.indicator.frequency,
    )


def quarter_before(period: Period) -> Period:
    """The period before, of the same length."""
    return period.before


def certified_units(
    subject_kind: str, subject_codes: Iterable[str], period: Period, form: list[FormCell]
) -> dict[tuple[str, str], int]:
    """(subject code, indicator code) → 核定值 of `period` in the units that the form uses. One that was kept
    under a version not comparable, or is no whole number of those units, is left out."""
    values = CertifiedValue.objects.current().filter(
        subject_kind=subject_kind,
        subject_code__in=list(subject_codes),
        period=period.code,
        indicator__in=[cell.indicator_id for cell in form],
    )
    exact = in_units_of(form, values.values_list("subject_code", "indicator__code", "indicator_version", "units"))
    return {key: int(units) for key, units in exact.items() if units.denominator == 1}


def sheet_of(
    return_: Return, version: ReturnVersion | None = None, only_lines: Iterable[str] | None = None
) -> Sheet:
    """The sheet of `version`, by default the draft while the return is open, else the filed one.
    `only_lines` names the lines to judge and to show; their totals are always of all."""
    version = version or return_.draft or return_.filed
    version.return_of = return_
    period = Period.parse(return_.cycle.period)
    form = form_of(return_)
    own = ReturnLine.objects.filter(
        version__return_of=return_, subject_kind=return_.subject_kind, subject_code=return_.park_code
    )
    lines = {line.version.number: line for line in own.select_related("version")}
    line = lines[version.number]
    earlier = lines.get(max((number for number in lines if number < version.number), default=0))
    correction = open_correction(return_)
    approved = _approved_line(return_, version, lines.values())
    last = previous_values(return_, form)
    below = lines_of(return_, version, [cell for cell in form if cell.of_lines], correction=correction, only=only_lines)
    form = head_of(form, return_.cycle.template)
    found = _found(form, return_.cycle.template, entries_of(line, last, period), below)
    notes = list(CellNote.objects.filter(return_of=return_).select_related("version").order_by("pk"))
    found = _with_unread(found, [n for n in notes if n.kind == NoteKind.UNREAD and n.version_id == version.pk], form)
    reasons = {
        n.indicator_id: n.text
        for n in notes
        if n.kind == NoteKind.REASON and n.version_id == version.pk and not n.subject_code
    }
    comments = [n for n in notes if n.kind == NoteKind.COMMENT]
    flags = [n for n in notes if n.kind == NoteKind.FLAG]
    histories = history_of(return_, form)
    cells = tuple(
        SheetCell(
            form=cell,
            value=cell.decimal(line.values.get(cell.code)),
            base=cell.decimal(line.base.get(cell.code)),
            last=cell.decimal(last[cell.code].units) if cell.code in last else None,
            last_certified=cell.code in last and last[cell.code].certified,
            earlier=cell.decimal(earlier.values.get(cell.code)) if earlier else None,
            changed=bool(earlier) and _differs(line, earlier, cell.code),
            author=line.authors.get(cell.code, {}).get("by", ""),
            findings=tuple(each for each in found if each.code == cell.code),
            comments=tuple(each for each in comments if each.indicator_id == cell.indicator_id),
            reason=reasons.get(cell.indicator_id, ""),
            settled=correction is not None and cell.code not in correction.codes,
            approved=cell.decimal(approved.values.get(cell.code)) if approved else None,
            amended=bool(approved) and _differs(line, approved, cell.code),
            flags=tuple(each for each in flags if each.indicator_id == cell.indicator_id),
            history=tuple(
                (period.label, cell.decimal(units)) for period, units in histories.get(cell.code, ())
            ),
        )
        for cell in form
    )
    whole = tuple(each for each in comments if each.indicator_id is None)
    return Sheet(return_, version, earlier.version if earlier else None, cells, whole, correction, below)


def head_of(form: list[FormCell], template: ReturnTemplate) -> list[FormCell]:
    """The cells of the return's own line. What is asked of firms line by line has a park total beside it,
    which checks the lines and is never added."""
    controls = [_control(cell) for cell in form if cell.of_lines and template.lines_kind == LinesKind.FIRM]
    return [cell for cell in form if not cell.of_lines] + controls


def _control(cell: FormCell) -> FormCell:
    return replace(
        cell, name=f"{cell.name}（园区合计）", section=CONTROL_SECTION, is_required=False, help_text=CONTROL_HELP
    )


def _found(
    form: list[FormCell], template: ReturnTemplate, entries: Entries, below: Lines | None
) -> list[Finding]:
    """Findings on the return's own cells. A check that also speaks of a cell asked line by line reads the
    sum of its lines; one that speaks of such cells alone is judged in each line."""
    if below is None:
        return findings(form, template.checks, entries)
    sums = {code: total.units for code, total in below.totals.items() if total.units is not None}
    asked = {cell.code for cell in below.form}
    rules = [rule for rule in template.checks if not codes_of(rule) <= asked]
    whole = replace(entries, values={k: v for k, v in entries.values.items() if k not in asked} | sums)
    found = findings([cell for cell in form if not cell.of_lines], rules, whole)
    return found + [each for cell in form if cell.of_lines for each in _against_lines(cell, entries, sums)]


def _against_lines(cell: FormCell, entries: Entries, sums: dict[str, int]) -> list[Finding]:
    total, lines = entries.values.get(cell.code), sums.get(cell.code)
    if total is None or lines is None or total == lines:
        return []
    apart = cell.decimal(abs(total - lines))
    if total < lines:
        text = f"园区合计比各行合计少 {apart} {cell.unit}，请核对。"
        return [Finding(cell.code, Severity.ERROR, text)]
    text = f"园区合计比各行合计多 {apart} {cell.unit}：请把未列企业填入“其余企业合计”；确有未报企业的请说明。"
    return [Finding(cell.code, Severity.REASON, text)]


def _with_unread(found: list[Finding], notes: list[CellNote], form: list[FormCell]) -> list[Finding]:
    """What a file said of a cell and could not be read blocks the filing until somebody has looked; that the
    cell is empty for it is not told a second time."""
    codes = {cell.indicator_id: cell.code for cell in form}
    unread = [Finding(codes[n.indicator_id], Severity.ERROR, n.text) for n in notes if not n.subject_code]
    told = {each.code for each in unread}
    return [each for each in found if each.severity != Severity.MISSING or each.code not in told] + unread


def _approved_line(return_: Return, shown: ReturnVersion, lines: Iterable[ReturnLine]) -> ReturnLine | None:
    """The line of the approved version, where it is not the one that is shown."""
    if return_.approved_id in {None, shown.pk}:
        return None
    return next(line for line in lines if line.version_id == return_.approved_id)


def entries_of(line: ReturnLine, last: dict[str, Previous], period: Period) -> Entries:
    before = period.before
    return Entries(
        values=line.values,
        base=line.base,
        last={code: each.units for code, each in last.items() if each.units is not None},
        last_is_same_year=before.year == period.year,
        history={code: each.history for code, each in last.items() if each.history},
    )


def _differs(line: ReturnLine, earlier: ReturnLine, code: str) -> bool:
    return line.values.get(code) != earlier.values.get(code) or line.base.get(code) != earlier.base.get(code)


def subject_code(return_: Return) -> str:
    """How 核定值 name the subject: the park's code, or empty for the district."""
    return return_.park_code if return_.subject_kind == SubjectKind.PARK else ""
