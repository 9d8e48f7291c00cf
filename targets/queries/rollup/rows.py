"""One computed figure, before it is stored."""

from dataclasses import dataclass, field
from fractions import Fraction

from targets.enums import FigureScope, IndicatorKind
from targets.queries.rollup.inputs import Definition, Member

SUMMED = {
    FigureScope.CHAIN.value: "chain",
    FigureScope.STREET.value: "street",
    FigureScope.AREA.value: "area",
    FigureScope.DEPARTMENT.value: "department",
}
DISTRICT = FigureScope.DISTRICT.value
PARK = FigureScope.PARK.value
WHOLE = (DISTRICT, "")
WHOLE_NAME = "全区"

Key = tuple[str, str, str]  # indicator, scope kind, scope code


@dataclass(frozen=True)
class Row:
    """One figure to be stored; `numerator` None means that there is no number, and `gap` says why."""

    indicator: str
    scope_kind: str
    scope_code: str
    scope_name: str
    period: str
    numerator: int | None = None
    denominator: int | None = None
    base: int | None = None
    expected: int = 0
    reported: int = 0
    backfilled: int = 0
    member: Member | None = None
    value_id: int | None = None
    facts: list[dict] = field(default_factory=list)
    denominator_key: Key | None = None
    denominator_period: str = ""
    roster_effect: int | None = None
    gap: str = ""
    of_year: bool = False

    @property
    def key(self) -> Key:
        return (self.indicator, self.scope_kind, self.scope_code)

    @property
    def is_total(self) -> bool:
        """Whether it is a 补录合计: a number of a whole scope that no park adds to."""
        return bool(self.backfilled) and self.member is None and self.value_id is not None


def amount_of(row: Row, definition: Definition) -> Fraction | None:
    """The exact number in the indicator's unit, as a condition compares it; None where there is none."""
    if row.numerator is None or row.denominator == 0:
        return None
    if definition.kind == IndicatorKind.RATIO:
        return Fraction(100 * row.numerator, row.denominator)
    if definition.kind == IndicatorKind.FORMULA and row.denominator is not None:
        return Fraction(row.numerator * (100 if definition.unit == "%" else 1), row.denominator)
    return Fraction(row.numerator, (row.denominator or 1) * 10**definition.scale)
