"""Which empty cells of a draft may take last period's number. Grain: one cell; a fixed number of queries."""

from guandu.core.periods import Period
from targets.cell_keys import CellKey
from targets.enums import IndicatorKind
from targets.models import Return
from targets.queries.lines import below, last_of_lines
from targets.queries.locks import open_correction
from targets.queries.previous import previous_values
from targets.queries.sheet import FormCell, form_of


def carried_units(return_: Return) -> dict[str, int]:
    """Cell → whole units of the period before, where the number goes on: a 期末数 always, a 本年累计 within
    the year. Under a 数据订正 nothing is taken over."""
    if open_correction(return_):
        return {}
    period = Period.parse(return_.cycle.period)
    form = [cell for cell in form_of(return_) if _goes_on(cell, period)]
    return _own(return_, [c for c in form if not c.of_lines]) | _of_lines(return_, [c for c in form if c.of_lines])


def _goes_on(cell: FormCell, period: Period) -> bool:
    return cell.kind == IndicatorKind.STOCK or period.before.year == period.year


def _own(return_: Return, form: list[FormCell]) -> dict[str, int]:
    line = return_.draft.lines.get(subject_kind=return_.subject_kind, subject_code=return_.park_code)
    last = previous_values(return_, form)
    return {
        cell.code: int(last[cell.code].units)
        for cell in form
        if cell.code not in line.values
        and cell.code in last
        and last[cell.code].units is not None
        and last[cell.code].units == int(last[cell.code].units)
    }


def _of_lines(return_: Return, form: list[FormCell]) -> dict[str, int]:
    if not form:
        return {}
    last = last_of_lines(return_, form)
    return {
        str(CellKey(cell.code, line=line.subject_code)): last[line.subject_code][cell.code]
        for line in below(return_.draft)
        for cell in form
        if cell.code not in line.values and cell.code in last.get(line.subject_code, {})
    }
