"""Values as they were filed, for the figures that say 初步. Grain: one value of one subject."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import F, Q

from guandu.core.periods import Period
from targets.enums import LinesKind, SubjectKind, ValueSource
from targets.models import Indicator, Return, ReturnLine, TemplateCell
from targets.queries.lines import totals_of
from targets.queries.rollup.inputs import Definition, Leaf

SOURCES = {
    SubjectKind.PARK: ValueSource.OPERATOR,
    SubjectKind.DISTRICT: ValueSource.BUREAU,
    SubjectKind.STREET: ValueSource.STREET,
}


@dataclass(frozen=True)
class _Cell:
    code: str
    of_lines: bool
    asks_base: bool


def is_any_filed(quarter: Period) -> bool:
    """Whether something was filed for the quarter and is not confirmed yet: its 初步 figures are others than the
    核定 ones."""
    filed = Return.objects.filter(cycle__period__in=_periods(quarter), filed__isnull=False)
    return filed.filter(Q(approved__isnull=True) | ~Q(approved=F("filed"))).exists()


def _periods(quarter: Period) -> list[str]:
    """Periods that end with the quarter."""
    periods = [quarter.code, Period(quarter.year, quarter.last, quarter.last).code]
    return periods + ([str(quarter.year)] if quarter.last == 12 else [])


def filed_leaves(quarter: Period, definitions: Mapping[str, Definition], standing: list[Leaf]) -> list[Leaf]:
    """Values of the newest filed versions of subjects that have no 核定值 of the period. Four queries."""
    returns = list(Return.objects.filter(cycle__period__in=_periods(quarter), filed__isnull=False).select_related("cycle__template"))
    cells, lines = _cells(returns), _lines(returns)
    sources = dict(Indicator.objects.filter(code__in=definitions).values_list("code", "sources"))
    settled = {(leaf.indicator, leaf.scope, leaf.period) for leaf in standing}
    return [
        leaf
        for return_ in returns
        for leaf in _of_return(return_, cells[return_.cycle.template_id], lines.get(return_.filed_id, []))
        if leaf.indicator in definitions
        and (leaf.indicator, leaf.scope, leaf.period) not in settled
        and (not sources[leaf.indicator] or leaf.source in sources[leaf.indicator])
    ]


def _cells(returns: list[Return]) -> dict[int, list[_Cell]]:
    found: dict[int, list[_Cell]] = {return_.cycle.template_id: [] for return_ in returns}
    rows = TemplateCell.objects.filter(template__in=found).order_by("position")
    for template, *cell in rows.values_list("template_id", "indicator__code", "of_lines", "asks_base"):
        found[template].append(_Cell(*cell))
    return found


def _lines(returns: list[Return]) -> dict[int, list[ReturnLine]]:
    found: dict[int, list[ReturnLine]] = {}
    for line in ReturnLine.objects.filter(version__in=[return_.filed_id for return_ in returns]).order_by("pk"):
        found.setdefault(line.version_id, []).append(line)
    return found


def _of_return(return_: Return, cells: list[_Cell], lines: list[ReturnLine]) -> Iterator[Leaf]:
    """As the office's confirmation would settle them: a firm's lines give the sum for its park, a bureau's lines one
    value for each park."""
    own = next((line for line in lines if _is_own(line, return_)), None)
    below = [line for line in lines if line is not own]
    lined = [cell for cell in cells if cell.of_lines]
    firms = return_.cycle.template.lines_kind == LinesKind.FIRM
    sums = totals_of(lined, below) if firms else {}
    subject = return_.park_code if return_.subject_kind == SubjectKind.PARK else ""
    for cell in cells:
        base = own.base.get(cell.code) if own and cell.asks_base else None
        if cell.of_lines and not firms:
            for line in below:
                if cell.code in line.values:
                    yield _leaf(return_, cell, (line.subject_kind, line.subject_code), line.values[cell.code], None)
            continue
        units = sums[cell.code].units if cell.of_lines else own and own.values.get(cell.code)
        if units is not None:
            yield _leaf(return_, cell, (return_.subject_kind, subject), units, base)


def _is_own(line: ReturnLine, return_: Return) -> bool:
    return (line.subject_kind, line.subject_code) == (return_.subject_kind, return_.park_code)


def _leaf(return_: Return, cell: _Cell, scope: tuple[str, str], units: int, base: int | None) -> Leaf:
    source = SOURCES[SubjectKind(return_.subject_kind)]
    park = scope[1] if scope[0] == SubjectKind.PARK else ""
    return Leaf(
        cell.code, park, units, base, None, 1, 1, 0, scope, "", return_.cycle.period, source.value, cell.of_lines,
    )  # fmt: skip
