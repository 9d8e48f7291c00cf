"""How far targets are, as one person may see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core.numbers import from_units
from targets.models import Figure, Target, TargetResult
from targets.progress.outlook import Outlook
from targets.queries.lights import Veils
from targets.queries.withholding import withheld_figures


@dataclass(frozen=True)
class Standing:
    """One target in one quarter. `value` None is not known, or not given to this reader; `parts` are those that
    he may see, and `sentence` is empty where it speaks of parks that he may not. A red that is not released is VEILED
    for others than the office and the lead: without its words. `holds_forecast`: there is one that is not released."""

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
    holds_forecast: bool = False


def latest_period() -> str | None:
    """The newest quarter with results; None before the first roll-up."""
    return TargetResult.objects.order_by("-period").values_list("period", flat=True).first()


def standings_of(targets: Iterable[Target], period: str, user: User) -> dict[int, Standing]:
    """Standing by target id in the quarter `period`. Two queries; more for a reader from outside, who is not given
    what is withheld from figures either."""
    results = list(TargetResult.objects.filter(target__in=targets, period=period).select_related("target"))
    return {result.target_id: standing for result, standing in _seen(results, user)}


def standings_over(target: Target, last: str, user: User) -> list[Standing]:
    """The target's standing in each quarter up to `last`, in order. As many queries as standings_of."""
    results = list(TargetResult.objects.filter(target=target, period__lte=last).select_related("target").order_by("period"))
    return [standing for _, standing in _seen(results, user)]


def _seen(results: list[TargetResult], user: User) -> list[tuple[TargetResult, Standing]]:
    named = {part["figure"] for result in results for part in result.parts} | set(_of_readings(results))
    visible = named if _sees_all(user) else set(Figure.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
    withheld = withheld_figures(named, user)
    veils = Veils(user, {result.period for result in results})
    return [(result, _standing(result, visible, withheld, veils)) for result in results]


def _sees_all(user: User) -> bool:
    """Whether every figure is his to see, so that none has to be asked for."""
    if user.actor_kind == "service":
        return True
    return ScopeKind.DISTRICT in user.scopes_with(Permission.FIGURE_VIEW) and user.may(Permission.TOTALS_VIEW)


def _standing(result: TargetResult, visible: set[int], withheld: set[int], veils: Veils) -> Standing:
    parts = [_part(part, withheld) for part in result.parts if part["figure"] in visible]
    is_kept = _leads_back(result.parts, withheld) or not withheld.isdisjoint(_of_readings([result]))
    units = None if is_kept else result.value_units
    shown = veils.of(result.target_id, result.period, result.status)
    outlook = Outlook() if is_kept or shown.is_veiled else Outlook.from_json(result.outlook)
    is_held = outlook.forecast is not None and not veils.shows_forecast(result.target.plan_id, result.period)
    if is_held:
        outlook = replace(outlook, forecast=None)
    is_whole = len(parts) == len(result.parts) and not _any(result.parts, withheld)
    return Standing(
        period=result.period,
        status=shown.status,
        status_label=shown.label,
        value=None if units is None else from_units(units, result.value_scale),
        expected=result.expected,
        reported=result.reported,
        sentence=result.sentence if is_whole and not shown.is_veiled else "",
        parts=[part | {"ok": None} for part in parts] if shown.is_veiled else parts,
        as_of=result.computed_at,
        outlook=outlook,
        holds_forecast=is_held,
    )


def _of_readings(results: Iterable[TargetResult]) -> Iterator[int]:
    """The figures that the other readings and the baselines of the results are made of."""
    for result in results:
        for reading in result.outlook.get("readings", ()):
            yield from reading["figures"]
        base = (result.outlook.get("baseline") or {}).get("figure")
        if base is not None:
            yield base


def _part(part: dict, withheld: set[int]) -> dict:
    return part | {"value": None, "ok": None} if part["figure"] in withheld else part


def _leads_back(parts: list[dict], withheld: set[int]) -> bool:
    """Whether the value is a withheld figure, or worked out from one without being a figure of its own."""
    wholes = [part for part in parts if part.get("whole")]
    return _any(wholes or parts, withheld)


def _any(parts: list[dict], withheld: set[int]) -> bool:
    return any(part["figure"] in withheld for part in parts)
