"""What stands beside a figure: the periods before and after, the scopes above and beside."""

from dataclasses import dataclass, field

from guandu.accounts.models import User
from guandu.core.periods import Period
from targets.enums import FigureScope
from targets.models import Figure
from targets.queries.figure_rows import MEMBERSHIPS, parts_of

_ORDER = {kind: place for place, kind in enumerate(reversed(FigureScope))}


@dataclass(frozen=True)
class Neighbours:
    before: Figure | None = None
    after: Figure | None = None
    above: list[Figure] = field(default_factory=list)
    beside: list[Figure] = field(default_factory=list)


def neighbours(figure: Figure, user: User) -> Neighbours:
    """Figures of the same indicator and basis that `user` may see. Two queries."""
    seen = Figure.objects.visible_to(user).filter(indicator=figure.indicator_id, basis=figure.basis, of_year=figure.of_year)
    seen = seen.select_related("indicator", "indicator_version")
    series = sorted(
        seen.filter(scope_kind=figure.scope_kind, scope_code=figure.scope_code),
        key=lambda each: Period.parse(each.period),
    )
    at = next(place for place, each in enumerate(series) if each.pk == figure.pk)
    same = list(seen.filter(period=figure.period).exclude(pk=figure.pk).exclude(scope_kind=FigureScope.PARK))
    return Neighbours(
        before=series[at - 1] if at else None,
        after=series[at + 1] if at + 1 < len(series) else None,
        above=sorted((each for each in same if _holds(each, figure)), key=_place),
        beside=sorted((each for each in same if each.scope_kind == figure.scope_kind), key=_place),
    )


def _holds(whole: Figure, figure: Figure) -> bool:
    """Whether the scope of `whole` lies above that of `figure`."""
    if whole.scope_kind == FigureScope.DISTRICT:
        return True
    if figure.scope_kind != FigureScope.PARK:
        return False
    own = {column.removesuffix("_code"): getattr(figure, column) for column in MEMBERSHIPS}
    return own[whole.scope_kind] == whole.scope_code


def _place(figure: Figure) -> tuple[int, str]:
    return _ORDER[FigureScope(figure.scope_kind)], figure.scope_code


@dataclass(frozen=True)
class Missing:
    """Parks that a total waits for: those in sight by name, the others counted."""

    parks: list[Figure] = field(default_factory=list)
    hidden: int = 0

    @property
    def count(self) -> int:
        return len(self.parks) + self.hidden


def missing_of(figure: Figure, user: User) -> Missing:
    """Whose numbers a total lacks though they are expected. Two queries."""
    waiting = parts_of(figure).filter(numerator=None, expected__gt=0)
    seen = list(waiting.filter(pk__in=Figure.objects.visible_to(user).values("pk")))
    return Missing(seen, waiting.count() - len(seen))
