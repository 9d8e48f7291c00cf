"""How far targets are, as one person may see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.numbers import from_units
from targets.models import Figure, Target, TargetResult
from targets.progress.outlook import Outlook
from targets.queries.withholding import withheld_figures


@dataclass(frozen=True)
class Standing:
    """One target in one quarter. `value` None is not known, or not given to this reader; `parts` are those that
    he may see, and `sentence` is empty where it speaks of parks that he may not."""

    period: str
    status: str
    status_label: str
    value: Decimal | None
    expected: int
    reported: int
    sentence: str
    parts: list[dict]
    as_of: datetime
    outlook: Outlook = field(default_factory=Outlook)


def latest_period() -> str | None:
    """The newest quarter with results; None before the first roll-up."""
    return TargetResult.objects.order_by("-period").values_list("period", flat=True).first()


def standings_of(targets: Iterable[Target], period: str, user: User) -> dict[int, Standing]:
    """Standing by target id in the quarter `period`. Two queries; more for a reader from outside, who is not given
    what is withheld from figures either."""
    results = list(TargetResult.objects.filter(target__in=targets, period=period))
    return {result.target_id: standing for result, standing in _seen(results, user)}


def standings_over(target: Target, last: str, user: User) -> list[Standing]:
    """The target's standing in each quarter up to `last`, in order. As many queries as standings_of."""
    results = list(TargetResult.objects.filter(target=target, period__lte=last).order_by("period"))
    return [standing for _, standing in _seen(results, user)]


def _seen(results: list[TargetResult], user: User) -> list[tuple[TargetResult, Standing]]:
    named = {part["figure"] for result in results for part in result.parts} | set(_of_readings(results))
    visible = set(Figure.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
    withheld = withheld_figures(named, user)
    return [(result, _standing(result, visible, withheld)) for result in results]


def _standing(result: TargetResult, visible: set[int], withheld: set[int]) -> Standing:
    parts = [_part(part, withheld) for part in result.parts if part["figure"] in visible]
    is_kept = _leads_back(result.parts, withheld) or not withheld.isdisjoint(_of_readings([result]))
    units = None if is_kept else result.value_units
    return Standing(
        period=result.period,
        status=result.status,
        status_label=result.get_status_display(),
        value=None if units is None else from_units(units, result.value_scale),
        expected=result.expected,
        reported=result.reported,
        sentence=result.sentence if len(parts) == len(result.parts) and not _any(result.parts, withheld) else "",
        parts=parts,
        as_of=result.computed_at,
        outlook=Outlook() if is_kept else Outlook.from_json(result.outlook),
    )


def _of_readings(results: Iterable[TargetResult]) -> Iterator[int]:
    """The figures that the other readings of the results are."""
    for result in results:
        for reading in result.outlook.get("readings", ()):
            if reading["figure"] is not None:
                yield reading["figure"]


def _part(part: dict, withheld: set[int]) -> dict:
    return part | {"value": None, "ok": None} if part["figure"] in withheld else part


def _leads_back(parts: list[dict], withheld: set[int]) -> bool:
    """Whether the value is a withheld figure, or worked out from one without being a figure of its own."""
    wholes = [part for part in parts if part.get("whole")]
    return _any(wholes or parts, withheld)


def _any(parts: list[dict], withheld: set[int]) -> bool:
    return any(part["figure"] in withheld for part in parts)
