"""Where a 核定值 goes: every figure and target that is made of it. The way down is in drill."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from targets.definitions.graph import operands
from targets.enums import Basis, FigureScope
from targets.models import CertifiedValue, Figure, IndicatorVersion, Target, TargetResult
from targets.queries.figure_rows import MEMBERSHIPS
from targets.queries.lights import Shown, Veils

_SCOPE_OF = {column: FigureScope(column.removesuffix("_code")) for column in MEMBERSHIPS}
_ORDER = {kind: place for place, kind in enumerate(FigureScope)}


@dataclass(frozen=True)
class FedTarget:
    """A target that stands on the value, with its status in the quarter as the reader is given it."""

    target: Target
    period: str
    shown: Shown


@dataclass(frozen=True)
class Feeds:
    """Figures that the reader may see, the nearest first: the park's own, then what they add up to. `targets` are
    those of the plan; `more` are shares of single parks that divide by the same number, only counted."""

    figures: list[Figure] = field(default_factory=list)
    targets: list[FedTarget] = field(default_factory=list)
    more: int = 0

    @property
    def count(self) -> int:
        return len(self.figures) + len(self.targets) + self.more


def feeds_of(value: CertifiedValue, user: User) -> Feeds:
    """Everything that `value` is in, as `user` may see it. Nothing of a value whose place another has taken: one
    that is superseded, or a month's where the quarter's is counted. A fixed number of queries."""
    own = _own(value)
    if own is None or not _counts(value, own):
        return Feeds()
    figures = _figures(value, own)
    shares = list(_shares(own, figures))
    seen = set(
        Figure.objects.visible_to(user)
        .filter(pk__in=[row.pk for row in (*figures, *shares)])
        .values_list("pk", flat=True)
    )
    figures, shares = ([row for row in rows if row.pk in seen] for rows in (figures, shares))
    wide = [row for row in shares if row.scope_kind != FigureScope.PARK]
    ordered = sorted(figures, key=lambda figure: _place(figure, value)) + wide
    return Feeds(ordered, _targets(own, [*figures, *shares], user), len(shares) - len(wide))


def _own(value: CertifiedValue) -> Figure | None:
    """The figure that says what the value says, of the same subject; None before the first roll-up."""
    quarter = Period.quarter_of(Period.parse(value.period).last_day)
    rows = Figure.objects.filter(
        indicator=value.indicator_id, scope_kind=value.subject_kind, scope_code=value.subject_code,
        period__in={quarter.code, quarter.to_date.code}, basis=Basis.CERTIFIED, of_year=False,
    )  # fmt: skip
    return rows.select_related("source").first()


def _counts(value: CertifiedValue, own: Figure) -> bool:
    """Whether it is this value that the figure reads, now or once the roll-up that waits has ended."""
    if value.superseded_at is not None:
        return False
    return own.source is None or own.source_id == value.pk or own.source.superseded_at is not None


def _figures(value: CertifiedValue, own: Figure) -> list[Figure]:
    codes = _made_of(value.indicator.code, own)
    places = Q(scope_kind=own.scope_kind, scope_code=own.scope_code) | _scopes_above(own)
    rows = Figure.objects.filter(places, indicator__code__in=codes, period__in=_periods(own), basis=own.basis)
    found = list(rows.select_related("indicator", "indicator_version"))
    here = {row.indicator_id for row in found if row.scope_kind == own.scope_kind and _has_number(row, own)}
    return [
        row
        for row in found
        if row.indicator_id in here and _has_number(row, own) and not _is_told(row, value)
    ]


def _periods(own: Figure) -> set[str]:
    quarter = Period.quarter_of(Period.parse(own.period).last_day)
    return {quarter.code, quarter.to_date.code}


def _has_number(figure: Figure, own: Figure) -> bool:
    """Figures that have none lack something else; the value's own may have none until the roll-up ends."""
    return figure.numerator is not None or figure.pk == own.pk


def _is_told(figure: Figure, value: CertifiedValue) -> bool:
    """A 补录合计: a number of a whole scope to which no park adds."""
    told = figure.source_id is not None and figure.backfilled and figure.scope_kind != FigureScope.PARK
    return bool(told) and figure.source_id != value.pk


def _made_of(code: str, own: Figure) -> set[str]:
    """The indicator and all that are computed from it at this subject: every formula names its parts."""
    versions = IndicatorVersion.objects.on(Period.parse(own.period).last_day).select_related("indicator")
    formulas = {version.indicator.code: _parts(version.definition, own.chain_code) for version in versions}
    found, fresh = {code}, {code}
    while fresh:
        fresh = {made for made, parts in formulas.items() if parts & fresh} - found
        found |= fresh
    return found


def _parts(definition: dict, chain: str) -> set[str]:
    """A measure looks at one of several indicators, by the park's chain."""
    if definition.get("op") == "choose_by_type":
        return {definition["map"].get(chain, "")}
    return set(operands(definition))


def _scopes_above(own: Figure) -> Q:
    """Of a park its chain, street, area and department, and the district; above others there is nothing they add to."""
    if own.scope_kind != FigureScope.PARK:
        return Q(pk__in=[])
    places = Q(scope_kind=FigureScope.DISTRICT)
    for column, kind in _SCOPE_OF.items():
        if kind != FigureScope.PARK and getattr(own, column):
            places |= Q(scope_kind=kind, scope_code=getattr(own, column))
    return places


def _shares(own: Figure, figures: list[Figure]) -> Iterator[Figure]:
    """Shares that divide by one of `figures`, by scope."""
    known = {figure.pk for figure in figures}
    wholes = [figure.pk for figure in figures if figure.scope_kind == FigureScope.DISTRICT]
    rows = Figure.objects.filter(denominator_figure__in=wholes, basis=own.basis).exclude(numerator=None)
    found = [row for row in rows.select_related("indicator", "indicator_version") if row.pk not in known]
    yield from sorted(found, key=lambda row: (_ORDER[FigureScope(row.scope_kind)], row.scope_code))


def _place(figure: Figure, value: CertifiedValue) -> tuple:
    return (
        figure.indicator_id != value.indicator_id,
        figure.indicator.position,
        figure.indicator.code,
        _ORDER[FigureScope(figure.scope_kind)],
        figure.scope_code,
    )


def _targets(own: Figure, figures: list[Figure], user: User) -> list[FedTarget]:
    """The plan's targets that name one of `figures`."""
    if not figures or not user.may(Permission.PLAN_VIEW):
        return []
    made = {figure.pk for figure in figures}
    quarter = Period.quarter_of(Period.parse(own.period).last_day)
    rows = (
        TargetResult.objects.filter(period=quarter.code).select_related("target").order_by("target__position")
    )
    fed = [row for row in rows if any(part["figure"] in made for part in row.parts)]
    veils = Veils(user, quarter)
    return [FedTarget(row.target, row.period, veils.of(row.target_id, row.status)) for row in fed]
