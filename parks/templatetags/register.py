"""How the register's own values are written on its pages."""

from decimal import Decimal

from django import template

from guandu.core.numbers import from_units
from parks.enums import HonourState

register = template.Library()
SCALE = 2


@register.filter
def hundredths(units: int | None) -> Decimal | None:
    """A whole number of hundredths as the number it stands for; None stays None."""
    return None if units is None else from_units(units, SCALE)


@register.filter
def honour_word(state: str) -> str:
    return HonourState(state).label
