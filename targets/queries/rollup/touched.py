"""What one park's change can reach, so that the rest of a quarter need not be computed again."""

from collections.abc import Collection

from guandu.core.periods import Period
from targets.enums import FigureScope, IndicatorKind
from targets.models import Figure
from targets.queries.rollup.inputs import Inputs, Member
from targets.queries.rollup.rows import SUMMED


def stands(inputs: Inputs, parks: Collection[str]) -> bool:
    """Whether the register still is as when the quarter's figures were stored: the same parks, named and placed alike,
    and the same counted facts. Otherwise more than `parks` has changed. Two queries."""
    if not inputs.members.keys() >= set(parks):
        return False
    return _stored_members(inputs) == set(map(_placed, inputs.members.values())) and _stored_facts(inputs) == {
        (code, fact.park_code, str(fact.on), fact.text) for code, found in inputs.facts.items() for fact in found
    }


def _at_parks(inputs: Inputs):
    quarter: Period = inputs.quarter
    periods = {quarter.code, quarter.to_date.code}
    return Figure.objects.filter(period__in=periods, basis=inputs.basis, scope_kind=FigureScope.PARK).order_by()


def _stored_members(inputs: Inputs) -> set[tuple]:
    filed = _at_parks(inputs).exclude(indicator__kind=IndicatorKind.REGISTERED)
    columns = ("park_code", "scope_name", *(f"{column}_code" for column in SUMMED.values()))
    return set(filed.values_list(*columns).distinct())


def _placed(member: Member) -> tuple:
    return (member.code, member.name, *(getattr(member, column) for column in SUMMED.values()))


def _stored_facts(inputs: Inputs) -> set[tuple]:
    counted = _at_parks(inputs).filter(indicator__kind=IndicatorKind.REGISTERED).values_list("indicator__code", "facts")
    return {(code, fact["park"], fact["on"], fact["text"]) for code, facts in counted for fact in facts}
