"""The returns that a score waits for: which form of which period asks for a number that is not there."""

from collections.abc import Iterable
from dataclasses import dataclass

from guandu.accounts.models import User
from guandu.core.periods import Period
from rating.engine import Result
from rating.models import Assessment
from rating.queries.moved import readings_of
from targets.enums import ReturnState
from targets.models import Return, TemplateCell


@dataclass(frozen=True)
class Wanted:
    """One missing number: the form that asks for it and who files it. `state` and `number` are of the park's own
    return where there is one that the reader may see."""

    form: str
    period: str
    filer: str
    state: str = ""
    number: int | None = None

    is_locked: bool = False

    @property
    def words(self) -> str:
        state = f"{self.state}，其中没有这个数" if self.is_locked else self.state
        return f"{self.period}《{self.form}》（{self.filer}填报{f'，{state}' if state else ''}）"


def wanted_by(assessment: Assessment, result: Result, user: User) -> dict[str, tuple[Wanted, ...]]:
    """Input code → the returns that it waits for; nothing for what no form asks of the period. Two queries, none where
    nothing is missing."""
    codes = _missing(result)
    if not codes:
        return {}
    quarter = Period.parse(assessment.period)
    cells = list(
        TemplateCell.objects.filter(indicator__code__in=codes, template__cycles__period=quarter.code)
        .select_related("indicator", "template__filer")
        .order_by("template__series", "position")
        .distinct()
    )
    returns = _returns(quarter, assessment.park.code, {cell.template_id for cell in cells}, user)
    found: dict[str, list[Wanted]] = {}
    for cell in cells:
        found.setdefault(cell.indicator.code, []).append(_wanted(cell, quarter, returns.get(cell.template_id)))
    return {code: tuple(each) for code, each in found.items()}


def _missing(result: Result) -> set[str]:
    return {reading.name for _, reading in readings_of(result) if reading.state == "missing" and not reading.parts}


def _returns(quarter: Period, park: str, templates: Iterable[int], user: User) -> dict[int, Return]:
    """Form → what this park answers it with, or the bureau that answers for all, as far as the person sees it."""
    rows = Return.objects.visible_to(user).filter(cycle__period=quarter.code, cycle__template__in=templates)
    found: dict[int, Return] = {}
    for row in rows.select_related("cycle"):
        if row.park_code in ("", park):
            found[row.cycle.template_id] = row
    return found


def _wanted(cell: TemplateCell, quarter: Period, return_: Return | None) -> Wanted:
    form = cell.template
    return Wanted(
        form=form.name,
        period=quarter.label,
        filer=form.filer.name if form.filer else "园区运营方",
        state=return_.get_state_display() if return_ else "",
        number=return_.pk if return_ else None,
        is_locked=return_ is not None and return_.state == ReturnState.LOCKED,
    )
