"""The forms that a reminder rule may be about."""

from guandu.notices.series import register_series
from targets.models import ReturnTemplate


@register_series
def templates() -> dict[str, str]:
    """Code → name. One query."""
    return dict(ReturnTemplate.objects.order_by("code").values_list("code", "name"))
