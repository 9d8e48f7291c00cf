"""What the names in a report layout stand for in one period, as one person may see it. Grain: one named cell;
five queries, whatever the number of cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from guandu.accounts.models import User
from guandu.core.errors import Invalid
from guandu.core.periods import Period
from parks.models import Park
from targets.enums import Basis, FigureScope, IndicatorKind, Operator, Shape
from targets.layout_names import (
    COMPLETION,
    DISTRICT,
    GROWTH,
    PERCENT,
    Name,
    Shown,
    codes_of,
    exact,
    factor,
    parse_name,
    period_of,
    plain,
    rounded,
    shown_by,
)
from targets.models import Figure, Indicator, LayoutVersion, Target

EACH = (Shape.RATIO_EACH, Shape.CAP_EACH)
UPWARD = (Operator.AT_LEAST, Operator.MORE_THAN)
PERCENT_DECIMALS = 2
KEPT = "kept"
NEEDED = ("indicator", "indicator_version", "denominator_figure")
SCOPE = ("scope_kind", "scope_code", "scope_name")


@dataclass(frozen=True)
class Resolved:
    """One named cell. `text` is what is written: digits for a number, else words; `reason` says why there is no
    number. A name that cannot be read stays in its cell (`kind` kept). `value` is what stands behind the digits,
    before they were rounded; `shown` is how it reads: 12.3 where a cell that shows per cent keeps 0.123."""

    sheet: str
    address: str
    name: str
    on_page: bool = False
    text: str = "—"
    kind: str = "text"
    value: Decimal | None = None
    shown: Decimal | None = None
    unit: str = ""
    figure: Figure | None = None
    reason: str = ""

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.address}"

    @property
    def reads(self) -> str:
        """What stands in the cell, as a person reads it."""
        return self.text if self.shown is None else f"{self.shown:,f}"

    @property
    def is_filled(self) -> bool:
        return not self.reason

    @property
    def remark(self) -> str:
        """Why there is no number, or that it is a sum of fewer parks than were asked."""
        if self.reason or self.shown is None or self.figure.reported >= self.figure.expected:
            return self.reason
        return f"只含已核定的 {self.figure.reported}/{self.figure.expected}，数据不全"

    @property
    def period_label(self) -> str:
        return Period.parse(self.figure.period).label if self.figure else ""


@dataclass(frozen=True)
class Asked:
    """A name whose period is known."""

    cell: Mapping
    name: Name
    period: Period


class Register:
    """What the names of some cells could mean: indicators, figures by indicator and period, targets."""

    def __init__(self, asked: Sequence[Asked], user: User) -> None:
        texts = {each.name.indicator for each in asked}
        self.indicators: dict[str, list[Indicator]] = {}
        for row in Indicator.objects.visible_to(user).order_by("pk"):
            for text in {row.code, plain(row.name)} & texts:
                self.indicators.setdefault(text, []).append(row)
        found = {row.pk for rows in self.indicators.values() for row in rows}
        scopes = {each.name.scope for each in asked}
        self.parks = {plain(short): code for code, short in _short_names()}
        periods = {code for each in asked for code in codes_of(each.period)}
        rows = Figure.objects.visible_to(user).filter(indicator__in=found, period__in=periods, basis=Basis.CERTIFIED)
        named = [pk for pk, *scope in rows.values_list("pk", *SCOPE) if scopes & self._called(*scope)]
        self.figures: dict[tuple[int, str], list[Figure]] = {}
        for figure in Figure.objects.filter(pk__in=named).select_related(*NEEDED).order_by("scope_kind", "scope_code"):
            self.figures.setdefault((figure.indicator_id, figure.period), []).append(figure)
        self.targets: dict[int, list[Target]] = {}
        if any(each.name.measure == COMPLETION for each in asked):
            targets = Target.objects.visible_to(user).filter(indicator__in=found, operator__in=UPWARD)
            for target in targets.exclude(shape__in=EACH).exclude(value="").order_by("pk"):
                self.targets.setdefault(target.indicator_id, []).append(target)

    def _called(self, kind: str, code: str, name: str) -> set[str]:
        """What a name may call the scope: its code, its name at the time, a park's short name."""
        if kind == FigureScope.DISTRICT:
            return {DISTRICT}
        shorts = {short for short, park in self.parks.items() if park == code} if kind == FigureScope.PARK else set()
        return {code, plain(name)} | shorts

    def indicator(self, text: str) -> Indicator:
        rows = self.indicators.get(text, [])
        if not rows:
            raise Invalid(f"指标字典中没有“{text}”，请写指标编码或全称")
        if len(rows) > 1:
            raise Invalid(f"有 {len(rows)} 项指标叫“{text}”，请改写指标编码：{'、'.join(row.code for row in rows)}")
        return rows[0]

    def figure(self, indicator: Indicator, asked: Asked) -> Figure:
        for code in codes_of(asked.period):
            rows = [
                row
                for row in self.figures.get((indicator.pk, code), ())
                if asked.name.scope in self._called(row.scope_kind, row.scope_code, row.scope_name)
            ]
            if len(rows) > 1:
                kinds = "、".join(f"{row.get_scope_kind_display()} {row.scope_code}" for row in rows)
                raise Invalid(f"有 {len(rows)} 个范围叫“{asked.name.scope}”，请改写编码：{kinds}")
            if rows:
                return rows[0]
        raise Invalid(
            f"没有“{indicator.name}”在“{asked.name.scope}”{asked.period.label}的核定数据，或者不在您可以查看的范围内"
        )

    def target(self, figure: Figure) -> Target:
        """The one line that the figure is measured against. Raises Invalid where there is none, or no one."""
        at_scope = [
            each
            for each in self.targets.get(figure.indicator_id, ())
            if (each.scope_kind, each.scope_code) == (figure.scope_kind, figure.scope_code)
        ]
        year = Period.parse(figure.period).year
        of_year = [each for each in at_scope if each.deadline and each.deadline.year == year]
        rows = of_year or at_scope
        if len(rows) != 1:
            many = f"有 {len(rows)} 个目标值" if rows else "没有目标值"
            raise Invalid(f"行动计划中“{figure.indicator.name}”在“{figure.scope_name}”{many}，不能计算完成率")
        return rows[0]


