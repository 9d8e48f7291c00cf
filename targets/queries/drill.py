"""What a figure is made of, down to the cell of a return. Rows add up to the figure, exactly."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from targets.definitions.graph import operands
from targets.enums import FigureScope, IndicatorKind, OverSpace
from targets.models import CertifiedValue, Figure, HistoryBatch, IndicatorVersion, Return
from targets.queries.adding import is_divided, times
from targets.queries.approved import anchor_of
from targets.queries.figure_rows import parts_of
from targets.queries.formula_words import formula_words, names_in
from targets.queries.read_figures import figures_read, sibling

_SOURCE = (
    "source__return_version__return_of", "source__history_line", "source__indicator", "source__indicator_version"
)  # fmt: skip
CENTS = 2
TOTAL_WORDS = "补录合计：整个范围的合计数，来自补录，不分解到园区。"


@dataclass(frozen=True)
class Certified:
    """The 核定值 behind a figure; `return_id` and `batch_id` only where the reader may open the return, or the
    batch of 补录, that said it."""

    value: CertifiedValue
    amount: Decimal
    return_id: int | None
    batch_id: int | None = None

    @property
    def anchor(self) -> str:
        """Where on the page of its return it stands."""
        version = self.value.return_version
        return anchor_of(self.value, version.return_of) if version else ""

    @property
    def document(self) -> str:
        """What a number that was entered afterwards was read from."""
        line = self.value.history_line
        return line.document if line else ""


@dataclass(frozen=True)
class Term:
    """What a ratio divides: its name and unit, the exact amount, and its own figure where that is the same."""

    name: str
    unit: str
    amount: Decimal | None = None
    figure: Figure | None = None
    scale: int = 0


@dataclass(frozen=True)
class PartRow:
    """One park's part of a figure. `amount` adds up; for a ratio `above` and `below` do."""

    figure: Figure
    amount: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    certified: Certified | None = None


@dataclass(frozen=True)
class Drill:
    """`parts` are the parks the reader may see; the others are one line (`hidden_count`, `hidden_sum`).
    `hidden_sum` is None where fewer than two of them have a value: the sum would be a park's own.

    `terms` are what a ratio or share divides; `reads` are the figures that a park's number is worked out
    from otherwise.
    """

    figure: Figure
    formula: str
    parts: list[PartRow] = field(default_factory=list)
    hidden_count: int = 0
    hidden_sum: Decimal | None = None
    total: Decimal | None = None
    certified: Certified | None = None
    terms: list[Term] = field(default_factory=list)
    reads: list[Figure] = field(default_factory=list)
    facts: list[dict] = field(default_factory=list)
    not_a_sum: str = ""

    @property
    def unreported(self) -> int:
        return self.figure.expected - self.figure.reported

    @property
    def roster_effect(self) -> Decimal | None:
        """What entered less what left between the two periods, beside the number."""
        units = self.figure.roster_effect
        return None if units is None else from_units(units, self.figure.indicator_version.scale)

    @property
    def divides(self) -> bool:
        """Whether its number is one sum over another."""
        return is_divided(self.figure)

    @property
    def adds_up(self) -> bool:
        """Whether what is listed equals the figure; a ratio is not a sum of ratios."""
        return self.total is None or bool(self.not_a_sum) or self.total == self.figure.value


def drill(figure: Figure, user: User) -> Drill:
    """Everything behind `figure` that `user` may see. Expects indicator and version to be selected."""
    operation = figure.indicator_version.definition.get("op", "")
    total = is_history_total(figure)
    if is_divided(figure):
        found = _ratio(figure, user)
    else:
        found = {} if total else _sum(figure, user)
    return Drill(
        figure=figure,
        formula=TOTAL_WORDS if total and not is_divided(figure) else formula_words(figure, names_in(figure)),
        certified=_certified(figure, user) if _is_told(figure, operation) else None,
        reads=figures_read(figure, user),
        facts=figure.facts,
        **found,
    )


def is_history_total(figure: Figure) -> bool:
    """Whether it is a number of a whole scope that 补录 told and no park adds to."""
    return (
        figure.scope_kind != FigureScope.PARK
        and figure.source_id is not None
        and figure.backfilled > 0
        and figure.indicator.level != FigureScope.DISTRICT
    )


def _is_told(figure: Figure, operation: str) -> bool:
    """Whether its 核定值 is the number itself, and not what the number was worked out from."""
    if operation in {"", "choose_by_type"}:
        return True
    return not is_divided(figure) and bool(figure.backfilled) and figure.source_id is not None and (
        operation == "registered" or is_history_total(figure)
    )


def _sum(figure: Figure, user: User) -> dict:
    """The park figures below a summed figure; those out of sight are one line."""
    known = [(part.pk, part.value) for part in parts_of(figure).select_related("indicator", "indicator_version")]
    if not known:
        return {}
    total = _total(value for _, value in known)
    visible = _visible_parts(figure, user)
    sources = [part.source for part in visible if part.source]
    openable = _openable(sources, user)
    plain = not figure.indicator_version.definition
    rows = [
        PartRow(
            part,
            amount=part.value,
            certified=_shown(part.source, openable) if plain and part.source else None,
        )
        for part in visible
    ]
    shown = {part.pk for part in visible}
    hidden = [value for pk, value in known if pk not in shown]
    several = sum(value is not None for value in hidden) > 1
    return {
        "parts": rows,
        "hidden_count": len(hidden),
        "hidden_sum": _total(hidden) if several else None,
        "total": total,
        "not_a_sum": _not_a_sum(figure, total),
    }


