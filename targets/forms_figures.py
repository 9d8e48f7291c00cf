"""What an address asks of the figures: every part is a link that people pass on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from guandu.core.periods import Period
from targets.enums import Basis, FigureScope
from targets.models import Indicator
from targets.queries.explorer import (
    BY_SCOPE,
    LAYOUTS,
    MOST_INDICATORS,
    MOST_QUARTERS,
    WITHIN,
    Question,
    Scope,
)

USUAL_INDICATOR = "REV"
USUAL_QUARTERS = 4


@dataclass(frozen=True)
class Read:
    """The question, and in words what of the address could not be followed."""

    question: Question
    notes: tuple[str, ...] = ()


def kind_asked(data: QueryDict, kinds: Sequence[FigureScope]) -> FigureScope:
    """The kind of scopes; chains are where a reader of totals begins."""
    usual = FigureScope.CHAIN if FigureScope.CHAIN in kinds else kinds[0]
    return next((kind for kind in kinds if kind == data.get("kind")), usual)


def read_question(
    data: QueryDict,
    kind: FigureScope,
    indicators: Sequence[Indicator],
    scopes: Sequence[Scope],
    quarters: Sequence[Period],
) -> Read:
    """The question of an address; what it does not say is as usual. `quarters` are those offered, newest first."""
    codes = [each.code for each in indicators]
    told, strange = _known(data.getlist("indicator"), codes)
    places, gone = _known(data.getlist("scope"), [each.code for each in scopes])
    periods, unknown = _known(data.getlist("period"), [each.code for each in quarters])
    question = Question(
        indicators=tuple((told or _usual(codes))[:MOST_INDICATORS]),
        kind=kind,
        scopes=tuple(places),
        quarters=tuple(
            [each for each in quarters if each.code in periods][:MOST_QUARTERS] or quarters[:USUAL_QUARTERS]
        ),
        basis=data.get("basis") if data.get("basis") in Basis.values else Basis.CERTIFIED,
        by=data.get("by") if data.get("by") in LAYOUTS else BY_SCOPE,
        within=tuple((name, data[name]) for name in WITHIN if data.get(name))
        if kind == FigureScope.PARK
        else (),
        sort=data.get("sort", ""),
    )
    return Read(question, tuple(_notes(strange + gone + unknown, told, periods)))


def _known(asked: Iterable[str], known: Iterable[str]) -> tuple[list[str], int]:
    known, asked = set(known), list(dict.fromkeys(each for each in asked if each))
    return [each for each in asked if each in known], sum(each not in known for each in asked)


def _usual(codes: list[str]) -> list[str]:
    return [USUAL_INDICATOR] if USUAL_INDICATOR in codes else codes[:1]


def _notes(strange: int, indicators: list[str], periods: list[str]) -> Iterable[str]:
    if strange:
        yield f"链接中有 {strange} 项条件不存在或不在您的范围内，没有计入。"
    if len(indicators) > MOST_INDICATORS:
        yield f"一次最多查询 {MOST_INDICATORS} 个指标，只列出前 {MOST_INDICATORS} 个。"
    if len(periods) > MOST_QUARTERS:
        yield f"一次最多查询 {MOST_QUARTERS} 期，只列出最近的 {MOST_QUARTERS} 期。"