def _short_names() -> Iterable[tuple[str, str]]:
    return Park.objects.exclude(short_name="").values_list("code", "short_name")


def quarters_of(user: User) -> list[Period]:
    """The quarters of which the person may see figures, the newest first. One query."""
    codes = Figure.objects.visible_to(user).filter(basis=Basis.CERTIFIED).order_by().values_list("period", flat=True)
    return sorted({Period.quarter_of(Period.parse(code).last_day) for code in codes.distinct()}, reverse=True)


def resolved(version: LayoutVersion, chosen: Period, user: User) -> list[Resolved]:
    """Every named cell of the layout, in its order, for the quarter `chosen`."""
    asked: dict[int, Asked] = {}
    found: dict[int, Resolved] = {}
    for place, cell in enumerate(version.cells):
        found[place] = Resolved(cell["sheet"], cell["address"], cell["text"], cell.get("on_page", False))
        try:
            name = parse_name(cell["text"])
            if name.label:
                found[place] = replace(found[place], text=chosen.label)
            else:
                asked[place] = Asked(cell, name, period_of(name.period, chosen))
        except Invalid as wrong:
            found[place] = replace(found[place], text="", kind=KEPT, reason=wrong.message)
    register = Register(list(asked.values()), user)
    for place, each in asked.items():
        found[place] = _resolve(found[place], each, register)
    return [found[place] for place in sorted(found)]


def _resolve(cell: Resolved, asked: Asked, register: Register) -> Resolved:
    """The number of one name; the figure is named also where it has none."""
    try:
        indicator = register.indicator(asked.name.indicator)
        figure = register.figure(indicator, asked)
        cell = replace(cell, figure=figure)
        value, unit, decimals = _measured(figure, asked.name, register)
        return _written(cell, value, unit, decimals, shown_by(asked.cell.get("format", "")))
    except Invalid as wrong:
        return replace(cell, reason=wrong.message)


def _measured(figure: Figure, name: Name, register: Register) -> tuple[Fraction, str, int]:
    """(value, its unit, decimals where the cell says nothing)."""
    if figure.value is None:
        raise Invalid(f"还没有核定的数，已核定 {figure.reported}/{figure.expected}")
    if name.measure == GROWTH:
        return _growth(figure), PERCENT, PERCENT_DECIMALS
    if name.measure == COMPLETION:
        line = Fraction(Decimal(register.target(figure).value))
        if not line:
            raise Invalid("目标值为 0，不能计算完成率")
        return _value(figure) * 100 / line, PERCENT, PERCENT_DECIMALS
    have = figure.indicator_version.unit
    want = name.unit or have
    return _value(figure) * factor(have, want), want, figure.indicator_version.display_decimals


def _value(figure: Figure) -> Fraction:
    """In the unit of the figure's version; a ratio in per cent."""
    if figure.indicator.kind in {IndicatorKind.RATIO, IndicatorKind.SHARE, IndicatorKind.GROWTH}:
        return Fraction(figure.numerator * 100, figure.divisor)
    return Fraction(figure.value)


def _growth(figure: Figure) -> Fraction:
    """On 上年同期可比数, in per cent."""
    if figure.is_ratio:
        raise Invalid("比率、占比不计算同比")
    base = figure.base_numerator
    if base is None:
        raise Invalid("上年同期可比数没有或者不全，不能计算同比")
    if base <= 0:
        raise Invalid("上年同期可比数不大于 0，不能计算同比")
    return Fraction((figure.numerator - base) * 100, base)


def _written(cell: Resolved, value: Fraction, unit: str, decimals: int, shown: Shown) -> Resolved:
    """As it goes into its cell, rounded once: to what the cell shows, else to the indicator's decimals."""
    if shown.percent and unit != PERCENT:
        raise Invalid(f"单元格设为百分数格式，而本项以{unit}为单位，请改为数值格式")
    places = decimals if shown.decimals is None else shown.decimals
    # A cell that shows per cent keeps the number itself: 12.3 % is 0.123.
    stored = rounded(value / 100, places + 2) if shown.percent else rounded(value, places)
    return replace(cell, text=f"{stored:f}", kind="number", value=exact(value), shown=rounded(value, places), unit=unit)
