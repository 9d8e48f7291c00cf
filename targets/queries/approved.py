"""The 核定值 that came of one return, cell by cell. Grain: one indicator and subject."""

from dataclasses import dataclass, field
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.numbers import from_units
from parks.models import Park
from targets.enums import SubjectKind
from targets.models import CertifiedValue, Return
from targets.queries.sheet import subject_code


@dataclass(frozen=True)
class ApprovedCell:
    """`value` stands now, None where a correction has emptied the cell; `former` are those whose place it took."""

    anchor: str
    subject: str
    value: CertifiedValue | None
    former: list[CertifiedValue] = field(default_factory=list)

    @property
    def any(self) -> CertifiedValue:
        return self.value or self.former[0]


def anchor_of(value: CertifiedValue, return_: Return) -> str:
    """Where the value stands on the page of its return."""
    own = (value.subject_kind, value.subject_code) == (return_.subject_kind, subject_code(return_))
    return f"cell-{value.indicator.code}" if own else f"cell-{value.indicator.code}-{value.subject_code}"


def amount_of(value: CertifiedValue) -> Decimal:
    return from_units(value.units, value.indicator_version.scale)


def approved_cells(return_: Return, user: User) -> list[ApprovedCell]:
    """By the dictionary's order, as far as `user` may see them; none before the return is approved. Two queries."""
    if return_.approved_id is None:
        return []
    rows = CertifiedValue.objects.visible_to(user).filter(return_version__return_of=return_)
    rows = rows.select_related("indicator", "indicator_version", "return_version")
    cells: dict[str, list[CertifiedValue]] = {}
    for row in rows.order_by(
        "indicator__position", "indicator__code", "subject_code", "-certified_at", "-pk"
    ):
        cells.setdefault(anchor_of(row, return_), []).append(row)
    names = _names(return_, [values[0] for values in cells.values()])
    return [_cell(anchor, values, names.get(values[0].subject_code, "")) for anchor, values in cells.items()]


def _cell(anchor: str, values: list[CertifiedValue], subject: str) -> ApprovedCell:
    now = next((value for value in values if value.superseded_at is None), None)
    return ApprovedCell(anchor, subject, now, [value for value in values if value is not now])


def _names(return_: Return, values: list[CertifiedValue]) -> dict[str, str]:
    """Names of the parks that a bureau's or a street's return speaks of."""
    codes = {value.subject_code for value in values if value.subject_kind == SubjectKind.PARK} - {
        return_.park_code
    }
    return dict(Park.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}


def subject_of(value: CertifiedValue) -> str:
    """What the value is about, by name."""
    if value.subject_kind == SubjectKind.DISTRICT:
        return SubjectKind.DISTRICT.label
    if value.subject_kind != SubjectKind.PARK:
        return value.history_line.scope_name if value.history_line else value.subject_code
    name = Park.objects.filter(code=value.subject_code).values_list("name", flat=True).first()
    return name or value.subject_code
