"""How far targets are, as one person may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.numbers import from_units
from targets.models import Figure, Target, TargetResult


@dataclass(frozen=True)
class Standing:
    """One target in one quarter. `value` None is not known; `parts` are those that the reader may see,
    and `sentence` is empty where it speaks of parks that he may not."""

    period: str
    status: str
    status_label: str
    value: Decimal | None
    expected: int
    reported: int
    sentence: str
    parts: list[dict]
    as_of: datetime


def latest_period() -> str | None:
    """The newest quarter with results; None before the first roll-up."""
    return TargetResult.objects.order_by("-period").values_list("period", flat=True).first()


def standings_of(targets: Iterable[Target], period: str, user: User) -> dict[int, Standing]:
    """Standing by target id in the quarter `period`. Two queries."""
    results = list(TargetResult.objects.filter(target__in=targets, period=period))
    named = {part["figure"] for result in results for part in result.parts}
    visible = set(Figure.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
    return {result.target_id: _standing(result, visible) for result in results}


def _standing(result: TargetResult, visible: set[int]) -> Standing:
    parts = [part for part in result.parts if part["figure"] in visible]
    units = result.value_units
    return Standing(
        period=result.period,
        status=result.status,
        status_label=result.get_status_display(),
        value=None if units is None else from_units(units, result.value_scale),
        expected=result.expected,
        reported=result.reported,
        sentence=result.sentence if len(parts) == len(result.parts) else "",
        parts=parts,
        as_of=result.computed_at,
    )
