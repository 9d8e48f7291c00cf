"""How changes of inputs are written, and where the pages that try them are."""

from decimal import Decimal

from django import template
from django.urls import reverse

from rating.engine.facts import Value
from rating.engine.inputs import InputSpec, measured
from rating.planning.path import Move
from rating.queries.planning import may_plan
from rating.wording import grouped

register = template.Library()


@register.filter
def worded(spec: InputSpec, value: Value) -> str:
    """A value of an input with its unit: 35,000 平方米, 是, 无数据."""
    return "无数据" if value is None else grouped(spec.show(value))


@register.filter
def amount(value: Decimal) -> str:
    """A cost, without trailing zeros."""
    text = f"{value.normalize():f}" if value else "0"
    return grouped(text)


@register.filter
def move_words(move: Move) -> str:
    """入驻面积由 25,000 平方米增加 3,485 平方米，至 28,485 平方米."""
    spec, change = move.spec, move.change
    now, then = worded(spec, move.before), worded(spec, move.after)
    if change is None:
        return f"{spec.title}由“{now}”改为“{then}”"
    how = "增加" if change > 0 else "减少"
    size = grouped(measured(f"{abs(change).normalize():f}", spec.unit))
    return f"{spec.title}由 {now}{how} {size}，至 {then}"


@register.simple_tag(takes_context=True)
def planning_links(context: dict, assessment: object) -> list[tuple[str, str]]:
    """(address, word) of the pages that try changes on this score, for whoever may."""
    if not may_plan(context["request"].user, assessment):  # type: ignore[arg-type]
        return []
    key = [assessment.pk]  # type: ignore[attr-defined]
    return [
        (reverse("rating:what_if", args=key), "试改数据"),
        (reverse("rating:path", args=key), "求升星路径"),
    ]
