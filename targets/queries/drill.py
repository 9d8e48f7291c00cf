"""What a figure is made of, down to the cell of a return. Rows add up to the figure, exactly."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from targets.enums import FigureScope, IndicatorKind
from targets.models import CertifiedValue, Figure, HistoryBatch, Indicator, IndicatorVersion, Return
from targets.queries.approved import anchor_of
from targets.queries.figure_rows import parts_of

_SOURCE = (
    "source__return_version__return_of", "source__history_line", "source__indicator", "source__indicator_version"
)  # fmt: skip
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
    amount: Decimal | None
    figure: Figure | None


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

    `terms` are what a ratio or share divides; `read_figure` is what a count or a measure looks at.
    """

    figure: Figure
    formula: str
    parts: list[PartRow] = field(default_factory=list)
    hidden_count: int = 0
    hidden_sum: Decimal | None = None
    total: Decimal | None = None
    certified: Certified | None = None
    terms: list[Term] = field(default_factory=list)
    read_figure: Figure | None = None
    facts: list[dict] = field(default_factory=list)

    @property
    def unreported(self) -> int:
        return self.figure.expected - self.figure.reported

    @property
    def adds_up(self) -> bool:
        """Whether what is listed equals the figure; a ratio is not a sum of ratios."""
        return self.total is None or self.total == self.figure.value