def _total(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _not_a_sum(figure: Figure, total: Decimal | None) -> str:
    """Why parks do not add up to the figure, where that is its rule."""
    if figure.indicator.over_space == OverSpace.MAX:
        return "取最大的园区，不相加"
    firms = str(figure.indicator_version.definition.get("source", "")).startswith("firms.")
    return "同一企业在几个园区的，合计只计一次" if firms and total != figure.value else ""


def _ratio(figure: Figure, user: User) -> dict:
    """The two terms of what is divided, and each park's own two: they add up, the quotients do not."""
    exact = figure.is_share or figure.scope_kind == FigureScope.PARK or is_history_total(figure)
    above, below = terms = _terms(figure, user, exact)
    return {
        "terms": [replace(above, amount=_scaled(figure.numerator, above)), replace(below, amount=_scaled(figure.divisor, below))],
        "parts": [] if exact else _ratio_parts(figure, user, terms),
        "hidden_count": 0 if exact else parts_of(figure).count() - _visible_parts(figure, user).count(),
    }


def _terms(figure: Figure, user: User, exact: bool) -> tuple[Term, Term]:
    """What numerator and denominator are, without amounts."""
    definition, version = figure.indicator_version.definition, figure.indicator_version
    measured = _measured(figure)
    if {"num", "den"} <= definition.keys() and definition.get("op") != "formula":
        top = sibling(figure, definition["num"], user) if exact else None
        own = sibling(figure, definition["den"], user) if exact and not figure.is_share else None
        above, below = measured[definition["num"]], measured[definition["den"]]
        return (
            Term(above.indicator.name, above.unit, None, top, above.scale),
            Term(below.indicator.name, below.unit, None, figure.denominator_figure if figure.is_share else own, below.scale),
        )
    of, weight = measured.get(definition.get("of", "")), measured.get(definition.get("weight", ""))
    match figure.indicator.kind:
        case IndicatorKind.GROWTH:
            return Term("增长额", of.unit, scale=version.scale), Term("基期数", of.unit, scale=version.scale)
        case IndicatorKind.ANNUAL_GROWTH:
            return Term("报告期数", of.unit, scale=version.scale), Term("基期数", of.unit, scale=version.scale)
        case IndicatorKind.ALL_OF:
            return Term("符合的园区", "个"), Term("可评定的园区", "个")
        case IndicatorKind.FORMULA:
            return Term("分子", "", scale=version.scale), Term("分母", "", scale=version.scale)
    if weight:
        weighted = Term(f"{of.indicator.name}×{weight.indicator.name}", "", scale=version.scale + weight.scale)
        return weighted, Term(weight.indicator.name, weight.unit, scale=weight.scale)
    return Term("各园区合计", version.unit, scale=version.scale), Term("有数的园区", "个")


def _scaled(units: int | None, term: Term) -> Decimal | None:
    """Exact; zeros that a product of two scales leaves behind the cents are not written."""
    amount = _amount([units], term.scale)
    if amount is None or term.scale <= CENTS:
        return amount
    short = amount.quantize(Decimal(1).scaleb(-CENTS))
    return short if short == amount else amount.normalize()


def _ratio_parts(figure: Figure, user: User, terms: tuple[Term, Term]) -> list[PartRow]:
    above, below = terms
    return [
        PartRow(part, above=_scaled(part.numerator, above), below=_scaled(times(part), below))
        for part in _visible_parts(figure, user)
    ]


def _visible_parts(figure: Figure, user: User) -> QuerySet:
    return (
        parts_of(figure)
        .filter(pk__in=Figure.objects.visible_to(user).values("pk"))
        .select_related("indicator", "indicator_version", *_SOURCE)
        .order_by("park_code")
    )


def _measured(figure: Figure) -> dict[str, IndicatorVersion]:
    """The versions on the period's last day of what the definition reads, by indicator code."""
    versions = IndicatorVersion.objects.on(Period.parse(figure.period).last_day)
    read = versions.filter(indicator__code__in=operands(figure.indicator_version.definition))
    return {version.indicator.code: version for version in read.select_related("indicator")}


def _certified(figure: Figure, user: User) -> Certified | None:
    if figure.source_id is None:
        return None
    source = CertifiedValue.objects.select_related(
        "return_version__return_of", "history_line", "indicator", "indicator_version"
    ).get(pk=figure.source_id)
    return _shown(source, _openable([source], user))


Openable = tuple[set[int], set[int]]  # returns, batches of 补录


def _shown(source: CertifiedValue, openable: Openable) -> Certified:
    version, line = source.return_version, source.history_line
    returns, batches = openable
    return Certified(
        source,
        from_units(source.units, source.indicator_version.scale),
        version.return_of_id if version and version.return_of_id in returns else None,
        line.batch_id if line and line.batch_id in batches else None,
    )


def _openable(sources: list[CertifiedValue], user: User) -> Openable:
    """The returns and the batches behind `sources` that `user` may open. A query for each kind there is."""
    returns = {source.return_version.return_of_id for source in sources if source.return_version}
    batches = {source.history_line.batch_id for source in sources if source.history_line}
    return _visible(Return, returns, user), _visible(HistoryBatch, batches, user)


def _visible(model: type[Return] | type[HistoryBatch], keys: set[int], user: User) -> set[int]:
    return set(model.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()


def _amount(units: list[int | None], scale: int) -> Decimal | None:
    known = [each for each in units if each is not None]
    return from_units(sum(known), scale) if known else None
