"""What the nightly comparison found. Grain: a figure that was stored otherwise than its values make it."""

from targets.models import FigureDrift

MOST_SHOWN = 50


def latest_drifts() -> list[FigureDrift]:
    """The newest, which are the office's to see: they name parks. One query."""
    return list(FigureDrift.objects.all()[:MOST_SHOWN])