def drill(figure: Figure, user: User) -> Drill:
    """Everything behind `figure` that `user` may see. Expects indicator and version to be selected."""
    operation = figure.indicator_version.definition.get("op", "")
    total = is_history_total(figure)
    if figure.is_ratio:
        found = _ratio(figure, user)
    else:
        found = {} if total else _sum(figure, user)
    return Drill(
        figure=figure,
        formula=TOTAL_WORDS if total and not figure.is_ratio else formula_words(figure, _names(figure)),
        certified=_certified(figure, user) if _is_told(figure, operation) else None,
        read_figure=_read(figure, user),
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
    return not figure.is_ratio and bool(figure.backfilled) and figure.source_id is not None and (
        operation == "registered" or is_history_total(figure)
    )


def _sum(figure: Figure, user: User) -> dict:
    """The park figures below a summed figure; those out of sight are one line."""
    known = list(parts_of(figure).values_list("pk", "numerator"))
    if not known:
        return {}
    scale = figure.indicator_version.scale
    visible = _visible_parts(figure, user)
    sources = [part.source for part in visible if part.source]
    openable = _openable(sources, user)
    plain = not figure.indicator_version.definition
    rows = [
        PartRow(
            part,
            amount=_amount([part.numerator], scale),
            certified=_shown(part.source, openable) if plain and part.source else None,
        )
        for part in visible
    ]
    hidden = [units for pk, units in known if pk not in {part.pk for part in visible}]
    return {
        "parts": rows,
        "hidden_count": len(hidden),
        "hidden_sum": _sum_of_several(hidden, scale),
        "total": _amount([units for _, units in known], scale),
    }


def _ratio(figure: Figure, user: User) -> dict:
    """The two terms of a ratio, and each park's own two: they add up, the ratios do not."""
    definition = figure.indicator_version.definition
    measured = _measured(figure, definition)
    above, below = measured[definition["num"]], measured[definition["den"]]
    is_share = figure.indicator.kind == IndicatorKind.SHARE
    exact = is_share or figure.scope_kind == FigureScope.PARK or is_history_total(figure)
    top = _sibling(figure, definition["num"], user) if exact else None
    bottom = figure.denominator_figure if is_share else (_sibling(figure, definition["den"], user) if exact else None)
    return {
        "terms": [
            Term(above.indicator.name, above.unit, _amount([figure.numerator], above.scale), top),
            Term(below.indicator.name, below.unit, _amount([figure.divisor], below.scale), bottom),
        ],
        "parts": [] if exact else _ratio_parts(figure, user, above.scale, below.scale),
        "hidden_count": 0 if exact else parts_of(figure).count() - _visible_parts(figure, user).count(),
    }


def _ratio_parts(figure: Figure, user: User, above: int, below: int) -> list[PartRow]:
    return [
        PartRow(part, above=_amount([part.numerator], above), below=_amount([part.denominator], below))
        for part in _visible_parts(figure, user)
    ]


def _visible_parts(figure: Figure, user: User) -> QuerySet:
    return (
        parts_of(figure)
        .filter(pk__in=Figure.objects.visible_to(user).values("pk"))
        .select_related("indicator", "indicator_version", *_SOURCE)
        .order_by("park_code")
    )


def _measured(figure: Figure, definition: dict) -> dict[str, IndicatorVersion]:
    """The versions of numerator and denominator on the period's last day, by indicator code."""
    versions = IndicatorVersion.objects.on(Period.parse(figure.period).last_day)
    both = versions.filter(indicator__code__in=[definition["num"], definition["den"]])
    return {version.indicator.code: version for version in both.select_related("indicator")}


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


def _read(figure: Figure, user: User) -> Figure | None:
    """The figure of the same park that a count or a measure looks at."""
    if figure.scope_kind != FigureScope.PARK:
        return None
    definition = figure.indicator_version.definition
    if definition.get("op") == "count_over_line":
        return _sibling(figure, definition["of"], user)
    if definition.get("op") == "choose_by_type" and figure.chain_code in definition["map"]:
        return _sibling(figure, definition["map"][figure.chain_code], user)
    return None


def _sibling(figure: Figure, indicator: str, user: User) -> Figure | None:
    """The figure of another indicator at the same scope in the same quarter."""
    period = Period.parse(figure.period)
    rows = Figure.objects.visible_to(user)
    if figure.of_year:
        rows = rows.filter(period=figure.period)
    else:
        rows = rows.of_quarter(Period.quarter(period.year, period.last // 3))
    same = {"scope_kind": figure.scope_kind, "scope_code": figure.scope_code, "basis": figure.basis}
    return (
        rows.filter(indicator__code=indicator, **same)
        .select_related("indicator", "indicator_version", "denominator_figure")
        .first()
    )


def _amount(units: list[int | None], scale: int) -> Decimal | None:
    known = [each for each in units if each is not None]
    return from_units(sum(known), scale) if known else None


def _sum_of_several(units: list[int | None], scale: int) -> Decimal | None:
    return _amount(units, scale) if sum(each is not None for each in units) > 1 else None


def _names(figure: Figure) -> dict[str, str]:
    codes = _codes(figure.indicator_version.definition)
    return dict(Indicator.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}


def _codes(definition: dict) -> set[str]:
    named = {definition.get(key) for key in ("num", "den", "of")} | set(definition.get("map", {}).values())
    return named - {None}


def formula_words(figure: Figure, names: dict[str, str]) -> str:
    """How the figure comes about, in one sentence."""
    definition = figure.indicator_version.definition
    write = _WORDS.get(definition.get("op", ""))
    return write(definition, names, figure) if write else _filed_words(figure)


def _filed_words(figure: Figure) -> str:
    flow = figure.indicator.kind == IndicatorKind.FLOW
    when = "年初至报告期末的累计数" if flow else "报告期末的数"
    if figure.scope_kind == FigureScope.PARK:
        return f"园区报送并核定的{when}。"
    if figure.indicator.level == "district":
        return f"由{figure.indicator.certifying_unit or '主管部门'}报送并核定的全区数，{when}。"
    return f"{figure.scope_name}范围内各园区核定值相加，{when}；未核定的园区不计入，也不按零计算。"


def _ratio_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    above, below = names.get(definition["num"], "分子"), names.get(definition["den"], "分母")
    together = "" if figure.scope_kind == FigureScope.PARK else "分子、分母分别相加后再除，不取各园区比率的平均。"
    return f"{above} ÷ {below} × 100%。{together}"


def _share_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    above, below = names.get(definition["num"], "分子"), names.get(definition["den"], "全区数")
    whose = "各园区" if figure.scope_kind == FigureScope.DISTRICT else figure.scope_name
    together = "" if figure.scope_kind == FigureScope.PARK else "合计"
    return f"{whose}{above}{together} ÷ {below} × 100%。"


def _count_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    low, high = definition.get("at_least"), definition.get("below")
    line = f"达到 {Decimal(low):,f}" if low else ""
    line += f"{'、' if low and high else ''}不足 {Decimal(high):,f}" if high else ""
    return f"“{names.get(definition['of'], '')}”{line}（单位：万元）的园区，每个计 1；数据不全的园区暂不判断。"


def _measure_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    chosen = names.get(definition["map"].get(figure.chain_code, ""), "")
    if figure.scope_kind == FigureScope.PARK and chosen:
        return f"按园区所属产业链选用指标，本园区选用“{chosen}”。"
    return "按园区所属产业链选用营业收入、销售额或产值作为园区规模。"


def _registered_words(definition: dict, names: dict[str, str], figure: Figure) -> str:
    return f"园区登记册中自 {definition.get('since')} 起至报告期末符合条件的园区，一个园区计一次。"


_WORDS = {
    "ratio": _ratio_words,
    "share": _share_words,
    "count_over_line": _count_words,
    "choose_by_type": _measure_words,
    "registered": _registered_words,
}
