"""数据查询: stored figures laid out as people ask for them. Grain: one figure per indicator, scope and quarter."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.quarters import last_ended_quarter
from parks.models import Chain
from targets.enums import Basis, FigureScope, Gap
from targets.models import Figure, Indicator
from targets.queries.figure_rows import MEMBERSHIPS

BY_SCOPE, BY_INDICATOR, BY_PERIOD = "scope", "indicator", "period"
LAYOUTS = {BY_SCOPE: "范围 × 报告期", BY_INDICATOR: "指标 × 报告期", BY_PERIOD: "范围 × 指标"}
MOST_INDICATORS, MOST_QUARTERS, MOST_TABLES = 12, 12, 30
UNPLACED = "none"
# What narrows park figures to those of one chain, street …: the name in the address → the column.
WITHIN = {column.removesuffix("_code"): column for column in MEMBERSHIPS if column != "park_code"}
NO_ROW = "这一期没有这项数据：没有汇总到这个范围，或者当时还没有这项指标。"


@dataclass(frozen=True)
class Question:
    """What is asked for; `scopes` empty means every one of the kind, `within` narrows park figures."""

    indicators: tuple[str, ...]
    kind: str
    scopes: tuple[str, ...]
    quarters: tuple[Period, ...]
    basis: str = Basis.CERTIFIED
    by: str = BY_SCOPE
    within: tuple[tuple[str, str], ...] = ()
    sort: str = ""


@dataclass(frozen=True)
class Scope:
    code: str
    name: str
    chain_position: int = 0


class Key(NamedTuple):
    indicator: str
    scope: str
    quarter: str


@dataclass(frozen=True)
class Answer:
    """`figures` by key; `indicators`, `scopes` and `quarters` are what was asked for, in reading order."""

    question: Question
    indicators: list[Indicator]
    scopes: list[Scope]
    quarters: list[Period]
    figures: dict[Key, Figure] = field(default_factory=dict)


def kinds_for(user: User) -> list[FigureScope]:
    """Which kinds of scopes the person may ask about."""
    kinds = [FigureScope.PARK] if user.may(Permission.FIGURE_VIEW) else []
    totals = [kind for kind in FigureScope if kind != FigureScope.PARK]
    return kinds + (totals if user.may(Permission.TOTALS_VIEW) else [])


def indicators_for(user: User) -> list[Indicator]:
    """Indicators that have a figure which the person may see, in the dictionary's order. One query."""
    shown = Figure.objects.visible_to(user).order_by().values("indicator").distinct()
    return list(Indicator.objects.filter(pk__in=shown))


def scopes_for(user: User, kind: str) -> list[Scope]:
    """Scopes of one kind with figures that the person may see, by the name they bore last. One or two queries."""
    rows = Figure.objects.visible_to(user).filter(scope_kind=kind).order_by("period")
    names = dict(rows.values_list("scope_code", "scope_name").distinct())
    places = dict(Chain.objects.values_list("code", "position")) if kind == FigureScope.CHAIN else {}
    found = [Scope(code, name, places.get(code, 0)) for code, name in names.items()]
    return sorted(found, key=lambda scope: (scope.chain_position, scope.code))


def quarters_for(user: User) -> list[Period]:
    """Quarters of figures that the person may see, and the last one that has ended; the newest first. One query:
    old numbers have figures where no form was asked for and no plan was in force."""
    codes = Figure.objects.visible_to(user).order_by().values_list("period", flat=True).distinct()
    ends = {Period.parse(code).last_day for code in codes}
    quarters = {Period.quarter_of(day) for day in ends} | {last_ended_quarter(clock.today())}
    return sorted(quarters, reverse=True)


def answer(
    question: Question, user: User, indicators: Iterable[Indicator], scopes: Iterable[Scope]
) -> Answer:
    """The figures asked for that `user` may see. One query."""
    chosen = [each for each in indicators if each.code in question.indicators]
    quarters = sorted(question.quarters)
    rows = _narrowed(
        Figure.objects.visible_to(user).filter(
            indicator__in=[each.pk for each in chosen],
            scope_kind=question.kind,
            of_year=False,
        ).in_basis(question.basis, {code for each in quarters for code in (each.code, each.to_date.code)}),
        question,
    )
    figures = {
        Key(
            row.indicator.code, row.scope_code, Period.quarter_of(Period.parse(row.period).last_day).code
        ): row
        for row in rows.select_related("indicator", "indicator_version")
    }
    return Answer(question, chosen, _asked_scopes(question, scopes, figures), quarters, figures)


def _narrowed(rows, question: Question):
    if question.scopes:
        rows = rows.filter(scope_code__in=question.scopes)
    if question.kind == FigureScope.PARK:
        for name, code in question.within:
            rows = rows.filter(**{WITHIN[name]: "" if code == UNPLACED else code})
    return rows


def _asked_scopes(question: Question, scopes: Iterable[Scope], figures: dict[Key, Figure]) -> list[Scope]:
    if question.scopes:
        return [scope for scope in scopes if scope.code in question.scopes]
    there = {key.scope for key in figures}
    return [scope for scope in scopes if scope.code in there]


def reason_of(figure: Figure | None) -> str:
    """Why there is no number; empty where there is one."""
    if figure is None:
        return NO_ROW
    if figure.value is not None:
        return ""
    if figure.lack == Gap.NOT_REPORTED:
        return _not_reported(figure)
    return f"{figure.lack_words}。"


def _not_reported(figure: Figure) -> str:
    if not figure.expected:
        return "这一期不需要报送。"
    if figure.scope_kind == FigureScope.PARK:
        return "园区这一期还没有核定的数据。"
    return f"应报 {figure.expected} 个，这一期都还没有核定的数据。"
